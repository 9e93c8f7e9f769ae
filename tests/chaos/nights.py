"""Both nights of the clock change: runs before, between and after, of events that begin around the change itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sandbox.request_log import LoggedRequest
from tests.chaos.child import run
from tests.chaos.compare import faults_of, sold_now
from tests.chaos.faults import ENDPOINTS, NIGHTS, Cell
from tests.chaos.season import SEASON
from tests.chaos.story import Story
from tests.chaos.world import ChaosWorld, Stage
from tests.integration.steps.harness import HOUR, written

CHANGES: Mapping[str, datetime] = dict(
    zip(NIGHTS, (datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC)), strict=True)
)
"""When the clock is put forward, and back."""
BEFORE = (timedelta(minutes=150), timedelta(minutes=30))


@dataclass(slots=True)
class Night(Story):
    """A story whose days are quarters of an hour: some events begin before the change, one in it, and some after it."""

    def start(self, day: int, hour: int = 17) -> datetime:  # noqa: ARG002
        """Return a moment of the night."""
        return self.world.began + BEFORE[0] + (day - 21) * timedelta(minutes=15)


def nights(stage: Stage) -> Iterator[Cell]:
    """Yield what came of both nights, for each endpoint."""
    for name, change in CHANGES.items():
        wrong = tuple(_night(stage, change))
        yield from (Cell(name, endpoint.name, "never" if wrong else "done; at once", wrong) for endpoint in ENDPOINTS)


def _night(stage: Stage, change: datetime) -> list[str]:
    world = stage.empty()
    world.began = change - BEFORE[0]
    story, log = Night(world), world.sandbox.log
    alone = next(endpoint for endpoint in ENDPOINTS if endpoint.instead_of)
    world.sandbox.faults.add(alone.server, "status", "GET", alone.instead_of, code=404)
    for hour, before in zip(SEASON, BEFORE, strict=True):
        world.ahead = BEFORE[0] - before
        hour.edits(story)
        sold = sold_now(world)
        wrong = [f"{hour.name}: {raised}" for raised in run(world, hour.name).raised.values()]
        world.sandbox.faults.clear()
    wrong += [f"{one.name} was not asked" for one in ENDPOINTS if not any(map(one.is_asked_by, log.entries))]
    wrong += faults_of(world, sold) + _at_another_time(world)
    for hours in range(3):
        before_run, world.ahead = len(log.entries), BEFORE[0] + hours * HOUR + HOUR / 2
        wrong += run(world, f"after {hours}").raised.values()
        wrong += [f"{one.method} {one.path}" for one in _of_place2book(log.entries[before_run:])]
    return wrong + _at_another_time(world)


def _at_another_time(world: ChaosWorld) -> list[str]:
    """Return the events that do not begin in Place2book when they do at their source."""
    starts = {event.uuid: event.start for site in world.sandbox.cms.values() for event in site.events}
    starts |= {event.id: event.start for venue in world.sandbox.yesplan.values() for event in venue.events}
    events = {event.id: event.fields.begin_at for event in world.sandbox.place2book.events}
    links = world.rows("SELECT uuid, event_id, title, starts_at FROM sync.links WHERE status <> 'deleted'")
    return [
        f"{link['title']} begins at {events.get(link['event_id'])}, not {starts[link['uuid']]}"
        for link in links
        if not events.get(link["event_id"]) == starts[link["uuid"]] == link["starts_at"]
    ]


def _of_place2book(requests: list[LoggedRequest]) -> list[LoggedRequest]:
    return [one for one in written(requests) if one.server == "place2book"]
