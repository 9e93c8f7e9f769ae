"""Export purchases from Place2book to the warehouse (behaviour 9).

Stored rows are first brought under the policy for personal data if it changed. Then the purchases of each due event are
read, several at once, and stored in the order of the events, many together, so that nobody sees half of one.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

import psycopg
from sqlalchemy import BigInteger, Engine, any_, exists, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError

from billetbro.api.http.side_by_side import AHEAD, read_ahead
from billetbro.errors import InvalidResponse, Refused, Retriable
from billetbro.models import Purchase
from billetbro.models.message import Message, Value
from billetbro.store.database import without_values
from billetbro.store.file_exports import date_of_change
from billetbro.store.schema.warehouse_tables import events as events_table
from billetbro.store.schema.warehouse_tables import prices
from billetbro.store.schema.warehouse_tables import purchases as purchases_table
from billetbro.warehouse.ingest.quality import open_problems
from billetbro.warehouse.ingest.reading import Chunk, ExportEvent, Listed, Reading, Scope
from billetbro.warehouse.ingest.schedule import LastExport, Reason, is_due
from billetbro.warehouse.privacy.policy_change import apply_policy
from billetbro.warehouse.privacy.pseudonymise import Privacy

GIVE_UP_AFTER = 3
"""Unreadable events in a row after which Place2book is taken to be down."""

ReadPurchases = Callable[[int, int], Listed]
"""Reads the purchases of an event, by event maker and event id; raises Refused, Retriable and Vanished."""


class Vanished(Exception):  # noqa: N818
    """An event that was over no longer exists at Place2book: nothing to read, and no failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The context of a library's export: `at_once` lists are read side by side; with `force` every event is due."""

    engine: Engine
    library: str
    read_purchases: ReadPurchases
    privacy: Privacy
    force: bool = False
    at_once: int = 1

    def read(self, event: ExportEvent) -> Reading:
        """Read the purchases of an event."""
        listed = self.read_purchases(event.event_maker, event.event_id)
        return Reading(event=event, listed=listed, read_at=monotonic())


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSummary:
    """What an export did; `reasons` counts the exported events by reason, `problems` the open rows of `data_quality`.

    `failures` has a message for each event that could not be read: the caller raises them together.
    """

    events_looked_at: int = 0
    events_exported: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    purchases_new: int = 0
    purchases_changed: int = 0
    purchases_cancelled: int = 0
    tickets_released: int = 0
    problems: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[Message, ...] = ()


def export_purchases(export: Export, events: Sequence[ExportEvent], now: datetime) -> ExportSummary:
    """Export the purchases of the library's events that are due; passive events are left out.

    An event that cannot be read stays due and does not stop the others. After a few in a row, Place2book is taken to be
    down and the rest is not asked for. Fatal errors pass through; what was read is kept.
    """
    now = _under_policy(export, now)
    due = due_events(export.engine, export.library, events, now, force=export.force)
    reasons: Counter[str] = Counter()
    failures: list[Message] = []
    in_a_row = 0
    readings = read_ahead(lambda one: export.read(one[0]), due, export.at_once)
    with _Pending(export, now) as pending, closing(readings):
        for place, ((event, reason), reading) in enumerate(readings, start=1):
            try:
                pending.add(_believed(export, reading.result(), pending))
            except Vanished:
                continue
            except (Refused, Retriable) as error:
                of_event: dict[str, Value] = {"title": event.title, "event": event.event_id, "error": error.message}
                failures.append(Message("error.purchases_of_event", of_event))
                in_a_row = in_a_row + 1 if isinstance(error, Retriable) else 0
                if in_a_row == GIVE_UP_AFTER and place < len(due):
                    failures.append(Message("error.events_not_asked_for", {"number": len(due) - place}))
                    break
                continue
            in_a_row = 0
            reasons[reason.value] += 1
    return ExportSummary(
        events_looked_at=len(_sold(events)),
        events_exported=reasons.total(),
        reasons=dict(reasons),
        purchases_new=pending.stored["purchases_new"],
        purchases_changed=pending.stored["purchases_changed"],
        purchases_cancelled=pending.stored["purchases_cancelled"],
        tickets_released=pending.stored["tickets_released"],
        problems=open_problems(export.engine, export.library),
        failures=tuple(failures),
    )


def due_events(
    engine: Engine, library: str, events: Sequence[ExportEvent], now: datetime, *, force: bool
) -> list[tuple[ExportEvent, Reason]]:
    """Return the events whose purchases are due, and why; passive events are left out. Only their counts are needed."""
    sold = _sold(events)
    last = last_exports(engine, library, [event.event_id for event in sold])
    reasons = (
        (event, is_due(event.current, last.get(event.event_id), now, event.has_ended(now), force)) for event in sold
    )
    return [(event, reason) for event, reason in reasons if reason is not None]


def _sold(events: Sequence[ExportEvent]) -> list[ExportEvent]:
    return [event for event in events if not event.current.passive]


class _Pending:
    """Events that are read and not yet stored; a chunk is stored when it is full, the last one at the end."""

    def __init__(self, export: Export, now: datetime) -> None:
        self.export, self.now = export, now
        self.stored: Counter[str] = Counter()
        self._chunk = Chunk()
        self._latest: deque[Reading] = deque(maxlen=AHEAD * export.at_once)

    def __enter__(self) -> _Pending:
        return self

    def __exit__(self, *_: object) -> None:
        self.store()

    def is_outdated(self, reading: Reading) -> bool:
        """Return whether an event before it, whose list was read later, lists some of the same: it may have moved."""
        return any(one.read_at > reading.read_at and not one.ids.isdisjoint(reading.ids) for one in self._latest)

    def add(self, reading: Reading) -> None:
        if not self._chunk.takes(reading):
            self.store()
        self._chunk.add(reading)
        self._latest.append(reading)

    def store(self) -> None:
        """Store the chunk; if that fails, event by event, so that one event cannot block the others."""
        chunk, self._chunk = self._chunk, Chunk()
        if not chunk.readings:
            return
        try:
            self._store(chunk)
        except DBAPIError:
            if len(chunk.readings) == 1:
                raise
            for reading in chunk.readings:
                self._store(Chunk.of(reading))

    def _store(self, chunk: Chunk) -> None:
        """Store the events in one transaction; errors never contain values of the rows."""
        from billetbro.warehouse.ingest.event_rows import store_events

        scope = Scope(library=self.export.library, event_ids=chunk.event_ids, now=self.now)
        try:
            with self.export.engine.begin() as connection:
                stored = store_events(connection, scope, chunk, self.export.privacy)
        except DBAPIError as error:
            if isinstance(error.orig, psycopg.Error):
                raise without_values(error.orig, error.statement) from None
            raise
        self.stored += stored


def _under_policy(export: Export, now: datetime) -> datetime:
    """Apply the policy to stored rows; return the time to date changes with.

    That time is known only under the library's lock: until then another task may write files.
    """
    with export.engine.begin() as connection:
        now = date_of_change(connection, export.library, now)
        apply_policy(connection, export.library, export.privacy, now)
        return now


def _believed(export: Export, reading: Reading, pending: _Pending) -> Reading:
    """Return an event's reading; raises InvalidResponse on a list that cannot be right, so that nothing is released.

    Cancelled purchases stay listed, so a list becomes empty only if its purchases moved to an event that was just read.
    One unreadable purchase is noted; a list of several that are all unreadable is an invalid answer. A list that may be
    older than that of an event before it is read again: of the two, the later counts.
    """
    if pending.is_outdated(reading):
        reading = export.read(reading.event)
    listed = reading.listed
    if not listed and _count_stored(export, reading.event):
        pending.store()
        if before := _count_stored(export, reading.event):
            raise InvalidResponse("error.no_purchases", before=before)
    if len(listed) > 1 and not any(isinstance(one, Purchase) for one in listed):
        raise InvalidResponse("error.no_readable_purchases", listed=len(listed))
    return reading


def _count_stored(export: Export, event: ExportEvent) -> int:
    """Count the purchases that the event listed when last read, without those that moved to another event since."""
    one, other = purchases_table, purchases_table.alias()
    came_to_another = exists().where(
        other.c.library == one.c.library,
        other.c.purchase_id == one.c.purchase_id,
        other.c.event_id != one.c.event_id,
        other.c.first_seen_at > one.c.last_seen_at,
    )
    of_event = (one.c.library == export.library, one.c.event_id == event.event_id)
    here = (*of_event, one.c.moved_at.is_(None), ~came_to_another)
    with export.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(one).where(*here)) or 0


def last_exports(engine: Engine, library: str, event_ids: Sequence[int]) -> dict[int, LastExport]:
    """Return the state of each event at its last export, by event id."""
    event, price, among = events_table.c, prices.c, any_(literal(list(event_ids), ARRAY(BigInteger)))
    states = select(event.event_id, event.exported_at, event.available_tickets, event.ended)
    states = states.where(event.library == library, event.event_id == among)
    listed = select(price.event_id, price.price_id, price.sold_tickets)
    listed = listed.where(price.library == library, price.event_id == among, price.removed_at.is_(None))
    sold: dict[int, dict[int, int]] = {}
    with engine.connect() as connection:
        for event_id, price_id, sold_tickets in connection.execute(listed).all():
            sold.setdefault(event_id, {})[price_id] = sold_tickets or 0
        return {
            event_id: LastExport(
                exported_at=exported_at,
                available_tickets=available_tickets,
                ended=ended,
                sold_tickets=sold.get(event_id, {}),
            )
            for event_id, exported_at, available_tickets, ended in connection.execute(states).all()
        }
