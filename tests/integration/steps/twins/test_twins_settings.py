"""Twins whose settings change while both sell: who leads, and whether they are twins at all."""

import pytest

from tests.integration.steps.harness import World
from tests.integration.steps.twins.pair import Twins

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


def told(world: World, library: str, **changes: object) -> None:
    world.libraries[library] = world.libraries[library].model_copy(update=changes)


def at_5101(world: World, library: str) -> None:
    told(world, library, place2book=world.libraries[library].place2book.model_copy(update={"event_maker": 5101}))


def test_twins_that_change_places_go_on_where_each_event_was_sold_and_the_other_leads_in_what_is_new(
    twins: Twins, leader: str, follower: str
) -> None:
    for library in (leader, follower):
        twins.publish(library)
    twins.run()
    told(twins.world, leader, twin_of=follower)
    told(twins.world, follower, twin_of=None)
    happened = twins.run()
    assert (happened.raised, happened.writes, twins.sellers()) == ({}, [], [leader])
    for library in (leader, follower):
        twins.publish(library, "Foredrag")
    assert twins.run().raised == {}
    assert (sorted(twins.on_sale().values()), sorted(twins.sellers())) == ([1, 1], sorted([leader, follower]))
    assert (twins.run().writes, twins.world.open_rejections()) == ([], set())


def test_libraries_that_become_twins_while_both_sell_go_on_as_they_are_and_tell_it(
    twins: Twins, leader: str, follower: str
) -> None:
    world = twins.world
    at_5101(world, follower)
    told(world, follower, twin_of=None)
    for library in (leader, follower):
        twins.publish(library)
    twins.run()
    told(world, follower, twin_of=leader)
    happened = twins.run()
    assert (happened.raised, happened.writes) == ({}, [])
    found = (sorted(twins.sellers()), world.open_rejections())
    assert found == (sorted([leader, follower]), {("Koncert", "sold_twice")})
