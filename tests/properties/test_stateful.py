"""Whatever is done in whatever order: after three clean hours all is in step, once, and quiet."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine

from include.sandbox.server import Sandbox
from tests.integration.pipeline.harness import new_world
from tests.properties.editors import Editors

EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "20"))
"""How often a library's story is told; the default is the same stories each time, more are other ones."""


@pytest.mark.slow
def test_library_whatever_happens_ends_in_step_and_quiet(sandbox: Sandbox, engine: Engine) -> None:
    told: list[int] = []

    class Story(Editors):
        def fresh(self) -> None:
            told.append(1)
            type(self).world = new_world(sandbox, engine, ["solbjerg"], seeded=False)

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
    assert len(told) >= EXAMPLES
