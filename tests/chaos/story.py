"""Some hours in the life of two libraries, with every kind of change; before each run people edit, buy and refund."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandbox.place2book_records import Buyer, Event
from sandbox.place2book_rules import read_event, read_price
from tests.chaos.world import WEBSITE, ChaosWorld
from tests.integration.steps.harness import DAY, HOUR

ADDRESS = {"address1": "Torvet 1", "postal_code": "2735", "city": "Solbjerg", "phone": "", "country": "DK"}
ELSEWHERE = {"url": "https://billetter.example.com/42", "admin_url": None}
SOMEBODY = Buyer(full_name="Prøve Prøvesen", email="proeve@example.com", phone_number="+45 00 00 00 01")


def category(title: str, kroner: float) -> dict[str, object]:
    """Return a ticket category of the website."""
    return {"uuid": f"kategori {title}", "title": title, "price": {"currency": "DKK", "value": kroner}}


@dataclass(slots=True)
class Story:
    """The events that people know by a short name, and what they do to them."""

    world: ChaosWorld
    uuids: dict[str, str] = field(default_factory=dict)

    def start(self, day: int, hour: int = 17) -> datetime:
        """Return a moment so many days from the beginning."""
        return self.world.began.replace(hour=hour, minute=0, second=0) + day * DAY

    def publish(self, name: str, day: int, *categories: dict[str, object], **fields: Any) -> None:
        """Publish an event on the website."""
        told = {"title": name, "ticket_manager_relevance": True, "branches": ["Solbjerg Bibliotek"], **fields}
        told |= {"ticket_categories": list(categories), "ticket_capacity": fields.get("ticket_capacity", 20)}
        self.uuids[name] = self.world.sandbox.cms[WEBSITE].add(start=self.start(day), **told)

    def plan(self, name: str, day: int, *categories: dict[str, object], **fields: Any) -> None:
        """Plan an event in Yesplan."""
        told = {"title": name, "ticket_manager_relevance": True, "branches": ["Store scene"], "ticket_capacity": 30}
        told |= {"ticket_categories": list(categories), **fields}
        self.uuids[name] = self.world.planners.add(start=self.start(day), **told)

    def edit(self, name: str, **fields: Any) -> None:
        """Change an event where it is planned."""
        uuid = self.uuids[name]
        site = self.world.sandbox.cms[WEBSITE]
        (site if any(event.uuid == uuid for event in site.events) else self.world.planners).edit(uuid, **fields)

    def event(self, name: str) -> Event:
        """Return the Place2book event of a source event."""
        query = "SELECT event_id FROM sync.links WHERE uuid = :uuid"
        return self.world.sandbox.place2book.get(self.world.rows(query, uuid=self.uuids[name])[0]["event_id"])

    def buy(self, name: str, quantity: int = 1, price: str | None = None) -> int:
        """Buy tickets, and return the purchase's number."""
        event = self.event(name)
        which = next((one.id for one in event.prices.values() if one.fields.name == price), None)
        return self.world.sandbox.place2book.buy(event.id, which, quantity, additional=[("Kaffe", 2500)]).id

    def by_hand(self, name: str, maker: int, day: int) -> Event:
        """Let staff make an event in Place2book themselves."""
        times = {"begin_at": self.start(day).isoformat(), "end_at": (self.start(day) + 2 * HOUR).isoformat()}
        body = {"name": name, **times, "capacity": 30, "address": ADDRESS, "ticket_fee": 3}
        price = read_price({"name": "Voksen", "value": 5000, "maximum_count": 4})
        return self.world.sandbox.place2book.create(maker, read_event(body), [price])


def first_events(story: Story) -> None:
    """Plan the very first events, while Place2book has none at all."""
    story.publish("Koncert", 20, category("Voksen", 100), category("Barn", 50))
    story.plan("Hamlet", 21, category("Voksen", 150), category("Barn", 75))


def a_programme(story: Story) -> None:
    """Publish the season: ticket events, passive ones, a series, one that staff made in Place2book."""
    made = story.by_hand("Strik i salen", 5000, 30)
    story.by_hand("Uden for siden", 5000, 31)
    link = f"https://www.place2book.com/da/sw2/sales/{made.seccode}"
    story.publish("Strik", 30, category("Voksen", 50), external_data={"url": link, "admin_url": None})
    story.publish("Foredrag", 22, category("Voksen", 75), description="Om haven")
    story.publish("Åbent hus", 23)
    story.publish("Quiz", 24, category("Hold", 40))
    story.publish("Debat", 25, category("Voksen", 60))
    story.publish("Teater", 26, category("Voksen", 90))
    story.publish("Film", 27, category("Voksen", 55))
    story.publish("Sang", 28, category("Voksen", 45))
    story.publish("Lille sal", 29, category("Voksen", 30), ticket_capacity=2)
    for number, day in enumerate((32, 39)):
        story.publish(f"Ukulele {number}", day, category("Voksen", 20), title="Ukulele", series="serie 1")
    story.plan("Revy", 33, category("Voksen", 200))


def everything_is_edited(story: Story) -> None:
    """Sell tickets, and change each family of fields."""
    story.buy("Koncert", 2, "Voksen")
    story.buy("Debat")
    story.buy("Ukulele 0", 2)
    story.buy("Hamlet", 2)
    story.buy("Strik")
    story.edit("Koncert", ticket_categories=[category("Voksen", 100), category("Barn", 50), category("Ung", 70)])
    story.edit("Foredrag", title="Stort foredrag", description="Om hele haven", body="<p>Med <b>billeder</b></p>")
    story.edit("Quiz", start=story.start(24, 19), end=story.start(24, 21))
    story.edit("Teater", ticket_capacity=80, ticket_categories=[category("Voksen", 95)])
    story.edit("Film", location="Filmsalen", ticket_categories=[category("Alle", 55)])
    story.edit("Debat", ticket_capacity=0 + 40, title="Debat om byen")
    story.edit("Hamlet", title="Hamlet igen", ticket_categories=[category("Voksen", 160), category("Barn", 75)])
    story.edit("Revy", ticket_categories=[category("Voksen", 200), category("Barn", 100)])


def much_goes_away(story: Story) -> None:
    """Take away prices and events, sold and unsold; make a series anew; refund."""
    story.edit("Koncert", ticket_categories=[category("Ung", 70)])
    story.edit("Debat", state="Cancelled")
    story.edit("Teater", state="Cancelled")
    story.edit("Film", ticket_manager_relevance=False)
    story.edit("Sang", external_data=ELSEWHERE)
    story.edit("Quiz", ticket_categories=[])
    story.edit("Åbent hus", ticket_categories=[category("Voksen", 25)])
    story.edit("Revy", state="Cancelled")
    site = story.world.sandbox.cms[WEBSITE]
    again = site.redate_series("serie 1", [story.start(34), story.start(41)])
    story.uuids |= {f"Ukulele {number}": uuid for number, uuid in enumerate(again)}
    story.world.sandbox.place2book.refund(story.buy("Strik"))
    story.buy("Lille sal", 2)


def much_comes_back(story: Story) -> None:
    """Bring back what went away; let staff edit, pause and delete; move purchases."""
    state = story.world.sandbox.place2book
    story.edit("Koncert", ticket_categories=[category("Voksen", 100), category("Ung", 70)])
    story.edit("Debat", state="Active")
    story.edit("Teater", state="Active")
    story.edit("Revy", state="Active")
    moved = story.buy("Strik")
    state.move(moved, story.event("Foredrag").id)
    state.resell(story.buy("Foredrag"), SOMEBODY)
    state.buy_together([story.event("Foredrag").id, story.event("Ukulele 0").id])
    state.refund(story.event("Lille sal").purchases[0].id)
    state.staff_edit(story.event("Strik").id, name="Strik for alle", description_short="Med garn")
    state.pause(story.event("Foredrag").id)
    state.staff_edit(story.event("Quiz").id, capacity=25)
    story.edit("Quiz", ticket_capacity=25)
    state.delete(story.event("Åbent hus").id)


def some_vanish(story: Story) -> None:
    """Delete events at the source, one of them sold."""
    site = story.world.sandbox.cms[WEBSITE]
    for name in ("Teater", "Koncert"):
        site.remove(story.uuids[name])
    story.world.planners.remove(story.uuids["Revy"])


def all_is_over(story: Story) -> None:
    """Let most of the season pass."""
    story.world.ahead += timedelta(days=33)
    story.buy("Ukulele 1")


@dataclass(frozen=True, slots=True)
class Hour:
    """What people do before a run; `second` is the rule by which a second clean run may be needed."""

    name: str
    edits: Callable[[Story], None]
    second: str | None = None


HOURS = (
    Hour(
        "first events",
        first_events,
        second="Where Place2book lists nothing at all for the event maker, two runs look for it",
    ),
    Hour("a programme", a_programme),
    Hour("edits", everything_is_edited),
    Hour("much goes away", much_goes_away),
    Hour("much comes back", much_comes_back),
    Hour(
        "some vanish",
        some_vanish,
        second="Otherwise it is gone once it was absent from two complete snapshots in a row",
    ),
    Hour("all is over", all_is_over),
)
