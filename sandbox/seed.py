"""The two fictional libraries, with all that was entered by hand before the first synchronisation.

The events stand in data/*.yaml, with dates relative to the moment of seeding.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

import yaml

from sandbox.cms_event import CmsEvent
from sandbox.cms_state import CmsSite
from sandbox.moments import danish_day
from sandbox.place2book_records import Buyer, EventMaker
from sandbox.place2book_rules import read_event, read_price
from sandbox.place2book_state import Place2book

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class EventSpec:
    """An event as the data files describe it: `day` counts from today, `at` is Danish time, or `in_hours` from now.

    With `all_days` it takes so many whole days instead.
    `repeat` lengthens description and body.
    `raw` overrides what the API shows, field by field; `omit` names fields that it leaves out.
    """

    key: str
    title: str
    day: int = 0
    at: str = "19:00"
    in_hours: float | None = None
    minutes: int = 120
    all_days: int | None = None
    tickets: list[dict[str, Any]] | None = None
    capacity: int | None = None
    branch: str | None = None
    place: str | None = None
    categories: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    audiences: list[str] = field(default_factory=list)
    description: str | None = None
    body: str | None = None
    repeat: int = 1
    state: str = "Active"
    relevant: bool = True
    series: str | None = None
    link: str | None = None
    created_days_ago: int = 30
    raw: dict[str, Any] = field(default_factory=dict)
    omit: list[str] = field(default_factory=list)

    def start(self, now: datetime) -> datetime:
        """Return when it begins, as UTC."""
        return moment_of(now, self.day, "00:00" if self.all_days else self.at, self.in_hours)

    def end(self, now: datetime) -> datetime:
        """Return when it ends, as UTC."""
        if self.all_days:
            return danish_day(now, self.day + self.all_days - 1, "23:59:59")
        return self.start(now) + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Library:
    """A library's site: its login, the unit of its prices, the places where its events are, and its events."""

    id: str
    name: str
    login: str
    password: str
    price_unit: Literal["kroner", "minor"]
    places: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: tuple[EventSpec, ...] = ()


def default_libraries() -> list[Library]:
    """Return Solbjerg Bibliotek and Nordvig Bibliotekerne."""
    return [_library("solbjerg"), _library("nordvig")]


def event_uuid(library_id: str, key: str) -> str:
    """Return the uuid that an event of the data files has in every seeding; series have one by their name too."""
    return str(uuid5(NAMESPACE_URL, f"sandbox/{library_id}/{key}"))


def seed_cms(site: CmsSite, library: Library, place2book_url: str) -> None:
    """Fill a website with its library's events."""
    now = site.clock()
    for spec in library.events:
        created = now - timedelta(days=spec.created_days_ago)
        site.put(
            CmsEvent(
                uuid=event_uuid(library.id, spec.key),
                start=spec.start(now),
                end=spec.end(now),
                created_at=created,
                updated_at=created + timedelta(hours=1),
                own=_fields(spec, library, site.public_url, place2book_url),
                series=None if spec.series is None else event_uuid(library.id, spec.series),
            )
        )


def default_event_makers() -> list[EventMaker]:
    """Return the organisers that Place2book knows."""
    return [EventMaker(**maker) for maker in _read("place2book.yaml")["event_makers"]]


def seed_place2book(state: Place2book) -> None:
    """Enter the events that staff of the known event makers made by hand, and what was sold of them."""
    now = state.clock()
    known = [spec for spec in _read("place2book.yaml")["events"] if spec["event_maker"] in state.makers]
    for spec in known:
        begin_at = moment_of(now, spec["day"], spec["at"], None)
        body = {**spec["fields"], "begin_at": begin_at.isoformat()}
        body["end_at"] = (begin_at + timedelta(minutes=spec["minutes"])).isoformat()
        prices = [read_price(price) for price in spec["prices"]]
        event = state.create(spec["event_maker"], read_event(body), prices, spec["seccode"])
        for sale in spec.get("sales", []):
            buyer = Buyer(sale["full_name"], sale["email"])
            extra = [(name, amount) for name, amount in sale.get("additional", {}).items()]
            state.buy(event.id, None, sale["quantity"], buyer, sale.get("answers"), extra)


def moment_of(now: datetime, day: int, at: str, in_hours: float | None) -> datetime:
    """Return a moment that the data files give by day and time, or in hours from now; whole minutes, UTC."""
    if in_hours is not None:
        return (now + timedelta(hours=in_hours)).replace(second=0, microsecond=0)
    return danish_day(now, day, at)


def _library(library_id: str) -> Library:
    data = _read(f"{library_id}.yaml")
    return Library(
        **data["library"], places=data["places"], events=tuple(EventSpec(**event) for event in data["events"])
    )


def _read(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return loaded


def _fields(spec: EventSpec, library: Library, cms_url: str, place2book_url: str) -> dict[str, object]:
    image = f"{cms_url}/sites/default/files/{quote(spec.key)}.jpg"
    fields: dict[str, object] = {
        "title": spec.title,
        "state": spec.state,
        "ticket_manager_relevance": spec.relevant,
        "image": {"url": image},
        "originalImage": {"url": image},
        "teaserImage": {"url": image.replace(".jpg", "_teaser.jpg")},
        "all_day": spec.all_days is not None,
        "branches": [spec.branch or library.name],
        "categories": spec.categories,
        "tags": spec.tags,
        "partners": [],
        "audiences": spec.audiences,
        "screen_names": [],
        "listing_weight": 0,
        "description": spec.description and spec.description * spec.repeat,
        "body": spec.body and spec.body * spec.repeat,
        "address": library.places.get(spec.place or spec.branch or library.name),
        "ticket_categories": _tickets(spec, library),
        "ticket_capacity": spec.capacity,
        "external_data": _external_data(spec.link, place2book_url),
        **spec.raw,
    }
    return {name: value for name, value in fields.items() if name not in spec.omit}


def _tickets(spec: EventSpec, library: Library) -> list[dict[str, object]]:
    return [_ticket(ticket, spec, library) for ticket in spec.tickets or ()]


def _ticket(ticket: dict[str, Any], spec: EventSpec, library: Library) -> dict[str, object]:
    value = ticket["price"] * 100 if library.price_unit == "minor" else ticket["price"]
    shown: dict[str, object] = {
        "title": ticket["title"],
        "price": {"currency": ticket.get("currency", "DKK"), "value": value},
    }
    if ticket.get("uuid", True):
        shown["uuid"] = event_uuid(library.id, f"{spec.key}/{ticket['title']}")
    return shown


def _external_data(link: str | None, place2book_url: str) -> dict[str, str | None] | None:
    return None if link is None else {"url": link.replace("{place2book}", place2book_url), "admin_url": None}
