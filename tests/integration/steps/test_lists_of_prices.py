"""A list of prices that is not whole, or repeats itself, is not believed: no price is made twice."""

from typing import Any

import pytest

from sandbox.faults import Kind
from tests.integration.steps.harness import World

PRICES = ("GET", r"/prices$")


def categories(*titles: str) -> list[dict[str, Any]]:
    return [{"uuid": title, "title": title, "price": {"currency": "DKK", "value": 75}} for title in titles]


@pytest.mark.parametrize("kind", ["half_list", "empty_list"])
def test_list_that_lacks_prices_which_exist_leaves_the_event_as_it_is(world: World, kind: Kind) -> None:
    uuid, event = world.sell(beside="Foredrag", ticket_categories=categories("Voksen", "Barn"))
    world.sandbox.place2book.buy(event.id)
    world.site.edit(uuid, ticket_categories=categories("Voksen", "Barn", "Ung"), ticket_capacity=60)
    run = world.after_fault("place2book", kind, "GET", rf"/events/{event.id}/prices$")
    assert ("place2book", "POST") not in run.writes
    assert {code for _, code in world.open_rejections()} == {"unreadable_in_place2book"}
    after = world.after_repair()
    assert (after.raised, world.open_rejections()) == ({}, set())
    assert [price.fields.name for price in event.prices.values()] == ["Voksen", "Barn", "Ung"]


def test_list_that_lacks_prices_in_two_runs_is_believed_in_neither(world: World) -> None:
    uuid, event = world.sell(beside="Foredrag", ticket_categories=categories("Voksen", "Barn"))
    world.sandbox.place2book.buy(event.id)
    world.site.edit(uuid, ticket_categories=categories("Voksen", "Ung"))
    world.site.edit(next(other for other in world.ours() if other != uuid), ticket_capacity=60)
    world.sandbox.faults.add("place2book", "half_list", *PRICES)
    assert [set(world.run().raised) >= {"load", "export_purchases"} for _ in range(2)] == [True, True]
    assert (world.after_repair().raised, world.open_rejections()) == ({}, set())
    assert [price.fields.name for price in event.prices.values()] == ["Voksen", "Ung"]


def test_price_that_staff_deleted_is_asked_for_once(world: World) -> None:
    uuid, event = world.sell(beside="Foredrag", ticket_categories=categories("Voksen", "Barn"))
    gone = next(price for price in event.prices.values() if price.fields.name == "Barn")
    del event.prices[gone.id]
    asked = []
    for capacity in (60, 61):
        run = world.after_edit(uuid, ticket_capacity=capacity)
        assert run.raised == {}
        asked.append(sum(entry.path.endswith(f"/prices/{gone.id}") for entry in run.requests))
    assert asked == [1, 0]
    assert [price.fields.name for price in event.prices.values()] == ["Voksen"]


def test_list_that_repeats_itself_counts_no_ticket_twice(world: World) -> None:
    _, event = world.sell(beside="Foredrag")
    world.sandbox.place2book.buy(event.id, quantity=2)
    world.after_fault("place2book", "same_page", *PRICES)
    sold = world.rows("SELECT tickets_sold FROM warehouse.event_sales ORDER BY tickets_sold")
    assert [row["tickets_sold"] for row in sold] == [0, 2]
    prices = world.rows("SELECT payload -> 'prices' AS prices FROM sync.ticket_events")
    assert [len(row["prices"]) for row in prices] == [1, 1]
