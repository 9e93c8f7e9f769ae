"""Whatever was done before: a plan writes to nobody and leaves our memory alone, and the next run does what it said."""

from typing import Any

import pytest
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine

from billetbro.models import Mode
from sandbox.server import Sandbox
from tests.examples import given_examples
from tests.integration.steps.harness import Happened, World, new_world
from tests.integration.steps.plan_and_sync import as_planned, foretold_rejections, left_alone, rejections_of_planning
from tests.properties.staff import Staff


class PlanningWorld(World):
    """A world in which each run that nothing can disturb was planned right before it."""

    compared: int = 0

    def run(self, mode: Mode = Mode.SYNC, **asked: Any) -> Happened:
        disturbed = bool(self.sandbox.faults.active) or "only" in asked or mode is not Mode.SYNC
        if disturbed:
            return super().run(mode, **asked)
        before = left_alone(self)
        plan = super().run(Mode.PLAN, **asked)
        assert (plan.writes, left_alone(self)) == ([], before)
        run = super().run(mode, **asked)
        assert {step: str(error) for step, error in plan.raised.items()} == {
            step: str(error) for step, error in run.raised.items() if step in ("extract", "transform", "load")
        }
        if not run.raised:
            PlanningWorld.compared += 1
            assert as_planned(self, plan) == as_planned(self, run)
            assert foretold_rejections(self, plan) == rejections_of_planning(self)
        return run


@pytest.mark.slow
@pytest.mark.story
def test_plan_whatever_was_done_before_is_what_the_next_run_does(sandbox: Sandbox, engine: Engine) -> None:
    PlanningWorld.compared = 0

    class Story(Staff):
        def fresh(self) -> None:
            world = new_world(sandbox, engine, ["solbjerg"], seeded=False)
            type(self).world = PlanningWorld(sandbox, engine, world.libraries)
            sandbox.clock = self.world.now

    examples = given_examples(few=2, many=20, steps=20)
    run_state_machine_as_test(Story, settings=examples)
    assert PlanningWorld.compared >= 5 * examples.max_examples
