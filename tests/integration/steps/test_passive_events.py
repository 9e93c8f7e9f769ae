"""Events without ticket categories, where the library wants them too: held in Place2book, without a button."""

import pytest

from tests.integration.steps.harness import World

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

CATEGORY = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}


def test_event_that_loses_its_categories_becomes_passive_and_its_link_is_cleared(world: World) -> None:
    world.configure(import_unpriced_events=True)
    uuid, event = world.sell("Koncert", ticket_categories=[CATEGORY])
    run = world.after_edit(uuid, ticket_categories=[])
    assert run.raised == {}
    assert (event.fields.passive, event.prices, world.link_shown(uuid)) == (True, {}, None)
    assert world.run().writes == []


def test_event_that_is_given_categories_is_sold_by_the_same_place2book_event(world: World) -> None:
    world.configure(import_unpriced_events=True)
    uuid, event = world.sell("Koncert", ticket_categories=[], ticket_capacity=None)
    shown = world.link_shown(uuid)
    run = world.after_edit(uuid, ticket_categories=[CATEGORY], ticket_capacity=30)
    assert (run.raised, shown) == ({}, None)
    assert (world.event_of(uuid), event.fields.passive, event.fields.capacity) == (event, False, 30)
    assert [price.fields.value for price in event.prices.values()] == [10000]
    assert world.answers(world.link_shown(uuid))
    assert world.run().writes == []


def test_event_that_loses_its_categories_after_sales_is_left_as_it_is(world: World) -> None:
    world.configure(import_unpriced_events=True)
    uuid, event = world.sell("Koncert", ticket_categories=[CATEGORY])
    world.sandbox.place2book.buy(event.id)
    before = event.fields
    assert world.after_edit(uuid, ticket_categories=[]).writes == []
    assert (event.fields, world.open_rejections()) == (before, {("Koncert", "removed_but_sold")})


def test_passive_event_that_is_removed_is_deleted_though_place2book_may_refuse(world: World) -> None:
    world.configure(import_unpriced_events=True)
    uuid = world.publish("Koncert", ticket_categories=[], ticket_capacity=None, beside="Foredrag")
    world.sandbox.place2book.passive_deletable = False
    world.site.remove(uuid)
    for _ in range(3):
        assert world.run().raised == {}
    assert world.open_rejections() == {("Koncert", "removed_but_sold")}
    world.sandbox.place2book.passive_deletable = True
    world.run()
    assert (world.sandbox.place2book.find("Foredrag").fields.name, world.open_rejections()) == ("Foredrag", set())
    assert len(world.sandbox.place2book.events) == 1


def test_event_of_a_branch_is_created_for_the_branch_and_stays_there(world: World) -> None:
    world.configure(place2book={"event_maker": 5000, "event_makers_by_branch": {"Nordvig Havn": 5101}})
    uuid, event = world.sell("Koncert", branches=["Nordvig Havn"])
    run = world.after_edit(uuid, branches=["Solbjerg Bibliotek"])
    assert (run.raised, event.event_maker, world.event_of(uuid).id) == ({}, 5101, event.id)
    assert world.open_rejections() == {("Koncert", "moved_event_maker")}
    assert len([e for e in world.sandbox.place2book.events if e.fields.name == "Koncert"]) == 1
