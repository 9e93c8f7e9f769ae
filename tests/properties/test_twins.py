"""Whatever two neighbours do to what they both show, in whatever order: nothing is on sale twice, and all ends well."""

import pytest
from sqlalchemy import Engine

from sandbox.server import Sandbox
from tests.integration.steps.harness import new_world
from tests.integration.steps.twins.pair import SOLBJERG, twins_of
from tests.integration.steps.venue import VENUE
from tests.properties.neighbours import Neighbours
from tests.properties.telling import tell


@pytest.mark.slow
@pytest.mark.parametrize(("leader", "follower"), [(SOLBJERG, VENUE), (VENUE, SOLBJERG)], ids=["library", "theatre"])
def test_show_of_two_neighbours_is_never_on_sale_twice(
    sandbox: Sandbox, engine: Engine, leader: str, follower: str
) -> None:
    class Story(Neighbours):
        def fresh(self) -> None:
            type(self).twins = twins_of(new_world(sandbox, engine, [SOLBJERG], seeded=False), leader, follower)

    told = tell(Story, usually=6, steps=25)
    assert Story.looked >= 5 * told
