"""Whatever two neighbours do to what they both show, in whatever order: nothing is on sale twice, and all ends well."""

import pytest
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine

from sandbox.server import Sandbox
from tests.examples import given_examples
from tests.integration.steps.harness import new_world
from tests.integration.steps.twins.pair import SOLBJERG, twins_of
from tests.integration.steps.venue import VENUE
from tests.properties.neighbours import Neighbours


@pytest.mark.slow
@pytest.mark.story
@pytest.mark.parametrize(("leader", "follower"), [(SOLBJERG, VENUE), (VENUE, SOLBJERG)], ids=["library", "theatre"])
def test_show_of_neighbours_is_never_sold_twice(sandbox: Sandbox, engine: Engine, leader: str, follower: str) -> None:
    class Story(Neighbours):
        def fresh(self) -> None:
            type(self).twins = twins_of(new_world(sandbox, engine, [SOLBJERG], seeded=False), leader, follower)

    examples = given_examples(few=3, many=12, steps=25)
    run_state_machine_as_test(Story, settings=examples)
    assert Story.looked >= 3 * examples.max_examples
