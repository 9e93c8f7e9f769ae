"""One venue's Yesplan: its events with their custom data, and what planners do to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from threading import RLock
from typing import Final
from unicodedata import normalize

from sandbox.moments import DENMARK, Clock, parse
from sandbox.yesplan_query import Query

_OWN: Final = ("name", "status", "profile", "group", "locations", "start", "end", "hidden")


class UnknownYesplanEventError(LookupError):
    """The installation has no event with this id."""


class UnknownKeywordError(LookupError):
    """The installation has no custom data field with this keyword."""


class ReadOnlyKeywordError(LookupError):
    """The API key may not write the custom data field with this keyword."""


@dataclass(slots=True)
class YesplanEvent:
    """An event; times are UTC, `custom` holds the custom data that somebody has filled in, by keyword.

    The user of the API key does not see one that is `hidden`. Its `group` may stand in others: "Season / Hamlet".
    """

    id: str
    start: datetime
    end: datetime
    name: str = "Forestilling"
    status: str = "Confirmed"
    profile: str = "Forestilling"
    group: str | None = None
    locations: tuple[str, ...] = ()
    hidden: bool = False
    custom: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Behaviour:
    """What differs from one installation to another, and what can go wrong with one.

    `bulk`: whether it offers custom data of many events at once. `revoked`: the key was taken back (403). `next_host`:
    the address that links to next pages name instead of its own. `repeats`: the last page names itself as the next.
    `choices`: the keywords of fields that people choose values for, which are lists. `listed`: fields come in a list
    also where values alone are asked for. `written`: the status of an answer to what was written. `children`: whether
    a group shows what stands in it.
    """

    bulk: bool = True
    page_size: int = 10
    revoked: bool = False
    next_host: str | None = None
    repeats: bool = False
    choices: tuple[str, ...] = ()
    listed: bool = False
    written: int = 204
    children: bool = True


@dataclass(slots=True)
class Installation:
    """A venue's events by id, the keywords of its custom data, and its one API key with what that may write."""

    venue_id: str
    name: str
    api_key: str
    clock: Clock
    keywords: tuple[str, ...] = ()
    writable: frozenset[str] = frozenset()
    public_url: str = ""
    behaviour: Behaviour = field(default_factory=Behaviour)
    of_groups: dict[str, dict[str, object]] = field(default_factory=dict)
    """What was written into the custom data of groups, by their id."""
    _events: dict[str, YesplanEvent] = field(default_factory=dict)
    _twice: dict[str, str] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1201))
    _lock: RLock = field(default_factory=RLock)

    @property
    def events(self) -> list[YesplanEvent]:
        """Return every event, whatever its status."""
        with self._lock:
            return list(self._events.values())

    def get(self, event_id: str) -> YesplanEvent:
        """Return an event; raises UnknownYesplanEventError."""
        with self._lock:
            if event_id not in self._events:
                raise UnknownYesplanEventError(event_id)
            return self._events[event_id]

    def find(self, name: str) -> YesplanEvent:
        """Return the first event of exactly this name; raises UnknownYesplanEventError."""
        for event in self.events:
            if event.name == name:
                return event
        raise UnknownYesplanEventError(name)

    def found(self, query: Query) -> list[YesplanEvent]:
        """Return the events that a query asks for, earliest first; `list_twice` lets one stand in it twice."""
        chosen = [event for event in self.events if not event.hidden and query.finds(_day(event), _texts(event))]
        again = [replace(event, name=self._twice[event.id]) for event in chosen if event.id in self._twice]
        return sorted([*chosen, *again], key=lambda event: (event.start, event.id))

    def list_twice(self, event_id: str, name: str) -> None:
        """Let lists show an event a second time, with another name."""
        self._twice[self.get(event_id).id] = name

    def list_once(self) -> None:
        """Let lists show each event once again."""
        self._twice.clear()

    def clear(self) -> None:
        """Remove all events, and behave again as at the start."""
        with self._lock:
            self._events.clear()
            self.of_groups.clear()
            self._twice.clear()
            self._numbers = count(1201)
            self.behaviour = Behaviour()

    def behave(self, **switches: object) -> None:
        """Change how the installation behaves; raises ValueError for a switch that it does not have."""
        for name, value in switches.items():
            if name not in Behaviour.__dataclass_fields__:
                raise ValueError(f"unknown switch: {name}; known are {', '.join(Behaviour.__dataclass_fields__)}")
            setattr(self.behaviour, name, value)

    def add(self, **fields: object) -> str:
        """Plan a new event and return its id; without times it takes place in ten days, for two hours.

        Fields are those of YesplanEvent; anything else is custom data under its keyword.
        """
        start = self.clock().replace(microsecond=0) + timedelta(days=10)
        with self._lock:
            event = YesplanEvent(f"{next(self._numbers)}-1700000000", start, start + timedelta(hours=2))
            if "start" in fields and "end" not in fields:
                fields["end"] = _moment(fields["start"]) + timedelta(hours=2)
            self._overlay(event, fields)
            self._events[event.id] = event
        return event.id

    def edit(self, event_id: str, **fields: object) -> None:
        """Change fields or custom data as a planner would; None empties a custom data field."""
        with self._lock:
            self._overlay(self.get(event_id), fields)

    def remove(self, event_id: str) -> None:
        """Delete an event for good."""
        with self._lock:
            del self._events[self.get(event_id).id]

    def write(self, event_id: str, values: Mapping[str, object]) -> None:
        """Write custom data with the API key: all of it or, when one keyword may not be written, nothing."""
        with self._lock:
            event = self.get(event_id)
            self._see_that_they_are_writable(values)
            self._overlay(event, values)

    def write_of_group(self, group_id: str, values: Mapping[str, object]) -> None:
        """Write custom data of a group with the API key, all of it or nothing."""
        with self._lock:
            self._see_that_they_are_writable(values)
            self.of_groups[group_id] = {**self.of_groups.get(group_id, {}), **values}

    def _see_that_they_are_writable(self, values: Mapping[str, object]) -> None:
        for keyword in values:
            if keyword not in self.keywords:
                raise UnknownKeywordError(keyword)
            if keyword not in self.writable:
                raise ReadOnlyKeywordError(keyword)

    def _overlay(self, event: YesplanEvent, fields: Mapping[str, object]) -> None:
        for name, value in fields.items():
            match name:
                case "start" | "end":
                    setattr(event, name, _moment(value))
                case "locations":
                    event.locations = tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)
                case _ if name in _OWN:
                    setattr(event, name, value)
                case _ if name not in self.keywords:
                    raise UnknownKeywordError(name)
                case _ if value is None:
                    event.custom.pop(name, None)
                case _:
                    event.custom[name] = value


def _day(event: YesplanEvent) -> date:
    return event.start.astimezone(DENMARK).date()


def _texts(event: YesplanEvent) -> dict[str, tuple[str, ...]]:
    """Return what a query can ask for, as it is compared: without capitals, composed."""
    told = {"status": (event.status,), "location": event.locations, "name": (event.name,)}
    return {name: tuple(normalize("NFC", text).casefold() for text in texts) for name, texts in told.items()}


def _moment(value: object) -> datetime:
    return value if isinstance(value, datetime) else parse(str(value))
