"""Nights that prune: whatever may go is gone, and the next run does what it would have done."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from billetbro.errors import Retriable
from billetbro.settings.libraries import History, LibrariesFileError, Settings
from billetbro.steps.prune import Prunable, prunable_libraries, prune
from billetbro.store.database import library_lock
from sandbox.server import Sandbox
from tests.integration.steps.harness import DAY, HOUR, LIBRARIES, World, new_world
from tests.integration.steps.test_stories_links import linked_to

pytestmark = pytest.mark.thorough

EVENTS = ("links", "source_events", "ticket_events")


@pytest.fixture
def world(sandbox: Sandbox, engine: Engine) -> World:
    """Give Solbjerg with an empty website; what was planned may be pruned, so nobody compares it with the requests."""
    return new_world(sandbox, engine, ["solbjerg"], seeded=False)


def prune_all(world: World, library: str = "solbjerg", *, years: int = 9, **how: object) -> dict[str, int]:
    """Prune as if `history` had passed for all that has happened."""
    prunable = Prunable(id=library, history=History())
    return prune(world.engine, prunable, world.now() + years * 365 * DAY, **how)  # type: ignore[arg-type]


def rows(world: World, *tables: str) -> dict[str, list[str]]:
    found = {table: world.rows(f"SELECT to_jsonb(r)::text AS said FROM sync.{table} AS r") for table in tables}
    return {table: sorted(row["said"] for row in said) for table, said in found.items()}


def busy(world: World) -> None:
    """Let much of what can happen happen."""
    for title in ("Solgt", "Slettet", "Rettet", "Fravær", "Forbi"):
        world.add(title)
    rejected = world.add("Uden pladser", capacity=0)
    world.run()
    uuids = {link.title: link.uuid for link in world.ours().values()}
    world.sandbox.place2book.buy(world.event_of(uuids["Solgt"]).id)
    world.site.remove(uuids["Solgt"])
    world.site.edit(uuids["Slettet"], state="Cancelled")
    world.sandbox.place2book.staff_edit(world.event_of(uuids["Rettet"]).id, capacity=7)
    for capacity in (41, 42, 43):
        world.after_edit(uuids["Fravær"], ticket_capacity=capacity)
    world.site.remove(uuids["Fravær"])
    world.site.edit(rejected, ticket_capacity=5)
    world.site.edit(uuids["Forbi"], start=world.now() - 2 * HOUR, end=world.now() - HOUR)
    world.run()


def test_run_after_all_that_may_go_is_gone_writes_nothing_and_counts_on(world: World) -> None:
    busy(world)
    before, links = rows(world, "source_events"), world.ours()
    removed = prune_all(world)
    assert (removed["changes"] > 0, removed["rejections"] > 0, "links" in removed) == (True, True, False)
    assert (rows(world, "source_events"), world.ours()) == (before, links)
    happened = world.run()
    assert (happened.raised, [row for row in world.changes(happened) if row[0] != "Fravær"]) == ({}, [])
    assert happened.counted == {("place2book", "DELETE"): 1}
    assert world.run().writes == []


def test_pruned_again_nothing_is_removed(world: World) -> None:
    busy(world)
    prune_all(world)
    before = world.everything()
    assert (prune_all(world), world.everything()) == ({}, before)


def test_batches_remove_the_same_as_one_does(world: World) -> None:
    busy(world)
    tables = ("changes", "rejections", "runs", *EVENTS)
    counts = prune_all(world, batch=1)
    after = rows(world, *tables)
    assert (prune_all(world), rows(world, *tables), counts["changes"] > 1) == ({}, after, True)


def test_event_that_shows_the_link_of_one_long_gone_is_a_clone_and_gets_its_own(world: World) -> None:
    uuid, event = world.sell("Koncert", beside="Foredrag")
    link = world.ours()[uuid].sales_location
    world.site.remove(uuid)
    world.run()
    world.run()
    world.ahead = 30 * DAY
    assert prune_all(world)["links"] == 1
    assert [len(found) for found in rows(world, *EVENTS).values()] == [1, 1, 1]
    clone = world.add("Koncert igen", start=world.now() + 5 * DAY, **linked_to(link))
    happened = world.run()
    assert (happened.raised, world.open_rejections()) == ({}, set())
    assert world.event_of(clone).id != event.id
    assert world.run().writes == []


def test_place2book_event_of_a_pruned_link_is_adopted_by_nobody(world: World) -> None:
    uuid, event = world.sell("Koncert", beside="Foredrag")
    world.site.edit(uuid, start=world.now() - 2 * HOUR, end=world.now() - HOUR)
    world.run()
    world.site.remove(uuid)
    world.run()
    with world.engine.begin() as connection:
        connection.execute(text("UPDATE sync.ticket_events SET payload = payload - 'end_at'"))
    assert prune_all(world)["links"] == 1
    again = world.add("Koncert", start=event.fields.begin_at, end=event.fields.begin_at + timedelta(hours=1))
    world.run()
    assert world.event_of(again).id != event.id


def test_lost_answer_is_found_however_late(world: World) -> None:
    world.sandbox.faults.add("place2book", method="POST", times=1, kind="drop_after")
    uuid = world.add("Koncert")
    world.run()
    world.sandbox.faults.clear()
    prune_all(world)
    assert (world.run().counted.get(("place2book", "POST")), len(world.sandbox.place2book.events)) == (None, 1)
    assert list(world.ours()) == [uuid]


def test_library_that_is_worked_on_is_left_for_later(world: World) -> None:
    busy(world)
    before = world.everything()
    with library_lock(world.engine, "solbjerg"), pytest.raises(Retriable):
        prune_all(world, wait_seconds=0)
    assert world.everything() == before


def test_each_library_has_its_own_settings_and_those_no_longer_listed_have_the_defaults() -> None:
    solbjerg, nordvig = (LIBRARIES[library] for library in ("solbjerg", "nordvig"))
    short = solbjerg.model_copy(update={"history": History(days=90), "lookback_days": 400})
    twin = nordvig.model_copy(update={"twin_of": "solbjerg"})
    settings = Settings(libraries=(short, twin), unlisted_history=History(days=100))
    assert prunable_libraries(settings, {"solbjerg", "gone"}, []) == (
        Prunable(id="solbjerg", history=History(days=90), read_back_days=401, has_twin=True),
        Prunable(id="nordvig", history=History(), read_back_days=61, has_twin=True),
        Prunable(id="gone", history=History(days=100)),
    )
    assert [one.id for one in prunable_libraries(settings, {"gone"}, ["gone"])] == ["gone"]
    with pytest.raises(LibrariesFileError):
        prunable_libraries(settings, set(), ["gone"])


def test_events_of_twins_and_those_that_are_still_read_stay(world: World) -> None:
    uuid = world.publish("Koncert", beside="Foredrag")
    world.site.remove(uuid)
    world.run()
    world.run()
    world.ahead = 3 * 365 * DAY
    goes = Prunable(id="solbjerg", history=History())
    for stays in (replace(goes, has_twin=True), replace(goes, read_back_days=9999)):
        assert "links" not in prune(world.engine, stays, world.now())
    assert prune(world.engine, goes, world.now())["links"] == 1
