"""Store one event with everything that was bought for it, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from billetbro.models import CurrentEvent, CurrentPrice
from billetbro.store.schema.warehouse_tables import additional_sales, answers, events, prices, purchases, tickets
from billetbro.warehouse.ingest.quality import note_problems
from billetbro.warehouse.ingest.several_events import moved_from, own_tickets, settle
from billetbro.warehouse.ingest.tombstones import mark_gone, mark_prices_gone
from billetbro.warehouse.ingest.upsert import upsert
from billetbro.warehouse.privacy.policy import ProtectedPurchase, Row

CANCELLED = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportEvent:
    """A linked event whose purchases may be exported.

    `title`, `begin_at` and `end_at` are the link's; `current` is how the event stands in Place2book, read before its
    purchases are, so that a sale in between is noticed in the next run.
    """

    uuid: str
    title: str
    event_maker: int
    event_id: int
    begin_at: datetime | None
    end_at: datetime | None
    current: CurrentEvent
    branch: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read of an event's purchases, personal data already as the policy allows.

    `unreadable` maps those that were not understood, wholly or in part, to how much of them that is; of those that are
    `incomplete`, tickets may be missing, and of those `unread` everything is. None is one without a number.
    """

    bought: Sequence[ProtectedPurchase] = ()
    unreadable: Mapping[int | None, int] = field(default_factory=dict)
    incomplete: frozenset[int | None] = frozenset()
    unread: frozenset[int | None] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What storing one event's purchases changed, in numbers of rows."""

    purchases_new: int = 0
    purchases_changed: int = 0
    purchases_cancelled: int = 0
    tickets_released: int = 0


def store_event(
    connection: Connection, library: str, event: ExportEvent, read: Read, now: datetime, ended: bool
) -> Stored:
    """Bring the event's rows up to date with what was read `now`; nothing is deleted, what is gone is marked."""
    seen: Row = {"library": library, "first_seen_at": now, "last_seen_at": now, "changed_at": now}
    bought, event_id = read.bought, event.event_id
    sold_tickets, extras = own_tickets(connection, library, event_id, bought)
    came_from = moved_from(connection, library, event_id, sold_tickets)

    upsert(connection, events, [_event_row(event, now, ended) | seen])
    _store_prices(connection, library, event, sold_tickets, now, seen)
    cancelled = _newly_cancelled(connection, library, event, bought)
    stored = upsert(connection, purchases, [_purchase_row(one, event, now) | seen for one in bought])
    upsert(connection, tickets, [ticket | seen | {"released_at": None} for ticket in sold_tickets])
    upsert(connection, additional_sales, [sale | seen | {"released_at": None} for sale in extras])
    upsert(connection, answers, [answer | seen for one in bought for answer in one.answers])
    released = mark_gone(connection, library, event_id, read.incomplete, now)
    settle(connection, library, event_id, now, came_from, read.unread)
    note_problems(connection, library, event_id, read.unreadable, now)
    return Stored(
        purchases_new=stored.new,
        purchases_changed=stored.changed,
        purchases_cancelled=cancelled,
        tickets_released=released,
    )


def _event_row(event: ExportEvent, now: datetime, ended: bool) -> Row:
    return {
        "event_id": event.event_id,
        "event_maker": event.event_maker,
        "source_uuid": event.uuid,
        "title": event.title,
        "branch": event.branch,
        "category": event.category,
        "begin_at": event.begin_at,
        "end_at": event.end_at,
        "capacity": event.current.capacity,
        "available_tickets": event.current.available_tickets,
        "ended": ended,
        "exported_at": now,
        "removed_at": None,
    }


def _purchase_row(bought: ProtectedPurchase, event: ExportEvent, now: datetime) -> Row:
    cancelled = bought.purchase["transaction_type"] == CANCELLED
    return bought.purchase | {
        "event_id": event.event_id,
        "cancelled_at": now if cancelled else None,
        "moved_at": None,
    }


def _store_prices(
    connection: Connection, library: str, event: ExportEvent, sold: Iterable[Row], now: datetime, seen: Row
) -> None:
    """Store the prices; one that is gone from Place2book is marked, and made up where a ticket still mentions it."""
    listed = event.current.prices or ()
    upsert(connection, prices, [_price_row(price, event) | seen for price in listed])
    if event.current.prices is not None:
        mark_prices_gone(connection, library, event.event_id, now)
    mentioned = {ticket["price_id"] for ticket in sold} - {None} - {price.price_id for price in listed}
    removed = None if event.current.prices is None else now
    if mentioned:
        missing = [seen | {"event_id": event.event_id, "price_id": one, "removed_at": removed} for one in mentioned]
        connection.execute(insert(prices).on_conflict_do_nothing(), missing)


def _price_row(price: CurrentPrice, event: ExportEvent) -> Row:
    return {
        "price_id": price.price_id,
        "event_id": event.event_id,
        "name": price.name,
        "value_ore": price.value_ore,
        "sold_tickets": price.sold_tickets,
        "removed_at": None,
    }


def _newly_cancelled(
    connection: Connection, library: str, event: ExportEvent, bought: Iterable[ProtectedPurchase]
) -> int:
    known = select(purchases.c.purchase_id).where(
        purchases.c.library == library,
        purchases.c.event_id == event.event_id,
        purchases.c.cancelled_at.is_not(None),
    )
    types = {one.purchase["purchase_id"]: one.purchase["transaction_type"] for one in bought}
    cancelled = {purchase_id for purchase_id, transaction_type in types.items() if transaction_type == CANCELLED}
    return len(cancelled - set(connection.scalars(known)))
