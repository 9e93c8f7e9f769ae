"""Events that the website cannot save: told after a day, tried once a day from then on, nobody else's loss."""

from datetime import timedelta

import pytest

from billetbro.models import Mode
from billetbro.steps.report import make_report
from tests.integration.steps.harness import DAY, HOUR, Happened, World

pytestmark = pytest.mark.slow

SERVER = "cms:solbjerg"
PATCH = (SERVER, "PATCH")
UNSAVED = "cms_cannot_save"
EVERY = 4
"""Hours between two runs of a test's day: the job runs each hour, which takes longer and shows no more."""


def broken(world: World, *titles: str) -> list[str]:
    uuids = [world.add(title) for title in titles]
    for uuid in uuids:
        world.sandbox.faults.add(SERVER, "status", "PATCH", uuid)
    return uuids


def a_day(world: World) -> list[Happened]:
    first = world.ahead
    runs = []
    for hours in range(0, 24 + EVERY, EVERY):
        runs.append(world.run_at(first + hours * HOUR))
    return runs


def patched(run: Happened) -> list[str]:
    """Return the events that were sent a PATCH, without the one that cannot exist, by which the login is tried."""
    sent = (request.path.rpartition("/")[2] for request in run.requests if request.method == "PATCH")
    return [uuid for uuid in sent if uuid != "00000000-0000-0000-0000-000000000000"]


def test_event_that_is_not_saved_over_a_days_runs_is_told_and_no_longer_an_error(world: World) -> None:
    (uuid,) = broken(world, "Koncert")
    runs = a_day(world)
    assert [set(run.raised) for run in runs] == [*([{"writeback"}] * (len(runs) - 1)), set()]
    assert ([patched(run) for run in runs], world.open_rejections()) == ([[uuid]] * len(runs), {("Koncert", UNSAVED)})
    assert world.record(runs[-1]).written_back_at is not None
    assert "supporten for CMS" in make_report(world.engine, runs[-1].run_id, world.say).text


def test_event_that_is_not_saved_is_tried_once_a_day_until_it_is(world: World) -> None:
    (uuid,) = broken(world, "Koncert")
    a_day(world)
    told = world.ahead
    tried = []
    for hours in (1, 12, 23, 24, 25, 47):
        run = world.run_at(told + hours * HOUR)
        assert (run.raised, world.open_rejections()) == ({}, {("Koncert", UNSAVED)})
        tried.append(patched(run))
    assert tried == [[], [], [], [uuid], [], []]
    world.sandbox.faults.clear()
    assert (world.run_at(told + 48 * HOUR).counted, world.open_rejections()) == ({PATCH: 1}, set())
    assert (world.answers(world.link_shown(uuid)), world.run().writes) == (True, [])


def test_event_that_is_not_saved_is_tried_by_hand_and_when_there_is_something_new(world: World) -> None:
    (uuid,) = broken(world, "Koncert")
    a_day(world)
    world.ahead += HOUR
    assert world.run().writes == []
    by_hand = world.run(by_hand=True)
    assert (patched(by_hand), by_hand.raised) == ([uuid], {})
    world.sandbox.place2book.pause(world.event_of(uuid).id)
    changed = world.run()
    assert (patched(changed), changed.raised, world.open_rejections()) == ([uuid], {}, {("Koncert", UNSAVED)})
    assert world.run().writes == []


def test_plan_foresees_no_write_back_of_an_event_that_rests(world: World) -> None:
    broken(world, "Koncert")
    a_day(world)
    plan = world.run(Mode.PLAN)
    assert world.changes(plan) == [("Koncert", "write_back", "held_back")]
    assert world.rows("SELECT why FROM sync.changes WHERE status = 'held_back'") == [{"why": UNSAVED}]
    assert world.changes(world.run(Mode.PLAN, by_hand=True)) == [("Koncert", "write_back", "planned")]


def test_five_events_that_are_not_saved_hold_up_nobody_and_are_told_apart_from_an_outage(world: World) -> None:
    uuids = broken(world, *(f"Koncert {number}" for number in range(6)))
    first = world.run()
    assert (set(first.raised), len(patched(first))) == ({"writeback"}, 5)
    well = world.add("Foredrag")
    world.run_at(HOUR)
    assert world.answers(world.link_shown(well))
    for _ in range(2):
        a_day(world)
    assert world.open_rejections() == {(f"Koncert {number}", UNSAVED) for number in range(6)}
    world.ahead += HOUR
    quiet = world.run()
    assert (quiet.raised, quiet.writes) == ({}, [])
    new = world.add("Teater")
    assert (world.run().raised, world.answers(world.link_shown(new))) == ({}, True)
    world.sandbox.faults.clear()
    world.ahead += DAY
    assert (set(patched(world.run())), world.open_rejections()) == (set(uuids), set())


def test_website_that_saves_nothing_for_days_is_ill_itself_and_stays_an_error(world: World) -> None:
    uuids = [world.add(f"Koncert {number}", capacity=1) for number in range(7)]
    world.run()
    for uuid in uuids:
        world.sandbox.place2book.buy(world.event_of(uuid).id)
    world.sandbox.faults.add(SERVER, "status", "PATCH")
    for _ in range(2):
        assert [set(run.raised) for run in a_day(world)] == [{"writeback"}] * 7
    assert world.open_rejections() == set()
    assert (world.after_repair().counted, world.run().writes) == ({PATCH: 7}, [])


def test_outage_over_a_weekend_with_a_run_before_and_after_tells_nothing(world: World) -> None:
    broken(world, "Koncert")
    assert set(world.run(tries=3).raised) == {"writeback"}
    world.ahead = timedelta(days=3)
    assert (set(world.run(tries=3).raised), world.open_rejections()) == ({"writeback"}, set())


@pytest.mark.parametrize("code", [502, 503])
def test_gateway_that_fails_for_days_tells_of_no_event(world: World, code: int) -> None:
    uuid = world.add("Koncert")
    world.sandbox.faults.add(SERVER, "status", "PATCH", uuid, code=code)
    assert ([set(run.raised) for run in a_day(world)], world.open_rejections()) == ([{"writeback"}] * 7, set())
