"""What a run started by hand may be told: to plan only, to look at some events only."""

from typing import Any

from include.models import Mode
from include.pipeline.report import make_report
from tests.integration.pipeline.harness import DAY, Happened, World

COLUMNS = "kind, uuid, title, event_maker, event_id, price_id, fields, why"


def work(world: World) -> list[str]:
    """Bring about one of every kind of change."""
    category = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}
    child = {"uuid": "c2", "title": "Barn", "price": {"currency": "DKK", "value": 40}}
    start = world.now().replace(microsecond=0) + 9 * DAY
    uuids = [world.add(f"Koncert {number}", ticket_categories=[category, child]) for number in range(5)]
    for day in range(2):
        world.add("Ukulele", series="s1", start=start + day * DAY)
    world.run()
    edited, prices, cancelled, sold, drifted = uuids
    world.site.edit(edited, title="Stor koncert")
    world.site.edit(prices, ticket_categories=[{**category, "price": {"currency": "DKK", "value": 120}}])
    world.site.edit(cancelled, state="Cancelled")
    world.sandbox.place2book.buy(world.event_of(sold).id)
    world.site.edit(sold, state="Cancelled")
    world.sandbox.place2book.staff_edit(world.event_of(drifted).id, name="Koncert med gæster")
    world.site.redate_series("s1", [start + 20 * DAY, start + 21 * DAY])
    world.add("Ny")
    return uuids


def stored(world: World, run: Happened) -> list[dict[str, Any]]:
    """Return a run's changes but for its times, what was created without the number that it got."""
    rows = world.rows(f"SELECT {COLUMNS} FROM sync.changes WHERE run_id = :run ORDER BY id", run=run.run_id)
    for row in rows:
        row["fields"] = [field for field in row["fields"] if field["field"] not in ("sale_close_at", "sale_end_at")]
        if row["kind"] == "create":
            row["event_id"] = None
    return rows


def test_plan_writes_nothing_anywhere_and_the_sync_after_it_does_what_was_planned(world: World) -> None:
    work(world)
    before = {event.id: event.fields for event in world.sandbox.place2book.events}
    tables = ("links", "rejections")
    known = [world.rows(f"SELECT * FROM sync.{table}") for table in tables]
    plan = world.run(Mode.PLAN)
    assert (plan.raised, plan.writes, set(plan.idle)) == ({}, [], {"export_purchases"})
    assert {event.id: event.fields for event in world.sandbox.place2book.events} == before
    assert [world.rows(f"SELECT * FROM sync.{table}") for table in tables] == known
    assert {status for _, _, status in world.changes(plan)} == {"planned"}

    sync = world.run()
    planned, done = stored(world, plan), stored(world, sync)
    in_place2book = ("write_back", "clear_link")
    assert sync.raised == {}
    assert [row for row in planned if row["kind"] not in in_place2book] == [
        row for row in done if row["kind"] not in in_place2book
    ]
    assert {row["kind"] for row in done} == {
        "create", "update", "update_price", "delete_price", "delete", "end_sale", "drift", "move", "write_back",
        "clear_link",
    }  # fmt: skip
    assert {status for _, _, status in world.changes(plan)} == {"planned"}


def test_plan_shows_the_write_backs_that_are_due_already(world: World) -> None:
    uuid = world.add("Koncert")
    world.run()
    world.site.edit(uuid, external_data=None)
    plan = world.run(Mode.PLAN)
    sync = world.run()
    assert world.changes(plan) == [("Koncert", "write_back", "planned")]
    assert stored(world, plan) == stored(world, sync)


def test_plan_tells_what_would_be_rejected_and_opens_no_rejection(world: World) -> None:
    world.add("Foredrag", capacity=None)
    world.add("Koncert", external_data={"url": "https://www.place2book.com/da/sw2/sales/findesikke"})
    plan = world.run(Mode.PLAN)
    text = make_report(world.engine, plan.run_id).text
    assert world.open_rejections() == set()
    assert "- Foredrag: Der mangler et antal billetter." in text
    assert "- Koncert: Linket i CMS ligner Place2books" in text
    assert "Afvist, kræver jer / rejected, needs you: 2" in text


def test_plan_counts_no_absence_and_no_try(world: World) -> None:
    gone = world.add("Koncert")
    world.add("Foredrag")
    world.run()
    world.site.remove(gone)
    for _ in range(3):
        assert world.run(Mode.PLAN).writes == []
    assert world.ours()[gone].absences == 0
    assert world.run().writes == []


def test_events_limits_every_step_to_those_events(world: World) -> None:
    first, second = world.add("Koncert"), world.add("Foredrag")
    run = world.run(by_hand=True, events=[second])
    assert run.counted == {("place2book", "POST"): 1, ("cms:solbjerg", "PATCH"): 1}
    assert set(world.ours()) == {second}
    world.run()
    for uuid in (first, second):
        world.site.edit(uuid, title=f"Ny {uuid}", external_data=None)
    run = world.run(by_hand=True, events=[first])
    assert run.counted == {("place2book", "PUT"): 1, ("cms:solbjerg", "PATCH"): 1}
    assert world.link_shown(first) is not None
    assert world.link_shown(second) is None


def test_events_counts_no_absence_of_others_and_resolves_nothing_of_them(world: World) -> None:
    gone, other = world.add("Koncert"), world.add("Foredrag")
    world.add("Uden antal", ticket_capacity=None)
    world.run()
    world.site.remove(gone)
    for _ in range(3):
        assert world.run(by_hand=True, events=[other]).writes == []
    assert world.ours()[gone].absences == 0
    assert world.open_rejections() == {("Uden antal", "capacity_missing")}


def test_events_reads_the_purchases_of_those_events_only(world: World) -> None:
    first, second = world.add("Koncert"), world.add("Foredrag")
    world.run()
    for uuid in (first, second):
        world.sandbox.place2book.buy(world.event_of(uuid).id)
    run = world.run(by_hand=True, events=[first])
    asked = [request.path for request in run.requests if request.path.endswith("purchases")]
    assert asked == [f"/event_makers/5000/events/{world.event_of(first).id}/purchases"]


def test_run_that_went_well_notes_every_step(world: World) -> None:
    world.add("Koncert")
    run = world.run()
    record = world.record(run)
    assert world.rows("SELECT count(*) AS runs FROM sync.runs") == [{"runs": 1}]
    assert (record.source_events, record.errors, record.removals_blocked) == (1, {}, None)
    assert None not in (record.extracted_at, record.transformed_at, record.observed_at, record.loaded_at)
    assert None not in (record.written_back_at, record.exported_at)
