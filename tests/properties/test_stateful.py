"""Whatever is done in whatever order: after three clean hours all is in step, once, and quiet."""

import pytest
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine

from sandbox.server import Sandbox
from tests.examples import given_examples
from tests.integration.steps.harness import new_world
from tests.properties.everyone import Everyone
from tests.properties.witness import WitnessedWorld


@pytest.mark.slow
@pytest.mark.story
def test_library_whatever_happens_ends_in_step_and_quiet(sandbox: Sandbox, engine: Engine) -> None:
    WitnessedWorld.witnessed = 0

    class Story(Everyone):
        def fresh(self) -> None:
            world = new_world(sandbox, engine, ["solbjerg"], seeded=False)
            type(self).world = WitnessedWorld(sandbox, engine, world.libraries)
            sandbox.clock = self.world.now

    examples = given_examples(few=2, many=40, steps=25)
    run_state_machine_as_test(Story, settings=examples)
    assert WitnessedWorld.witnessed >= 5 * examples.max_examples
