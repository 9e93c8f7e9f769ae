"""A library and a theatre that show the same events and have one event maker."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billetbro.settings.libraries import in_units
from tests.integration.steps.harness import DAY, Happened, World
from tests.integration.steps.venue import VENUE, Planners, in_yesplan

SOLBJERG = "solbjerg"
LEFT = ("Koncert", "skipped", "sold_by_twin")


@dataclass(slots=True)
class Twins:
    """Solbjerg with its website, and the theatre with its Yesplan; everything starts at the same moment."""

    world: World
    start: datetime
    planners: Planners

    def publish(self, where: str, title: str = "Koncert", **fields: Any) -> str:
        """Show an event at one of them."""
        told = {"title": title, "start": self.start, **fields}
        if where == SOLBJERG:
            return self.world.add(**told)
        category = {"title": "Voksen", "price": {"currency": "DKK", "value": 100}}
        shown = {"ticket_manager_relevance": True, "ticket_capacity": 50, "ticket_categories": [category]}
        return self.planners.add(**{**shown, **told})

    def site(self, where: str) -> Any:
        """Return what editors or planners edit."""
        return self.world.site if where == SOLBJERG else self.planners

    def link_at(self, where: str, uuid: str) -> str | None:
        """Return the ticket link that one of them shows."""
        return (self.site(where).get(uuid).fields.get("external_data") or {}).get("url")

    def run(self, *libraries: str, **how: Any) -> Happened:
        """Run both, the one that leads first as in earnest, or these in this order."""
        in_turn = [member for unit in in_units(list(self.world.libraries.values())) for member in unit]
        return self.world.run(libraries=libraries or in_turn, **how)

    def publish_both(self, first: str, second: str) -> tuple[str, str]:
        """Show the event at the one and the other, run once, and return its uuids."""
        uuids = self.publish(first), self.publish(second)
        self.run()
        return uuids

    def after_edit(self, where: str, uuid: str, **fields: Any) -> Happened:
        """Change an event at one of them, and return what comes of the next run."""
        self.site(where).edit(uuid, **fields)
        return self.run()

    def judged(self, library: str) -> list[tuple[str, str, str | None]]:
        """Return title, outcome and code of each event that a library shows."""
        query = """SELECT title, mapped ->> 'outcome' AS outcome, mapped ->> 'code' AS code FROM sync.source_events
                   WHERE library = :library AND present ORDER BY title"""
        return [(row["title"], row["outcome"], row["code"]) for row in self.world.rows(query, library=library)]

    def on_sale(self) -> dict[tuple[str, str], int]:
        """Return how many events that can be bought there are of each title and start, whatever else differs."""
        events = [event for event in self.world.sandbox.place2book.events if event.current_state != "deleted"]
        now = self.world.now()
        return Counter((event.fields.name, str(event.fields.begin_at)) for event in events if event.active(now))

    def sellers(self) -> list[str]:
        """Return which library sells each event."""
        return [row["library"] for row in self.world.rows("SELECT library FROM sync.links WHERE status = 'live'")]


def twins_of(world: World, leader: str, follower: str) -> Twins:
    """Give the two of them with nothing to show yet, the follower before the leader in the file."""
    library = world.libraries[SOLBJERG].model_copy(update={"twin_of": None})
    theatre = in_yesplan(library).model_copy(update={"id": VENUE, "name": "Havneteatret"})
    both = {SOLBJERG: library, VENUE: theatre}
    both[follower] = both[follower].model_copy(update={"twin_of": leader})
    world.libraries = {follower: both[follower], leader: both[leader]}
    start = (world.now() + 10 * DAY).replace(second=0, microsecond=0)
    return Twins(world, start, Planners(world.sandbox.yesplan[VENUE]))
