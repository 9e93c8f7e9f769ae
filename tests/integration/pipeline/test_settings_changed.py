"""What becomes of linked and sold events when somebody changes libraries.yaml between two runs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.pipeline.harness import DAY, HOUR, Happened, World
from tests.integration.pipeline.venue import in_yesplan

pytestmark = pytest.mark.slow

PLACE2BOOK = "place2book"


def names(world: World) -> list[str]:
    """Return the names of all events that stand in Place2book."""
    return sorted(event.fields.name for event in world.sandbox.place2book.events)


def programme(world: World, count: int = 5, **fields: Any) -> list[str]:
    """Publish some events of different titles and starts, the same ones wherever it is called."""
    start = (world.now() + 10 * DAY).replace(minute=0, second=0, microsecond=0)
    return [world.add(f"Koncert {number}", start=start + number * HOUR, **fields) for number in range(count)]


def in_place2book(happened: Happened) -> list[str]:
    """Return the methods of the requests that were meant to change something in Place2book."""
    return sorted(method for server, method in happened.writes if server == PLACE2BOOK)


@pytest.mark.parametrize("first", ["dpl_cms", "yesplan"])
def test_library_that_gets_another_source_keeps_what_is_sold_and_sells_nothing_twice(
    website: World, first: str
) -> None:
    world, of_website = website, website.libraries["solbjerg"]
    sources = {"dpl_cms": of_website, "yesplan": in_yesplan(of_website)}
    second = next(kind for kind in sources if kind != first)
    world.libraries["solbjerg"] = sources[first]
    before = [world.event_of(uuid) for uuid in published(world)]
    world.sandbox.place2book.buy(before[0].id)
    world.libraries["solbjerg"] = sources[second]
    uuids = programme(world)
    late = world.add("Koncert 9")
    assert world.run().raised == {}
    assert [world.event_of(uuid) for uuid in uuids] == before
    assert names(world) == [*(f"Koncert {number}" for number in range(5)), "Koncert 9"]
    assert all(world.answers(world.link_shown(uuid)) for uuid in [*uuids, late])
    assert (world.run().writes, world.open_rejections()) == ([], set())


def published(world: World) -> list[str]:
    """Publish the programme and run once."""
    uuids = programme(world)
    assert world.run().raised == {}
    return uuids
