"""A few events that are published wherever a library's events come from, and what came of them in Place2book."""

from typing import Any

from tests.integration.steps.harness import DAY, HOUR, PLACE2BOOK, Happened, World

DEAR = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}
CHEAP = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 50}}


def sold_as(world: World, uuid: str) -> tuple[str, int | None, dict[str, int | None]]:
    """Return name, capacity and prices of the Place2book event that a source event is linked to."""
    event = world.event_of(uuid)
    prices = {price.fields.name: price.fields.value for price in event.prices.values()}
    return event.fields.name, event.fields.capacity, prices


def names(world: World) -> list[str]:
    """Return the names of all events that stand in Place2book."""
    return sorted(event.fields.name for event in world.sandbox.place2book.events)


def programme(world: World, count: int = 5, **fields: Any) -> list[str]:
    """Publish some events of different titles and starts, the same ones wherever it is called."""
    start = (world.now() + 10 * DAY).replace(minute=0, second=0, microsecond=0)
    return [world.add(f"Koncert {number}", start=start + number * HOUR, **fields) for number in range(count)]


def published(world: World, count: int = 5) -> list[str]:
    """Publish the programme and run once."""
    uuids = programme(world, count)
    assert world.run().raised == {}
    return uuids


def in_place2book(happened: Happened) -> list[str]:
    """Return the methods of the requests that were meant to change something in Place2book."""
    return sorted(method for server, method in happened.writes if server == PLACE2BOOK)
