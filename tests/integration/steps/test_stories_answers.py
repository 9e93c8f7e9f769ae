"""Answers of Place2book's that come too early: it says yes, shows the event as it was, and then changes it."""

from copy import copy

import pytest

from sandbox.place2book_records import Event, Price
from sandbox.place2book_rules import EventFields, PriceFields
from sandbox.place2book_state import Place2book
from tests.integration.steps.harness import World

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    replace, replace_price = Place2book.replace, Place2book.replace_price

    def event_before(place2book: Place2book, event_id: int, fields: EventFields) -> Event:
        before = copy(place2book.get(event_id))
        replace(place2book, event_id, fields)
        return before

    def price_before(place2book: Place2book, event_id: int, price_id: int, fields: PriceFields) -> Price:
        before = copy(place2book.price(event_id, price_id))
        replace_price(place2book, event_id, price_id, fields)
        return before

    monkeypatch.setattr(Place2book, "replace", event_before)
    monkeypatch.setattr(Place2book, "replace_price", price_before)


@pytest.mark.usefixtures("late")
def test_update_that_shows_only_when_it_is_read_again_counts_as_done(world: World) -> None:
    category = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}
    uuid = world.publish("Koncert", capacity=50, ticket_categories=[category])
    raised = {**category, "price": {"currency": "DKK", "value": 120}}
    happened = world.after_edit(uuid, ticket_capacity=60, ticket_categories=[raised])
    assert (happened.raised, happened.writes, world.open_rejections()) == ({}, [("place2book", "PUT")] * 2, set())
    assert world.ours()[uuid].applied["capacity"] == world.event_of(uuid).fields.capacity == 60
    assert world.ours()[uuid].prices["c1"].value_ore == 12000
    assert (world.state_shown(uuid), world.run().writes) == ("Active", [])


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize("what", ["an event's", "a price's"])
def test_end_of_a_sale_that_shows_only_when_it_is_read_again_counts_as_done(world: World, what: str) -> None:
    categories = [
        {"uuid": name, "title": name, "price": {"currency": "DKK", "value": 100}} for name in ("Voksen", "Barn")
    ]
    uuid, event = world.sell("Koncert", ticket_categories=categories)
    world.sandbox.place2book.buy(event.id)
    world.site.edit(uuid, **({"state": "Cancelled"} if what == "an event's" else {"ticket_categories": categories[1:]}))
    world.run()
    code = "removed_but_sold" if what == "an event's" else "price_has_sales"
    assert world.open_rejections() == {("Koncert", code)}
    world.after_edit(uuid, state="Active", ticket_categories=categories)
    first = next(iter(event.prices.values()))
    assert (event.fields.sale_close_at, first.fields.sale_end_at, world.open_rejections()) == (None, None, set())
    assert (world.state_shown(uuid), world.run().writes) == ("Active", [])


@pytest.mark.parametrize("what", ["an event's", "a price's"])
def test_opened_sale_that_is_ignored_is_no_success(world: World, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    categories = [
        {"uuid": name, "title": name, "price": {"currency": "DKK", "value": 100}} for name in ("Voksen", "Barn")
    ]
    uuid, event = world.sell("Koncert", ticket_categories=categories)
    world.sandbox.place2book.buy(event.id)
    world.site.edit(uuid, **({"state": "Cancelled"} if what == "an event's" else {"ticket_categories": categories[1:]}))
    world.run()
    world.site.edit(uuid, state="Active", ticket_categories=categories)
    with monkeypatch.context() as ignoring:
        ignoring.setattr(Place2book, "replace", lambda self, event_id, _: self.get(event_id))
        ignoring.setattr(
            Place2book, "replace_price", lambda self, event_id, price_id, _: self.price(event_id, price_id)
        )
        world.run()
        assert world.open_rejections() == {("Koncert", "refused_by_place2book")}
    world.run(by_hand=True)
    first = next(iter(event.prices.values()))
    assert (event.fields.sale_close_at, first.fields.sale_end_at, world.open_rejections()) == (None, None, set())
