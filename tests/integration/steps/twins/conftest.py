"""Twins: a library and a theatre, each of them the one that leads."""

import pytest

from tests.integration.steps.harness import World
from tests.integration.steps.twins.pair import SOLBJERG, Twins, twins_of
from tests.integration.steps.venue import VENUE


@pytest.fixture(params=[pytest.param(SOLBJERG, id="library"), pytest.param(VENUE, id="theatre")])
def leader(request: pytest.FixtureRequest) -> str:
    """Name the one of two twins that leads."""
    return str(request.param)


@pytest.fixture
def follower(leader: str) -> str:
    """Name the other."""
    return VENUE if leader == SOLBJERG else SOLBJERG


@pytest.fixture
def twins(world: World, leader: str, follower: str) -> Twins:
    """Give a library and a theatre that are twins, with nothing to show yet."""
    return twins_of(world, leader, follower)
