"""Whatever two neighbours do to what they both show, in whatever order: nothing is on sale twice, and all ends well."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine

from include.sandbox.server import Sandbox
from tests.integration.pipeline.harness import new_world
from tests.integration.pipeline.twins.pair import SOLBJERG, twins_of
from tests.integration.pipeline.venue import VENUE
from tests.properties.neighbours import Neighbours

EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "6"))
"""How often the story of the two is told; the default is the same stories each time, more are other ones."""


@pytest.mark.slow
@pytest.mark.parametrize(("leader", "follower"), [(SOLBJERG, VENUE), (VENUE, SOLBJERG)], ids=["library", "theatre"])
def test_show_of_two_neighbours_is_never_on_sale_twice(
    sandbox: Sandbox, engine: Engine, leader: str, follower: str
) -> None:
    class Story(Neighbours):
        def fresh(self) -> None:
            type(self).twins = twins_of(new_world(sandbox, engine, [SOLBJERG], seeded=False), leader, follower)

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
