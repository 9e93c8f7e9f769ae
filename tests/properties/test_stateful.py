"""Whatever is done in whatever order: after three clean hours all is in step, once, and quiet."""

import pytest
from sqlalchemy import Engine

from sandbox.server import Sandbox
from tests.integration.steps.harness import new_world
from tests.properties.everyone import Everyone
from tests.properties.telling import tell
from tests.properties.witness import WitnessedWorld


@pytest.mark.slow
def test_library_whatever_happens_ends_in_step_and_quiet(sandbox: Sandbox, engine: Engine) -> None:
    WitnessedWorld.witnessed = 0

    class Story(Everyone):
        def fresh(self) -> None:
            world = new_world(sandbox, engine, ["solbjerg"], seeded=False)
            type(self).world = WitnessedWorld(sandbox, engine, world.libraries)
            sandbox.clock = self.world.now

    told = tell(Story, usually=20, steps=25)
    assert WitnessedWorld.witnessed >= 5 * told
