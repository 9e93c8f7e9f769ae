"""From nothing to all in step, and then silence."""

import pytest

from tests.integration.steps.harness import DAY, HOUR, World, written
from tests.integration.steps.venue import each_source

REJECTED_IN_THE_SEED = {
    ("Foredrag - Vikinger ved fjorden", "unknown_sales_link"),
    ("Quizaften", "price_negative"),
    ("", "title_missing"),
    ("Foredrag - Stjernehimlen over Solbjerg", "capacity_missing"),
    ("Natur på skånsom vis", "ends_before_start"),
    ("Rejseforedrag - Berlin til fods", "price_currency"),
}
MAPPED = "SELECT uuid, library, mapped->>'outcome' AS outcome FROM sync.source_events"

source = each_source


def wanted(world: World) -> set[tuple[str, str]]:
    rejected = {(row["library"], row["uuid"]) for row in world.rows("SELECT library, uuid FROM sync.rejections")}
    ticketed = {(row["library"], row["uuid"]) for row in world.rows(MAPPED) if row["outcome"] == "ticket_event"}
    return ticketed - rejected


def answering(world: World) -> set[tuple[str, str]]:
    return {
        (library, event.uuid)
        for library, site in world.sandbox.cms.items()
        for event in site.events
        if world.answers(world.link_shown(event.uuid, library))
    }


def test_first_run_every_event_on_sale_has_a_link_that_answers_and_no_other(seeded: World) -> None:
    happened = seeded.run()
    assert happened.raised == {}
    assert answering(seeded) == wanted(seeded)
    shown = {seeded.link_shown(uuid, library) for library, uuid in wanted(seeded)}
    assert (len(wanted(seeded)), len(shown), seeded.open_rejections()) == (49, 49, REJECTED_IN_THE_SEED)
    assert happened.counted == {("place2book", "POST"): 49, ("cms:solbjerg", "PATCH"): 29, ("cms:nordvig", "PATCH"): 20}
    passive = {row["uuid"] for row in seeded.rows(MAPPED) if row["outcome"] == "passive_event"}
    links = seeded.ours("nordvig")
    assert [seeded.sandbox.place2book.get(links[uuid].event_id).fields.passive for uuid in passive] == [True] * 3


def test_sales_links_on_a_host_that_only_place2book_knows_are_not_taken_for_another_vendors(
    seeded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeded.sandbox.place2book, "public_url", "https://billetter.example.org")
    seeded.run()
    second = seeded.run()
    assert (second.raised, second.writes) == ({}, [])
    assert seeded.rows("SELECT uuid FROM sync.links WHERE status <> 'live'") == []
    shown = {seeded.link_shown(uuid, library) or "" for library, uuid in wanted(seeded)}
    assert {link.split("/da/")[0] for link in shown} == {"https://billetter.example.org"}


def test_second_run_reads_lists_and_prices_and_changes_nothing(seeded: World) -> None:
    seeded.run()
    before = {event.id: event.fields for event in seeded.sandbox.place2book.events}
    second = seeded.run()
    assert (second.raised, second.writes, seeded.changes(second)) == ({}, [], [])
    assert {event.id: event.fields for event in seeded.sandbox.place2book.events} == before
    assert seeded.open_rejections() == REJECTED_IN_THE_SEED
    asked = sorted(request.path.rsplit("/", 1)[1] for request in second.requests)
    assert asked == ["events"] * (2 + 3) + ["prices"] * 52


def test_run_every_request_that_changes_something_was_stored_before_as_applying(world: World) -> None:
    uuid = world.publish("Koncert")
    world.after_edit(uuid, title="Stor koncert")
    rows = world.rows("SELECT kind, applying_at FROM sync.changes WHERE applying_at IS NOT NULL ORDER BY applying_at")
    sent = written(world.sandbox.log.entries)
    assert [row["kind"] for row in rows] == ["create", "write_back", "update"]
    assert [request.method for request in sent] == ["POST", world.written_back[1], "PUT"]
    assert [row["applying_at"] <= request.at for row, request in zip(rows, sent, strict=True)] == [True] * 3


def test_run_after_staff_deleted_an_event_that_is_over_asks_for_its_purchases_no_more(world: World) -> None:
    _, event = world.sell("Koncert", start=world.now() + HOUR, end=world.now() + 2 * HOUR)
    world.run_at(3 * HOUR)
    world.sandbox.place2book.delete(event.id)
    for days in range(1, 4):
        assert world.run_at(days * DAY).raised == {}


def test_run_an_hour_later_for_an_event_that_is_over_retires_its_link_and_deletes_nothing(world: World) -> None:
    uuid = world.publish("Koncert", start=world.now() + HOUR, end=world.now() + 2 * HOUR)
    later = world.run_at(3 * HOUR)
    assert (later.raised, later.writes, world.changes(later)) == ({}, [], [("Koncert", "retire", "applied")])
    assert (world.ours()[uuid].status, world.event_of(uuid).fields.name) == ("retired", "Koncert")
