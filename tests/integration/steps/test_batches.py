"""A batch of libraries: a site that hangs delays nobody, and another try does only what failed."""

import threading
from collections import Counter
from dataclasses import replace

import pytest

from billetbro.errors import Fatal, OutOfTime, Retriable
from billetbro.models import Mode
from billetbro.steps.begin import in_batches
from billetbro.steps.library_threads import Limits
from billetbro.steps.request import Batch, RunRequest, for_each_library
from billetbro.store.database import library_lock
from billetbro.time_limit import TimeLimit, limited
from tests.catalogues import english
from tests.integration.steps.harness import Happened, World, written
from tests.integration.steps.programme import names

pytestmark = pytest.mark.slow

EVENTS = "/api/v1/events"
STEPS = ["extract", "transform", "load", "writeback", "export_purchases"]


def reads(happened: Happened) -> dict[str, int]:
    """Return how often each website was asked for its events."""
    return Counter(entry.server for entry in happened.requests if (entry.method, entry.path) == ("GET", EVENTS))


def test_site_that_hangs_is_named_with_its_limit_and_leaves_the_others_untouched(seeded: World) -> None:
    seeded.limits = Limits(seconds=6)
    seeded.sandbox.faults.add("cms:solbjerg", "slow", "GET", EVENTS, seconds=600)
    run = seeded.run(only=["extract"])
    solbjerg, nordvig = seeded.record(run, "solbjerg"), seeded.record(run, "nordvig")
    assert (type(run.raised["extract"]), solbjerg.error_codes) == (OutOfTime, {"extract": "out_of_time"})
    sentence = "Library 'solbjerg' was not done within its time limit of 6 seconds."
    assert english(solbjerg.errors["extract"].to_json()).startswith(sentence)
    assert (solbjerg.extracted_at, nordvig.errors, nordvig.extracted_at is not None) == (None, {}, True)
    seeded.sandbox.faults.clear()
    seeded.limits = Limits()
    assert seeded.run().raised == {}


def test_task_that_is_tried_again_does_only_what_failed(seeded: World) -> None:
    seeded.sandbox.faults.add("cms:solbjerg", "status", "GET", EVENTS, times=2, code=503)
    run = seeded.run(tries=2)
    assert (run.raised, reads(run)) == ({}, {"cms:nordvig": 1, "cms:solbjerg": 3})
    assert seeded.record(run).errors == {}


@pytest.mark.parametrize("step", STEPS)
def test_task_that_is_tried_again_does_no_library_twice(seeded: World, step: str) -> None:
    before = STEPS[: STEPS.index(step)]
    request = RunRequest(run_id="tried")
    seeded.carry_out(request, only=before)
    done: list[str] = []
    work = seeded._steps(request)[step]

    def one(library: str) -> None:
        if library == "solbjerg" and "solbjerg" not in done:
            done.append(library)
            raise Retriable("x")
        work(library)
        done.append(library)

    units = [["solbjerg"], ["nordvig"]]
    limits = Limits(libraries=1)
    with pytest.raises(Retriable):
        for_each_library(seeded.engine, request, Batch(step=step, units=units, limits=limits), one)
    for_each_library(seeded.engine, request, Batch(step=step, units=units, limits=limits, again=True), one)
    assert done == ["solbjerg", "nordvig", "solbjerg"]
    for_each_library(seeded.engine, request, Batch(step=step, units=units, limits=limits, again=True), one)
    assert done == ["solbjerg", "nordvig", "solbjerg"]


def test_plan_that_is_tried_again_plans_nothing_twice(seeded: World) -> None:
    request = RunRequest(run_id="plan", mode=Mode.PLAN)
    seeded.carry_out(request, only=["extract", "transform", "load"])
    planned = len(seeded.changes())
    batch = Batch(step="load", units=[["solbjerg"], ["nordvig"]], again=True)
    for_each_library(seeded.engine, request, batch, seeded._steps(request)["load"])
    assert (planned > 0, len(seeded.changes())) == (True, planned)


def test_failure_that_stays_is_not_repeated_and_stays_red(seeded: World) -> None:
    seeded.passwords["solbjerg"] = "wrong"
    seeded.sandbox.faults.add("cms:nordvig", "status", "GET", EVENTS, times=2, code=503)
    run = seeded.run(only=["extract"], tries=2)
    assert (type(run.raised["extract"]), reads(run)) == (Fatal, {"cms:nordvig": 3, "cms:solbjerg": 1})
    assert "cms_solbjerg" in str(run.raised["extract"])
    assert seeded.record(run).error_codes == {"extract": "wrong_credentials"}


def test_step_that_a_person_clears_is_done_again_for_all(seeded: World) -> None:
    first = seeded.run()
    again = seeded.carry_out(RunRequest(run_id=first.run_id))
    assert (again.raised, reads(again), again.writes) == ({}, {"cms:nordvig": 1, "cms:solbjerg": 1}, [])


def test_first_try_after_a_clear_that_is_killed_leaves_the_whole_step_to_the_next(seeded: World) -> None:
    request = RunRequest(run_id="cleared")
    seeded.carry_out(request, only=["extract"])
    units = [["solbjerg"], ["nordvig"]]

    def killed(_: str) -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        for_each_library(seeded.engine, request, Batch(step="extract", units=units), killed)
    done: list[str] = []
    for_each_library(seeded.engine, request, Batch(step="extract", units=units, again=True), done.append)
    assert sorted(done) == ["nordvig", "solbjerg"]


def test_writes_under_way_when_the_limit_passes_are_recorded_and_none_follows(world: World) -> None:
    for number in range(12):
        world.add(f"Koncert {number:02}")
    world.limits = Limits(seconds=4, grace=0)
    world.sandbox.faults.add("place2book", "slow", "POST", "/events$", seconds=12)
    run = world.run(only=STEPS[:3])
    assert (set(run.raised), type(run.raised["load"])) == ({"load"}, OutOfTime)
    with library_lock(world.engine, "solbjerg", wait_seconds=120):
        made = [entry.method for entry in written(world.sandbox.log.entries)]
    assert (made, len(names(world)), len(world.ours())) == (["POST"] * 4, 4, 4)
    assert Counter(status for _, _, status in world.changes()) == {"applied": 4, "failed": 8}
    world.sandbox.faults.clear()
    world.limits = Limits()
    assert (world.run().raised, names(world)) == ({}, [f"Koncert {number:02}" for number in range(12)])


def test_library_whose_limit_passed_is_not_begun_once_another_task_lets_it_go(world: World) -> None:
    world.limits = Limits(seconds=1, grace=0)
    with library_lock(world.engine, "solbjerg"):
        run = world.run(only=["extract"])
    for thread in threading.enumerate():
        if thread.name == "solbjerg":
            thread.join(timeout=60)
    assert (type(run.raised["extract"]), world.sandbox.log.entries) == (OutOfTime, [])
    assert world.record(run).error_codes == {"extract": "out_of_time"}


def test_library_is_not_waited_for_beyond_its_time_limit(world: World) -> None:
    with (
        library_lock(world.engine, "solbjerg"),
        limited(TimeLimit(library="solbjerg", seconds=0.5)),
        pytest.raises(Retriable) as ended,
        library_lock(world.engine, "solbjerg", wait_seconds=5),
    ):
        pass
    assert ended.type is OutOfTime


def test_batches_are_few_even_and_in_order(world: World) -> None:
    request = RunRequest(run_id="batches")
    one = world.libraries["solbjerg"]
    libraries = [one.model_copy(update={"id": f"lib{number}"}) for number in range(1, 8)]
    found = {most: in_batches(world.engine, request, libraries, most) for most in (1, 3, 50)}
    ids = [f"lib{number}" for number in range(1, 8)]
    assert found == {1: [ids], 3: [ids[:2], ids[2:4], ids[4:]], 50: [[library] for library in ids]}
    assert in_batches(world.engine, request, [], 4) == []


def test_libraries_that_failed_in_the_run_before_are_by_themselves(seeded: World) -> None:
    seeded.sandbox.faults.add("cms:nordvig", "status", "GET", EVENTS, code=503)
    failed = seeded.run()
    others = [seeded.libraries["solbjerg"].model_copy(update={"id": f"lib{number}"}) for number in range(4)]
    libraries = [*others[:2], seeded.libraries["nordvig"], *others[2:]]
    ids = [library.id for library in others]
    request = RunRequest(run_id="the next")
    assert in_batches(seeded.engine, request, libraries, 3) == [ids[:2], ids[2:], ["nordvig"]]
    assert in_batches(seeded.engine, request, libraries, 1) == [[library.id for library in libraries]]
    together = replace(request, run_id=failed.run_id)
    assert in_batches(seeded.engine, together, libraries, 2) == [["lib0", "lib1"], ["nordvig", "lib2", "lib3"]]
