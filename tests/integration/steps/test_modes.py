"""What a run started by hand may be told: to plan only, to look at some events only."""

import pytest

from billetbro.models import Mode
from billetbro.steps.report import make_report
from tests.integration.steps.harness import World
from tests.integration.steps.plan_and_sync import as_planned

pytestmark = pytest.mark.slow


def test_plan_shows_the_write_backs_that_are_due_already(world: World) -> None:
    uuid = world.publish("Koncert")
    world.site.edit(uuid, external_data=None)
    plan = world.run(Mode.PLAN)
    sync = world.run()
    assert world.changes(plan) == [("Koncert", "write_back", "planned")]
    assert as_planned(world, plan) == as_planned(world, sync)


def test_plan_tells_what_would_be_rejected_and_opens_no_rejection(world: World) -> None:
    world.add("Foredrag", capacity=None)
    world.add("Koncert", external_data={"url": "https://www.place2book.com/da/sw2/sales/findesikke"})
    plan = world.run(Mode.PLAN)
    text = make_report(world.engine, plan.run_id, world.say).text
    assert world.open_rejections() == set()
    assert "    - Foredrag  /billetbro/libraries/solbjerg\n      Der mangler et antal billetter." in text
    assert "    - Koncert  /billetbro/libraries/solbjerg\n      Linket i CMS ligner et salgslink fra" in text
    assert "Afvist, kræver handling: 2" in text


def test_plan_counts_no_absence_and_no_try(world: World) -> None:
    gone = world.publish("Koncert", beside="Foredrag")
    world.site.remove(gone)
    for _ in range(3):
        assert world.run(Mode.PLAN).writes == []
    assert world.ours()[gone].absences == 0
    assert world.run().writes == []


def test_events_limits_every_step_to_those_events(world: World) -> None:
    first, second = world.add("Koncert"), world.add("Foredrag")
    run = world.run(by_hand=True, events=[second])
    assert (run.counted, set(world.ours())) == ({("place2book", "POST"): 1, ("cms:solbjerg", "PATCH"): 1}, {second})
    world.run()
    for uuid in (first, second):
        world.site.edit(uuid, title=f"Ny {uuid}", external_data=None)
    run = world.run(by_hand=True, events=[first])
    assert run.counted == {("place2book", "PUT"): 1, ("cms:solbjerg", "PATCH"): 1}
    assert world.link_shown(first) is not None
    assert world.link_shown(second) is None


def test_events_counts_no_absence_of_others_and_resolves_nothing_of_them(world: World) -> None:
    gone, other = world.add("Koncert"), world.add("Foredrag")
    world.publish("Uden antal", ticket_capacity=None)
    world.site.remove(gone)
    for _ in range(3):
        assert world.run(by_hand=True, events=[other]).writes == []
    assert (world.ours()[gone].absences, world.open_rejections()) == (0, {("Uden antal", "capacity_missing")})


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
