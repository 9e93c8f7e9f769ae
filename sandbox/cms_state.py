"""One library's website: its events, the series that they are dates of, and what editors do to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import RLock
from typing import Final
from uuid import uuid4

from sandbox.cms_event import CmsEvent, moment
from sandbox.moments import Clock, danish, end_of, start_of, unconverted

STATES: Final = ("TicketSaleNotOpen", "Active", "SoldOut", "Cancelled", "Occurred")
CLONED: Final = " - cloned"
"""What the site's clone function puts behind a title, until an editor takes it away."""


class UnknownEventError(LookupError):
    """The site has no event with this uuid."""


@dataclass(slots=True)
class CmsSite:
    """The website's events by uuid, the one login that may write to them, and an editor's, which may not.

    With a `running_reach` it is of release 2026.34 or later: a list from a date also holds events of several days that
    began before, at most so long, and still run. Where it `tells_versions`, its lists have an ETag.
    """

    library_id: str
    name: str
    login: str
    password: str
    clock: Clock
    public_url: str = ""
    running_reach: timedelta | None = None
    tells_versions: bool = False
    without_role: tuple[str, str] = ("redaktionen", "made-up-redaktionen")
    _events: dict[str, CmsEvent] = field(default_factory=dict)
    _twice: dict[str, dict[str, object]] = field(default_factory=dict)
    overwritten: list[tuple[object, str]] = field(default_factory=list)
    """Each state that a PATCH wrote, after the one that was shown until then."""
    _series: dict[str, dict[str, object]] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)

    @property
    def events(self) -> list[CmsEvent]:
        """Return every event, also those that are not published."""
        with self._lock:
            return list(self._events.values())

    def get(self, uuid: str) -> CmsEvent:
        """Return an event; raises UnknownEventError."""
        with self._lock:
            if uuid not in self._events:
                raise UnknownEventError(uuid)
            return self._events[uuid]

    def find(self, title: str) -> CmsEvent:
        """Return the first event with exactly this title; raises UnknownEventError."""
        for event in self.events:
            if event.title == title:
                return event
        raise UnknownEventError(title)

    def listed(self, from_date: date | None) -> list[CmsEvent]:
        """Return the published events from a date on, earliest first.

        The date's midnight is compared with the starts as they are stored, in UTC, without being converted: what takes
        all of that day began on the evening before, and is not listed.
        """
        now = self.clock()
        chosen = [event for event in self.events if event.listed_at(now)]
        if from_date is not None:
            earliest = unconverted(from_date)
            chosen = [event for event in chosen if event.listed_from(earliest, self.running_reach)]
        return sorted(chosen, key=lambda e: (e.start, e.uuid))

    def shown(self, from_date: date | None) -> list[dict[str, object]]:
        """Return the public list as the API shows it, with those that stand in it twice."""
        listed = self.listed(from_date)
        again = [{**self.as_json(event), **self._twice[event.uuid]} for event in listed if event.uuid in self._twice]
        return [*map(self.as_json, listed), *again]

    def list_twice(self, uuid: str, **fields: object) -> None:
        """Let the list show an event a second time, with these fields otherwise, as when a translation slips in."""
        self._twice[self.get(uuid).uuid] = fields

    def list_once(self) -> None:
        """Let the list show each event once again."""
        self._twice.clear()

    def clear(self) -> None:
        """Remove all events, and be an earlier release."""
        with self._lock:
            self._events.clear()
            self.running_reach = None
            self.tells_versions = False
            self._twice.clear()
            self._series.clear()
            self.overwritten.clear()

    def put(self, event: CmsEvent) -> None:
        """Store an event as it is, with what it shares with its series."""
        with self._lock:
            self._join_series(event)
            self._events[event.uuid] = event

    def add(self, **fields: object) -> str:
        """Publish a new event and return its uuid.

        Fields are named as in the API; `start`, `end` (moments), `series` (uuid) and `uuid` may be given too.
        Without times it takes place in ten days, for two hours. What is given with the first instance of a series
        stands on the series, links excepted; another instance has of its own what differs from that.
        """
        now = self.clock()
        start = now.replace(microsecond=0) + timedelta(days=10)
        event = CmsEvent(str(fields.pop("uuid", None) or uuid4()), start, start + timedelta(hours=2), now, now)
        event.own = {"title": "Arrangement", "state": "Active"}
        if "start" in fields and "end" not in fields:
            fields["end"] = moment(fields["start"]) + timedelta(hours=2)
        event.change(fields)
        self.put(event)
        return event.uuid

    def add_all_day(self, first: date, last: date | None = None, **fields: object) -> str:
        """Publish an event that takes all of a day, or of several, and return its uuid."""
        return self.add(start=start_of(first), end=end_of(last or first), all_day=True, **fields)

    def _join_series(self, event: CmsEvent) -> None:
        if event.series is None or event.of_series is self._series.get(event.series):
            return
        if event.series not in self._series:
            self._series[event.series] = {name: v for name, v in event.own.items() if name != "external_data"}
        event.of_series = self._series[event.series]
        event.own = {n: v for n, v in event.own.items() if n not in event.of_series or event.of_series[n] != v}

    def edit(self, uuid: str, **fields: object) -> None:
        """Change fields as an editor would; None empties one. Moves updated_at."""
        with self._lock:
            event = self.get(uuid)
            event.change(fields)
            event.updated_at = self.clock()

    def edit_series(self, series_uuid: str, **fields: object) -> None:
        """Change fields of a series as an editor would: each shows on the instances that have no value of their own.

        Raises UnknownEventError when the series has no instance.
        """
        with self._lock:
            instances = [event for event in self.events if event.series == series_uuid]
            if not instances:
                raise UnknownEventError(series_uuid)
            self._series[series_uuid] |= fields
            for event in instances:
                event.updated_at = self.clock()

    def unpublish(self, uuid: str) -> None:
        """Take an event off the public list; it can still be written to."""
        self.edit(uuid, published=False)

    def remove(self, uuid: str) -> None:
        """Delete an event for good."""
        with self._lock:
            del self._events[self.get(uuid).uuid]

    def clone(self, uuid: str) -> str:
        """Copy an event as an editor does: a new uuid, no series, the original's links, a title that tells."""
        original = self.get(uuid)
        copied = {**original.fields, "title": f"{original.title}{CLONED}"}
        return self.add(**copied, start=original.start, end=original.end)

    def insert_from_series(self, uuid: str) -> None:
        """Take an event's values over from its series, as an editor does: its ticket categories get new uuids."""
        categories = self.get(uuid).fields.get("ticket_categories")
        if isinstance(categories, list):
            self.edit(uuid, ticket_categories=[{**category, "uuid": str(uuid4())} for category in categories])

    def redate_series(self, series_uuid: str, starts: Sequence[datetime]) -> list[str]:
        """Give a series new dates, and return the uuids of its instances.

        The instances are removed and made anew, without anything of their own. Only a series of one that stays a
        series of one keeps its uuid. Raises UnknownEventError when the series has no instance.
        """
        with self._lock:
            old = sorted((e for e in self.events if e.series == series_uuid), key=lambda e: e.start)
            if not old:
                raise UnknownEventError(series_uuid)
            length = old[0].end - old[0].start
            if len(old) == len(starts) == 1:
                self.edit(old[0].uuid, start=starts[0], end=starts[0] + length)
                return [old[0].uuid]
            for event in old:
                self.remove(event.uuid)
            of_series = dict(self._series[series_uuid])
            return [self.add(**of_series, start=start, end=start + length, series=series_uuid) for start in starts]

    def write_back(self, uuid: str, state: str | None, external_data: dict[str, str | None] | None) -> CmsEvent:
        """Carry out a PATCH: of external_data both urls are set, and the one that is left out becomes null."""
        changes: dict[str, object] = {}
        if state is not None:
            self.overwritten.append((self.get(uuid).state_at(self.clock()), state))
            changes["state"] = state
        if external_data is not None:
            changes["external_data"] = {name: external_data.get(name) for name in ("url", "admin_url")}
        self.edit(uuid, **changes)
        return self.get(uuid)

    def page_url(self, event: CmsEvent) -> str:
        """Return the address of an event's public page."""
        return f"{self.public_url}/arrangementer/{event.uuid}"

    def as_json(self, event: CmsEvent) -> dict[str, object]:
        """Show an event as the API does: what has no value is left out, but for the list of ticket categories."""
        with self._lock:
            shown: dict[str, object] = {
                "uuid": event.uuid,
                "url": self.page_url(event),
                "created_at": danish(event.created_at),
                "updated_at": danish(event.updated_at),
                **event.fields,
                "ticket_categories": event.fields.get("ticket_categories") or [],
                "state": event.state_at(self.clock()),
                "date_time": {"start": danish(event.start), "end": danish(event.end)},
            }
        if event.series is not None:
            shown["series"] = {"uuid": event.series}
        return {name: _without_nulls(value) for name, value in shown.items() if value is not None}


def _without_nulls(value: object) -> object:
    match value:
        case dict():
            return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
        case list():
            return [_without_nulls(inner) for inner in value]
        case _:
            return value
