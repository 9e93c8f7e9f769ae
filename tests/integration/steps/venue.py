"""A venue's planners, who do in Yesplan what a library's editors do on its website, asked in the website's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from billetbro.models import SourceState
from billetbro.settings.libraries import Library
from billetbro.sources.yesplan.values import state_in, state_words
from sandbox.yesplan_state import Installation

VENUE = "theater"
SOURCES = ["dpl_cms", pytest.param("yesplan", marks=pytest.mark.long)]
PRICES = {"Voksen": "price_adult", "Barn": "price_child", "Ny": "price_new"}
LINKS = {"sales_link": "ticket_link", "admin_link": "ticket_admin", "sale_state": "ticket_state"}
COUNTS = {"sold": "tickets_sold", "available": "tickets_available"}
_PLAIN = {"title": "name", "series": "group", "branches": "locations", "start": "start", "end": "end"}


@pytest.fixture(params=SOURCES)
def each_source(request: pytest.FixtureRequest) -> str:
    """Name each kind of source in turn, for modules whose tests hold whatever it is; see test_yesplan.py too."""
    return str(request.param)


def in_yesplan(library: Library, **custom_data: object) -> Library:
    """Return the library with the theatre's Yesplan as its source, with some other keywords than usual.

    No counts of tickets are shown unless their keywords are given, since a website shows none either.
    """
    source = {
        "type": "yesplan",
        "conn_id": "yesplan_theater",
        "price_unit": "kroner",
        "custom_data": {
            "capacity": "ticketing_capacity",
            "description": "web_text",
            "relevant": "ticketing_publish",
            "prices": PRICES,
            **LINKS,
            **custom_data,
        },
    }
    return Library.model_validate({**library.model_dump(mode="json"), "source": source})


@dataclass(frozen=True, slots=True)
class Shown:
    """An event as it stands in Yesplan; `fields` in the website's words."""

    uuid: str
    start: datetime
    series: str | None
    published: bool
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Planners:
    """What planners do; the same methods, and names of fields, as those of a website."""

    state: Installation

    def __post_init__(self) -> None:
        if "price_new" not in self.state.keywords:
            self.state.keywords = (*self.state.keywords, "price_new")

    def add(self, **fields: object) -> str:
        """Plan an event that is agreed, and return its id."""
        return self.state.add(**_in_yesplans_words(fields))

    def edit(self, uuid: str, **fields: object) -> None:
        """Change what is given."""
        self.state.edit(uuid, **_in_yesplans_words(fields))

    def remove(self, uuid: str) -> None:
        """Delete an event."""
        self.state.remove(uuid)

    def unpublish(self, uuid: str) -> None:
        """Take an event out of the key's sight."""
        self.state.edit(uuid, hidden=True)

    def clone(self, uuid: str) -> str:
        """Copy an event with all that was filled in."""
        event = self.state.get(uuid)
        own = {"name": event.name, "locations": list(event.locations), "start": event.start, "end": event.end}
        return self.state.add(**own, **event.custom)

    def list_twice(self, uuid: str, title: str) -> None:
        """Let lists show an event a second time, with another name."""
        self.state.list_twice(uuid, title)

    def list_once(self) -> None:
        """Let lists show each event once again."""
        self.state.list_once()

    @property
    def events(self) -> list[Shown]:
        """Return every event as it stands, in the order in which they were planned."""
        return [self.get(event.id) for event in self.state.events]

    def redate_series(self, series: str, starts: Sequence[datetime]) -> None:
        """Give a series other dates: its events stay those that they are; where there are fewer dates, some go."""
        planned = sorted((e for e in self.state.events if e.group == series), key=lambda event: event.start)
        for event, start in zip(planned, starts, strict=False):
            self.state.edit(event.id, start=start, end=start + timedelta(hours=2))
        for event in planned[len(starts) :]:
            self.state.remove(event.id)

    def get(self, uuid: str) -> Shown:
        """Return an event as it stands."""
        event = self.state.get(uuid)
        filled = event.custom
        word = SourceState.CANCELLED if event.status == "Cancelled" else state_in(filled.get("ticket_state"))
        capacity = filled.get("ticketing_capacity")
        fields = {
            "title": event.name,
            "state": word and word.value,
            "external_data": {
                "url": filled.get("ticket_link") or None,
                "admin_url": filled.get("ticket_admin") or None,
            },
            "ticket_capacity": int(str(capacity)) if capacity else None,
            "ticket_manager_relevance": filled.get("ticketing_publish") == "Ja",
            "ticket_categories": [
                {"title": title, "price": {"value": float(str(filled[keyword]).replace(",", "."))}}
                for title, keyword in PRICES.items()
                if keyword in filled
            ],
        }
        return Shown(uuid, event.start, event.group, not event.hidden, fields)


def _in_yesplans_words(fields: Mapping[str, Any]) -> dict[str, object]:
    told: dict[str, object] = {}
    for name, value in fields.items():
        match name:
            case "state":
                told["status"] = value if value == "Cancelled" else "Confirmed"
                told |= {} if value == "Cancelled" else {"ticket_state": state_words(SourceState(value))}
            case "published":
                told["hidden"] = not value
            case "ticket_manager_relevance":
                told["ticketing_publish"] = "Ja" if value else "Nej"
            case "ticket_capacity":
                told["ticketing_capacity"] = None if value is None else str(value)
            case "ticket_categories":
                amounts = {category["title"]: category["price"]["value"] for category in value}
                told |= {keyword: _amount(amounts.get(title)) for title, keyword in PRICES.items()}
            case "external_data":
                links = value or {}
                told |= {"ticket_link": links.get("url"), "ticket_admin": links.get("admin_url")}
            case _:
                told[_PLAIN[name]] = value
    return told


def _amount(value: float | None) -> str | None:
    return None if value is None else f"{value:.2f}".replace(".", ",")
