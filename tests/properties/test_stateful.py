"""Whatever is done in whatever order: after three clean hours all is in step, once, and quiet."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine

from include.sandbox.server import Sandbox
from tests.integration.pipeline.harness import new_world
from tests.properties.everyone import Everyone
from tests.properties.witness import WitnessedWorld

EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "20"))
"""How often a library's story is told; the default is the same stories each time, more are other ones."""


@pytest.mark.slow
def test_library_whatever_happens_ends_in_step_and_quiet(sandbox: Sandbox, engine: Engine) -> None:
    WitnessedWorld.witnessed = 0

    class Story(Everyone):
        def fresh(self) -> None:
            world = new_world(sandbox, engine, ["solbjerg"], seeded=False)
            type(self).world = WitnessedWorld(sandbox, engine, world.libraries)
            sandbox.clock = self.world.now

    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=25,
            derandomize="PROPERTY_EXAMPLES" not in os.environ,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert WitnessedWorld.witnessed >= 5 * EXAMPLES
