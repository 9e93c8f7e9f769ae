"""The tables are lost, or restored from an older copy: the links are made again, and all three systems agree."""

import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from billetbro.models import Mode
from billetbro.reconcile.rebuild.linking import Winner
from billetbro.reconcile.rebuild.pairs import Evidence
from billetbro.steps.rebuild import Findings, find_again, link_again
from billetbro.steps.request import RunRequest
from demo.environment import EmbeddedPostgres
from tests.integration.steps.harness import DAY, HOUR, TABLES, WAREHOUSE_TABLES, World, written
from tests.integration.steps.programme import names, sold_as

pytestmark = pytest.mark.slow

DEARER = [{"uuid": "category of Koncert", "title": "Voksen", "price": {"currency": "DKK", "value": 250}}]

EVERYTHING = (*(f"sync.{table}" for table in TABLES), *(f"warehouse.{table}" for table in WAREHOUSE_TABLES))


def season(world: World) -> dict[str, str]:
    """Publish events of every fate, and sell a ticket to most of them."""
    start = (world.now() + 20 * DAY).replace(minute=0, second=0, microsecond=0)
    titles = ("Koncert", "Foredrag", "Teater", "Film", "Bogcafé", "Kor")
    uuids = {title: world.add(title, start=start + number * DAY) for number, title in enumerate(titles)}
    assert world.run().raised == {}
    for title in ("Koncert", "Teater", "Bogcafé"):
        world.sandbox.place2book.buy(world.event_of(uuids[title]).id)
    world.run()
    return uuids


def lose(world: World) -> None:
    """Lose every row of our tables; what was sent until then can be compared with them no longer."""
    world.sandbox.log.clear()
    with world.engine.begin() as connection:
        for table in EVERYTHING:
            connection.execute(text(f"DELETE FROM {table}"))


def rebuild(world: World, decided: Mapping[str, Winner], **asked: object) -> tuple[Findings, tuple[int, int]]:
    """Find the library's events again and link them; nothing is written to either system for it."""
    before = len(world.sandbox.log.entries)
    findings = found(world, **asked)
    stored = link_again(world.library_run(request_of(world)), findings.found, decided, world.now())
    sent = written(world.sandbox.log.entries[before:])
    assert sent == []
    return findings, stored


def request_of(world: World) -> RunRequest:
    return RunRequest(run_id=f"rebuild {len(world.sandbox.log.entries)}", mode=Mode.PLAN, by_hand=True)


def found(world: World, events: frozenset[str] = frozenset()) -> Findings:
    run = world.run(Mode.PLAN, by_hand=True, events=events, only=["extract", "transform"])
    assert run.raised == {}
    request = RunRequest(run_id=run.run_id, mode=Mode.PLAN, by_hand=True, events=events)
    with world.place2book() as client:
        return find_again(world.library_run(request), client, twin=None)


def differing(findings: Findings) -> dict[str, list[tuple[str, object, object]]]:
    """Return (field, Place2book's value, the source's) by title, a price's by its name."""
    names_ = {str(price.price_id): price.name for one in findings.found for price in one.pair.current.prices or ()}
    return {
        one.pair.mapped.title: [
            (".".join(names_.get(part, part) for part in change.field.split(".")), change.old, change.new)
            for change in one.differences
        ]
        for one in findings.found
        if one.differences
    }


def agree(world: World, uuids: Mapping[str, str]) -> None:
    """See that the next run has nothing to write, that every link shown answers, and that every purchase is known."""
    silent = world.run()
    assert (silent.raised, silent.writes) == ({}, [])
    shown = {title: world.link_shown(uuid) for title, uuid in uuids.items()}
    assert [title for title, link in shown.items() if link and not world.answers(link)] == []
    stored = {row["purchase_id"] for row in world.rows("SELECT purchase_id FROM warehouse.purchases")}
    linked = {link.event_id for link in world.ours().values()}
    sold = {purchase.id for event_id in linked for purchase in world.sandbox.place2book.purchases(event_id)}
    assert (sold <= stored, bool(sold)) == (True, True)


def test_lost_tables_are_made_again_and_all_three_systems_agree(world: World) -> None:
    uuids = season(world)
    koncert = world.event_of(uuids["Koncert"]).id
    film, teater, cafe = (world.event_of(uuids[title]).id for title in ("Film", "Teater", "Bogcafé"))
    count = len(world.sandbox.place2book.events)
    lose(world)
    world.site.edit(uuids["Koncert"], ticket_categories=DEARER)
    world.site.edit(uuids["Teater"], state="Cancelled")
    world.site.remove(uuids["Bogcafé"])
    world.sandbox.place2book.staff_edit(film, name="Film: En særlig aften")

    findings, stored = rebuild(world, {uuids["Koncert"]: Winner.SOURCE, uuids["Film"]: Winner.PLACE2BOOK})
    assert differing(findings) == {
        "Koncert": [("price.Voksen.value", 10000, 25000)],
        "Film": [("name", "Film: En særlig aften", "Film")],
    }
    assert (stored, findings.ambiguous, findings.rejected) == ((5, 0), (), ())
    assert {one.pair.mapped.title: one.pair.evidence for one in findings.found} == dict.fromkeys(
        ("Koncert", "Foredrag", "Teater", "Film", "Kor"), Evidence.SALES_LINK
    )
    assert [(orphan.name, orphan.event_id) for orphan in findings.orphans] == [("Bogcafé", cafe)]

    world.run()
    assert len(world.sandbox.place2book.events) == count
    assert sold_as(world, uuids["Koncert"]) == ("Koncert", 50, {"Voksen": 25000})
    assert world.event_of(uuids["Koncert"]).id == koncert
    assert sold_as(world, uuids["Film"])[0] == "Film: En særlig aften"
    assert world.ours()[uuids["Film"]].drift == {"name": "Film: En særlig aften"}
    assert world.sandbox.place2book.get(teater).fields.sale_close_at <= world.now()
    agree(world, {title: uuid for title, uuid in uuids.items() if title != "Bogcafé"})


def run_program(postgres: EmbeddedPostgres, world: World, name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on the test's database."""
    database = f"--dbname={world.engine.url.set(drivername='postgresql').render_as_string(hide_password=False)}"
    subprocess.run([postgres.programs / name, database, *arguments], check=True)


def test_tables_of_yesterday_are_brought_up_to_date(world: World, postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    uuids = season(world)
    copy = tmp_path / "tables"
    run_program(
        postgres,
        world,
        "pg_dump",
        "--format=custom",
        "--data-only",
        *(f"--table={one}" for one in EVERYTHING),
        f"--file={copy}",
    )
    new = world.add("Ny", start=(world.now() + 30 * DAY).replace(microsecond=0))
    world.site.edit(uuids["Foredrag"], title="Foredrag om hvaler")
    world.run()
    world.sandbox.place2book.staff_edit(world.event_of(uuids["Foredrag"]).id, name="Foredrag om store hvaler")
    world.sandbox.place2book.buy(world.event_of(new).id)
    world.run()
    count = len(world.sandbox.place2book.events)
    lose(world)
    run_program(postgres, world, "pg_restore", "--data-only", "--disable-triggers", str(copy))

    findings, stored = rebuild(world, {uuids["Foredrag"]: Winner.PLACE2BOOK})
    assert differing(findings) == {"Foredrag om hvaler": [("name", "Foredrag om store hvaler", "Foredrag om hvaler")]}
    assert (stored, findings.unchanged) == ((2, 0), 5)
    world.run()
    assert (len(world.sandbox.place2book.events), "Foredrag om store hvaler" in names(world)) == (count, True)
    agree(world, {**uuids, "Ny": new})


def test_what_nobody_decided_is_neither_linked_nor_changed(world: World) -> None:
    uuid, event = world.sell("Koncert")
    lose(world)
    world.site.edit(uuid, ticket_categories=DEARER)
    findings, stored = rebuild(world, {})
    assert (list(differing(findings)), stored, world.ours()) == (["Koncert"], (0, 0), {})
    assert {price.fields.value for price in event.prices.values()} == {10000}


@pytest.mark.parametrize("how", ["page", "name_and_start"])
def test_event_whose_link_is_gone_from_the_website_is_found_by_its(world: World, how: str) -> None:
    uuid, event = world.sell("Koncert")
    world.site.edit(uuid, external_data=None)
    if how == "name_and_start":
        world.sandbox.place2book.staff_edit(event.id, description_long="<p>Ny tekst</p>")
    else:
        world.sandbox.place2book.staff_edit(event.id, name="Et andet navn")
    lose(world)
    findings, _ = rebuild(world, {uuid: Winner.SOURCE})
    assert [(one.uuid, one.pair.evidence) for one in findings.found] == [(uuid, Evidence(how))]
    world.run()
    assert (world.event_of(uuid).id, names(world)) == (event.id, ["Koncert"])
    assert world.answers(world.link_shown(uuid))


def test_two_events_that_name_one_page_are_left_to_a_person(world: World) -> None:
    uuid, event = world.sell("Koncert")
    copy = world.sandbox.place2book.create(event.event_maker, replace(event.fields))
    world.site.edit(uuid, external_data=None)
    lose(world)
    findings, stored = rebuild(world, {})
    assert {pair.current.event_id for pair in findings.ambiguous} == {event.id, copy.id}
    assert (findings.found, stored, world.ours()) == ((), (0, 0), {})


def test_rejected_event_is_told_and_linked_once_it_is_corrected(world: World) -> None:
    uuid, event = world.sell("Koncert")
    lose(world)
    world.site.edit(uuid, ticket_capacity=None)
    findings, _ = rebuild(world, {})
    assert (findings.found, world.ours()) == ((), {})
    assert [(pair.mapped.uuid, pair.mapped.code) for pair in findings.rejected] == [(uuid, "capacity_missing")]
    world.site.edit(uuid, ticket_capacity=60)
    findings, stored = rebuild(world, {uuid: Winner.SOURCE})
    assert (differing(findings), stored) == ({"Koncert": [("capacity", 50, 60)]}, (1, 0))
    world.run()
    assert (sold_as(world, uuid)[1], world.event_of(uuid).id) == (60, event.id)


def test_event_whose_prices_cannot_be_read_is_told_and_not_linked(world: World) -> None:
    uuid, event = world.sell("Koncert")
    lose(world)
    world.sandbox.faults.add("place2book", "status", "GET", "/prices$", code=404)
    findings, stored = rebuild(world, {uuid: Winner.SOURCE})
    assert ([pair.mapped.uuid for pair in findings.unread], findings.found, stored) == ([uuid], (), (0, 0))
    world.sandbox.faults.clear()
    _, stored = rebuild(world, {})
    world.run()
    assert (stored, len(event.prices), world.run().writes) == ((1, 0), 1, [])


def test_link_that_was_stored_meanwhile_stays_as_it_is(world: World) -> None:
    uuid, _ = world.sell("Koncert")
    kept = world.ours()[uuid]
    lose(world)
    world.site.edit(uuid, ticket_categories=DEARER)
    findings = found(world)
    world.run()
    before = world.ours()[uuid]
    stored = link_again(world.library_run(request_of(world)), findings.found, {uuid: Winner.SOURCE}, world.now())
    assert (stored, world.ours()[uuid], before.event_id) == ((0, 1), before, kept.event_id)


def test_price_whose_category_has_another_name_and_value_is_changed_and_never_doubled(world: World) -> None:
    uuid, _ = world.sell("Koncert")
    lose(world)
    other = [{"uuid": "c2", "title": "Alle", "price": {"currency": "DKK", "value": 30}}]
    world.site.edit(uuid, ticket_categories=other)
    rebuild(world, {uuid: Winner.SOURCE})
    world.run()
    assert sold_as(world, uuid)[2] == {"Alle": 3000}


def test_price_without_a_category_is_told_and_stays(world: World) -> None:
    uuid, event = world.sell("Koncert")
    world.sandbox.place2book.staff_add_price(event.id, name="Medlem", value=5000)
    lose(world)
    findings, _ = rebuild(world, {uuid: Winner.SOURCE})
    assert differing(findings) == {"Koncert": [("price.Medlem.value", 5000, None)]}
    world.run()
    assert sold_as(world, uuid)[2] == {"Voksen": 10000, "Medlem": 5000}
    assert world.run().writes == []


def test_history_tells_of_the_rebuilt_link_and_its_differences(world: World) -> None:
    uuid, _ = world.sell("Koncert")
    lose(world)
    world.site.edit(uuid, ticket_capacity=60)
    rebuild(world, {uuid: Winner.SOURCE})
    rows = world.rows("SELECT kind, status, why, fields FROM sync.changes WHERE uuid = :uuid", uuid=uuid)
    fields = [{"field": "capacity", "old": 50, "new": 60}]
    assert rows == [{"kind": "adopt", "status": "applied", "why": "rebuilt", "fields": fields}]


def test_orphan_is_told_until_it_is_gone(world: World) -> None:
    uuid, event = world.sell("Koncert", beside="Foredrag")
    lose(world)
    world.site.remove(uuid)
    world.run()
    orphans = world.rows("SELECT name, event_id, page FROM sync.orphans")
    assert [(row["name"], row["event_id"]) for row in orphans] == [("Koncert", event.id)]
    assert str(uuid) in orphans[0]["page"] or orphans[0]["page"]
    world.sandbox.place2book.delete(event.id)
    world.run()
    assert world.rows("SELECT name FROM sync.orphans") == []


def test_two_events_that_name_one_page_are_no_orphans(world: World) -> None:
    world.publish("Koncert")
    (event,) = world.sandbox.place2book.events
    world.sandbox.place2book.create(event.event_maker, replace(event.fields, name="Kopi"))
    world.run()
    assert world.rows("SELECT name FROM sync.orphans") == []


def test_event_that_staff_made_by_hand_is_no_orphan(world: World) -> None:
    world.publish("Koncert")
    (event,) = world.sandbox.place2book.events
    by_hand = world.sandbox.place2book.create(event.event_maker, replace(event.fields)).id
    text_ = '<p><a href="https://another.example/page">Læs mere</a></p>'
    world.sandbox.place2book.staff_edit(by_hand, name="Staffs egen", description_long=text_)
    world.run()
    assert world.rows("SELECT name FROM sync.orphans") == []


def test_event_that_begins_before_the_window_is_no_orphan(world: World) -> None:
    start = (world.now() + DAY).replace(microsecond=0)
    uuid, event = world.sell("Udstilling", beside="Foredrag", start=start, end=start + 200 * DAY)
    lose(world)
    world.site.remove(uuid)
    world.run(Mode.PLAN)
    world.ahead = (world.libraries["solbjerg"].lookback_days + 2) * DAY - 6 * HOUR
    world.run()
    assert (world.rows("SELECT name FROM sync.orphans"), event.fields.name in names(world)) == ([], True)
    world.ahead = world.ahead - 2 * DAY
    world.run()
    assert len(world.rows("SELECT name FROM sync.orphans")) == 1
