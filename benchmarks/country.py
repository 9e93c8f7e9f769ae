"""A country of libraries with the same number of coming events each, their settings, and their sites in the sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import yaml

from sandbox.place2book_records import EventMaker
from sandbox.seed import Library as Site
from sandbox.server import Sandbox

FIRST_MAKER = 86001
ADDRESS = {"name": "Biblioteket", "address1": "Torvet 1", "postal_code": "2730", "city": "Byen"}
CMS_ADDRESS = {"street": "Torvet 1", "zip_code": "2730", "city": "Byen", "country": "DK", "location": "Biblioteket"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """So many libraries (999 at most) with so many events each, the first of them a month after `now`."""

    libraries: int
    events: int
    now: datetime

    @property
    def ids(self) -> list[str]:
        """Return the libraries' ids."""
        return [f"library{number:03}" for number in range(1, self.libraries + 1)]

    def sites(self) -> list[Site]:
        """Return the libraries' websites, without events."""
        return [
            Site(id=name, name=name, login="eksternt", password=f"made-up-{name}", price_unit="kroner")
            for name in self.ids
        ]

    def makers(self) -> list[EventMaker]:
        """Return the libraries' event makers."""
        return [EventMaker(FIRST_MAKER + at, name, "Byen", "2730", "Torvet 1") for at, name in enumerate(self.ids)]

    def settings(self, requests: dict[str, float]) -> str:
        """Return the libraries' settings file; what is not in `requests` is as in production."""
        libraries = [
            {
                "id": name,
                "name": name,
                "source": {"type": "dpl_cms", "conn_id": f"cms_{name}", "price_unit": "kroner"},
                "place2book": {"conn_id": "place2book", "event_maker": FIRST_MAKER + at},
            }
            for at, name in enumerate(self.ids)
        ]
        defaults = {"fallback_address": ADDRESS, "requests": requests}
        return yaml.safe_dump({"defaults": defaults, "libraries": libraries})

    def publish(self, sandbox: Sandbox, library: str) -> None:
        """Publish a library's events on its website."""
        site, place = sandbox.cms[library], self.ids.index(library) + 1
        start = self.now.replace(minute=0, second=0, microsecond=0) + timedelta(days=30)
        for number in range(self.events):
            begin = start + timedelta(hours=number)
            fields = _fields(library, number)
            site.add(uuid=uuid_of(place, number), **fields, start=begin, end=begin + timedelta(hours=2))

    def change(self, sandbox: Sandbox, percent: float, capacity: int) -> int:
        """Give a share of the events, spread over all libraries, another capacity; return how many there were."""
        events = [(site, event.uuid) for site in sandbox.cms.values() for event in site.events]
        count = max(1, round(len(events) * percent / 100)) if percent else 0
        for place in range(count):
            site, uuid = events[place * len(events) // count]
            site.edit(uuid, ticket_capacity=capacity)
        return count


def uuid_of(place: int, number: int) -> str:
    """Return the uuid of an event, by its library's place (from one) and its own number (from zero)."""
    return f"{place:08}-0000-4000-8000-{number:012}"


def _fields(library: str, number: int) -> dict[str, object]:
    image = {"url": f"https://{library}.example.dk/sites/default/files/{number}.jpg"}
    return {
        "title": f"Arrangement {number}",
        "ticket_manager_relevance": True,
        "image": image,
        "originalImage": image,
        "teaserImage": image,
        "all_day": False,
        "branches": [library],
        "categories": ["Foredrag"],
        "tags": ["historie", "lokalt"],
        "partners": [],
        "audiences": ["Voksne"],
        "screen_names": [],
        "listing_weight": 0,
        "description": "En aften om byens historie, med kaffe og tid til spørgsmål.",
        "body": "<p>Kom og vær med.</p>" * 20,
        "address": CMS_ADDRESS,
        "ticket_capacity": 50,
        "ticket_categories": [{"title": "Voksen", "price": {"currency": "DKK", "value": 75}}],
    }
