"""Bring what was bought at Place2book into the warehouse (behaviour 9).

What is stored already is brought under the policy for personal data first, when that is another one. Then for each
event: is it due? Read its purchases, protect them, store them, in a transaction of the event's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import psycopg
from sqlalchemy import Engine, and_, exists, func, select
from sqlalchemy.exc import DBAPIError

from billetbro.errors import InvalidResponse, Refused, Retriable
from billetbro.models import Purchase, UnreadablePurchase
from billetbro.models.message import Message, Value
from billetbro.store.database import without_values
from billetbro.store.file_exports import date_of_change
from billetbro.store.schema.warehouse_tables import events as events_table
from billetbro.store.schema.warehouse_tables import prices
from billetbro.store.schema.warehouse_tables import purchases as purchases_table
from billetbro.warehouse.ingest.event_rows import ExportEvent, Read, Stored, store_event
from billetbro.warehouse.ingest.quality import open_problems
from billetbro.warehouse.ingest.schedule import LastExport, is_due
from billetbro.warehouse.privacy.erasure_log import forgotten_purchases
from billetbro.warehouse.privacy.policy import Privacy, ProtectedPurchase
from billetbro.warehouse.privacy.policy_change import apply_policy

OVER_STATES = frozenset({"held", "completed"})
GIVE_UP_AFTER = 3
"""So many events in a row that cannot be read mean that Place2book is down."""

Listed = Sequence[Purchase | UnreadablePurchase]
"""What Place2book lists as an event's purchases."""

ReadPurchases = Callable[[int, int], Listed]
"""Reads the purchases of an event: event maker, event id. May raise Refused, Retriable and Vanished."""


class Vanished(Exception):  # noqa: N818
    """Says that an event that was over is no longer at Place2book: nothing is read, and nothing has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSummary:
    """What an export did; `reasons` counts the exported events by why they were due.

    `problems` counts what stands open in `data_quality`, by problem. `failures` has a message for each event whose
    purchases could not be read: the caller raises them together.
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


def export_purchases(
    engine: Engine,
    library: str,
    events: Sequence[ExportEvent],
    read_purchases: ReadPurchases,
    privacy: Privacy,
    now: datetime,
    force: bool = False,
) -> ExportSummary:
    """Export the purchases of the library's events that are due; passive events are left out.

    One event that cannot be read does not stop the others; it stays due. After a few in a row that nothing can be read
    of, Place2book is taken to be down and is not asked for the rest. Fatal errors pass through.
    """
    now = _under_policy(engine, library, privacy, now)
    sold = [event for event in events if not event.current.passive]
    last = last_exports(engine, library, [event.event_id for event in sold])
    reasons: Counter[str] = Counter()
    stored: list[Stored] = []
    failures: list[Message] = []
    in_a_row = 0
    for place, event in enumerate(sold):
        reason = is_due(event.current, last.get(event.event_id), now, has_ended(event, now), force)
        if reason is None:
            continue
        try:
            stored.append(_exported(engine, library, event, read_purchases, privacy, now))
        except Vanished:
            continue
        except (Refused, Retriable) as error:
            of_event: dict[str, Value] = {"title": event.title, "event": event.event_id, "error": error.message}
            failures.append(Message("error.purchases_of_event", of_event))
            in_a_row = in_a_row + 1 if isinstance(error, Retriable) else 0
            if in_a_row == GIVE_UP_AFTER and place + 1 < len(sold):
                failures.append(Message("error.events_not_asked_for", {"number": len(sold) - place - 1}))
                break
            continue
        in_a_row = 0
        reasons[reason.value] += 1
    return _summary(len(sold), reasons, stored, open_problems(engine, library), failures)


def _under_policy(engine: Engine, library: str, privacy: Privacy, now: datetime) -> datetime:
    """Bring what is stored under the policy, and return the moment to date what is stored at.

    Not before the library's lock is held can that be known, since another task may have written files until then.
    """
    with engine.begin() as connection:
        now = date_of_change(connection, library, now)
        apply_policy(connection, library, privacy, now)
        return now


def _exported(
    engine: Engine, library: str, event: ExportEvent, read_purchases: ReadPurchases, privacy: Privacy, now: datetime
) -> Stored:
    """Read an event's purchases, protect them and store them."""
    listed = read_purchases(event.event_maker, event.event_id)
    _believe(listed, engine, library, event)
    forgotten = _forgotten(engine, library, frozenset(one.purchase_id for one in listed if one.purchase_id))
    understood = [one for one in listed if isinstance(one, Purchase)]
    unread = frozenset(one.purchase_id for one in listed if isinstance(one, UnreadablePurchase))
    read = Read(
        bought=[_protected(purchase, event, privacy, forgotten, now) for purchase in understood],
        unreadable=_unreadable(listed),
        incomplete=unread | {one.purchase_id for one in understood if one.unreadable_parts},
        unread=unread,
    )
    return _store(engine, library, event, read, now)


def _forgotten(engine: Engine, library: str, listed: frozenset[int]) -> frozenset[int]:
    """Return which of these purchases' personal data may not be stored again, asked for after each reading.

    Readings take minutes; a lock that broke meanwhile must not bring back who was forgotten meanwhile.
    """
    with engine.connect() as connection:
        return forgotten_purchases(connection, library, listed)


def _protected(
    purchase: Purchase, event: ExportEvent, privacy: Privacy, forgotten: frozenset[int], now: datetime
) -> ProtectedPurchase:
    """Protect a purchase; of one that was emptied for good or is past retention nothing personal is left."""
    past = privacy.retention.is_past(event.end_at, event.begin_at, purchase.created_at, now)
    return privacy.protect(purchase, blank=past or purchase.purchase_id in forgotten)


def _believe(listed: Listed, engine: Engine, library: str, event: ExportEvent) -> None:
    """Raise InvalidResponse on a list that cannot be right: nothing is released on such a list's word.

    A purchase stays listed when it is cancelled, so that a list that was not empty does not become so. One purchase
    that is not understood is noted; when it is all of several, the list itself is not what it was.
    """
    if not listed and (before := _count_stored(engine, library, event)):
        raise InvalidResponse("error.no_purchases", before=before)
    if len(listed) > 1 and not any(isinstance(one, Purchase) for one in listed):
        raise InvalidResponse("error.no_readable_purchases", listed=len(listed))


def _count_stored(engine: Engine, library: str, event: ExportEvent) -> int:
    """Count the purchases that the event listed when it was last read, but for those that came to another since."""
    one, other = purchases_table, purchases_table.alias()
    came_to_another = exists().where(
        other.c.library == one.c.library,
        other.c.purchase_id == one.c.purchase_id,
        other.c.event_id != one.c.event_id,
        other.c.first_seen_at > one.c.last_seen_at,
    )
    here = (one.c.library == library, one.c.event_id == event.event_id, one.c.moved_at.is_(None), ~came_to_another)
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(one).where(*here)) or 0


def _unreadable(listed: Listed) -> Counter[int | None]:
    """Return by purchase how much of it could not be read: a purchase as a whole counts as one."""
    lost: Counter[int | None] = Counter()
    for one in listed:
        lost[one.purchase_id] += one.unreadable_parts + one.unreadable_times if isinstance(one, Purchase) else 1
    return +lost


def _store(engine: Engine, library: str, event: ExportEvent, read: Read, now: datetime) -> Stored:
    """Store the event in one transaction; what the database complains of never carries the rows themselves."""
    try:
        with engine.begin() as connection:
            return store_event(connection, library, event, read, now, has_ended(event, now))
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.Error):
            raise without_values(error.orig, error.statement) from None
        raise


def has_ended(event: ExportEvent, now: datetime) -> bool:
    """Return whether the event is over: by its end, its start where it has none, or Place2book's own state."""
    end = event.end_at or event.current.end_at or event.begin_at or event.current.begin_at
    return event.current.state in OVER_STATES or (end is not None and end <= now)


def last_exports(engine: Engine, library: str, event_ids: Sequence[int]) -> dict[int, LastExport]:
    """Return by event id how each event stood when it was last exported, for those that ever were."""
    event = events_table.c
    its_prices = and_(
        prices.c.library == event.library, prices.c.event_id == event.event_id, prices.c.removed_at.is_(None)
    )
    query = (
        select(
            event.event_id,
            event.exported_at,
            event.available_tickets,
            event.ended,
            prices.c.price_id,
            prices.c.sold_tickets,
        )
        .select_from(events_table.outerjoin(prices, its_prices))
        .where(event.library == library, event.event_id.in_(event_ids))
    )
    states: dict[int, tuple[datetime, int | None, bool]] = {}
    sold: dict[int, dict[int, int]] = {}
    with engine.connect() as connection:
        for event_id, exported_at, available, ended, price_id, sold_tickets in connection.execute(query):
            states[event_id] = (exported_at, available, ended)
            if price_id is not None:
                sold.setdefault(event_id, {})[price_id] = sold_tickets or 0
    return {
        event_id: LastExport(
            exported_at=exported_at, available_tickets=available, ended=ended, sold_tickets=sold.get(event_id, {})
        )
        for event_id, (exported_at, available, ended) in states.items()
    }


def _summary(
    looked_at: int,
    reasons: Counter[str],
    stored: Sequence[Stored],
    problems: Mapping[str, int],
    failures: Sequence[Message],
) -> ExportSummary:
    return ExportSummary(
        events_looked_at=looked_at,
        events_exported=len(stored),
        reasons=dict(reasons),
        purchases_new=sum(one.purchases_new for one in stored),
        purchases_changed=sum(one.purchases_changed for one in stored),
        purchases_cancelled=sum(one.purchases_cancelled for one in stored),
        tickets_released=sum(one.tickets_released for one in stored),
        problems=problems,
        failures=tuple(failures),
    )
