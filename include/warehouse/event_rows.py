"""Store one event with everything that was bought for it, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, Table, all_, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from include.models import CurrentEvent, CurrentPrice
from include.store.warehouse_tables import additional_sales, answers, events, prices, purchases, tickets
from include.warehouse.privacy import ProtectedPurchase, Row
from include.warehouse.upsert import upsert

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
class Stored:
    """What storing one event's purchases changed, in numbers of rows."""

    purchases_new: int = 0
    purchases_changed: int = 0
    purchases_cancelled: int = 0
    tickets_released: int = 0


def store_event(
    connection: Connection,
    library: str,
    event: ExportEvent,
    bought: Sequence[ProtectedPurchase],
    now: datetime,
    ended: bool,
) -> Stored:
    """Bring the event's rows up to date with what was read `now`; nothing is deleted, what is gone is marked."""
    seen: Row = {"library": library, "first_seen_at": now, "last_seen_at": now, "changed_at": now}
    sold_tickets = [ticket for purchase in bought for ticket in purchase.tickets]
    extras = [sale for purchase in bought for sale in purchase.additional_sales]

    upsert(connection, events, [_event_row(event, now, ended) | seen])
    _store_prices(connection, event, sold_tickets, now, seen)
    cancelled = _newly_cancelled(connection, library, event, bought)
    stored = upsert(connection, purchases, [_purchase_row(one, event, now) | seen for one in bought])
    upsert(connection, tickets, [ticket | seen | {"released_at": None} for ticket in sold_tickets])
    upsert(connection, additional_sales, [sale | seen | {"released_at": None} for sale in extras])
    _store_answers(connection, library, event, [answer | seen for one in bought for answer in one.answers], now)
    return Stored(
        purchases_new=stored.new,
        purchases_changed=stored.changed,
        purchases_cancelled=cancelled,
        tickets_released=_release(connection, library, event, sold_tickets, extras, now),
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
    return bought.purchase | {"event_id": event.event_id, "cancelled_at": now if cancelled else None}


def _store_prices(connection: Connection, event: ExportEvent, sold: Iterable[Row], now: datetime, seen: Row) -> None:
    """Store the prices; one that is gone from Place2book is marked, and made up where a ticket still mentions it."""
    listed = event.current.prices or ()
    upsert(connection, prices, [_price_row(price, event) | seen for price in listed])
    if event.current.prices is not None:
        of_event = (prices.c.library == seen["library"], prices.c.event_id == event.event_id)
        _mark(connection, prices, "removed_at", [price.price_id for price in listed], of_event, now)
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


def _store_answers(
    connection: Connection, library: str, event: ExportEvent, given: Sequence[Row], now: datetime
) -> None:
    """Store the answers; one that is no longer given, or whose name is no longer listed, keeps its row but no text."""
    upsert(connection, answers, given)
    emptied = update(answers).where(
        answers.c.library == library,
        answers.c.purchase_id.in_(_purchase_ids(library, event)),
        answers.c.value.is_not(None),
        answers.c.last_seen_at != now,
    )
    connection.execute(emptied.values(value=None, changed_at=now))


def _release(
    connection: Connection,
    library: str,
    event: ExportEvent,
    sold: Iterable[Row],
    extras: Iterable[Row],
    now: datetime,
) -> int:
    """Mark the event's tickets, and what was sold with them, that are no longer listed; return how many tickets."""
    of_event = tickets.c.purchase_id.in_(_purchase_ids(library, event))
    ticket_ids = select(tickets.c.ticket_id).where(tickets.c.library == library, of_event)
    with_tickets = (additional_sales.c.library == library, additional_sales.c.ticket_id.in_(ticket_ids))
    listed = [sale["additional_sale_id"] for sale in extras]
    _mark(connection, additional_sales, "released_at", listed, with_tickets, now)
    listed = [ticket["ticket_id"] for ticket in sold]
    return _mark(connection, tickets, "released_at", listed, (tickets.c.library == library, of_event), now)


def _purchase_ids(library: str, event: ExportEvent) -> Select[tuple[int]]:
    return select(purchases.c.purchase_id).where(purchases.c.library == library, purchases.c.event_id == event.event_id)


def _mark(
    connection: Connection,
    table: Table,
    mark: str,
    listed: Sequence[object],
    among: Sequence[ColumnElement[bool]],
    now: datetime,
) -> int:
    """Date the rows that are not listed any more and are not dated yet; return how many."""
    own_id = list(table.primary_key.columns)[-1]
    not_listed = own_id != all_(literal(list(listed), ARRAY(BigInteger)))
    marked = update(table).where(*among, table.c[mark].is_(None), not_listed).values({mark: now, "changed_at": now})
    return connection.execute(marked).rowcount
