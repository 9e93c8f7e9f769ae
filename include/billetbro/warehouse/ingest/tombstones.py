"""Mark what Place2book no longer lists: nothing is deleted. Whatever an export lists, it stores with `last_seen_at`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Function,
    Select,
    Table,
    any_,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from billetbro.store.file_exports import date_of_change
from billetbro.store.schema.warehouse_tables import additional_sales, answers, events, prices, purchases, tickets
from billetbro.warehouse.ingest.several_events import settle


def mark_gone(
    connection: Connection, library: str, event_id: int, unreadable: Collection[int | None], now: datetime
) -> int:
    """Mark what was not listed with the event's purchases `now`; return how many tickets were released.

    Tickets and additional sales are dated, answers emptied. A purchase that could not be read as a whole (`unreadable`)
    is left as it is; where not even its id is known (None), every purchase of the event is.
    """
    if None in unreadable:
        return 0
    read = [one for one in unreadable if one is not None]
    of_event = (tickets.c.event_id == event_id) & tickets.c.purchase_id.not_in(read)
    its_tickets = _array_of(select(tickets.c.ticket_id).where(tickets.c.library == library, of_event))
    _date(connection, additional_sales, "released_at", library, additional_sales.c.ticket_id == any_(its_tickets), now)
    its_purchases = _array_of(
        select(purchases.c.purchase_id).where(
            purchases.c.library == library, purchases.c.event_id == event_id, purchases.c.purchase_id.not_in(read)
        )
    )
    of_a_ticket = answers.c.ticket_id == any_(its_tickets)
    of_all = answers.c.ticket_id.is_(None) & ~_may_be_listed_elsewhere(event_id)
    emptied = update(answers).where(*_unseen(answers, library, now), answers.c.purchase_id == any_(its_purchases))
    emptied = emptied.where(of_a_ticket | of_all, answers.c.value.is_not(None))
    connection.execute(emptied.values(value=None, changed_at=now))
    return _date(connection, tickets, "released_at", library, of_event, now)


def _may_be_listed_elsewhere(event_id: int) -> ColumnElement[bool]:
    """Return the condition that another event, which lists the purchase too, was not read since the answer was seen."""
    other = purchases.alias()
    return exists().where(
        other.c.library == answers.c.library,
        other.c.purchase_id == answers.c.purchase_id,
        other.c.event_id != event_id,
        other.c.moved_at.is_(None),
        other.c.last_seen_at <= answers.c.last_seen_at,
    )


def _array_of(ids: Select[tuple[int]]) -> Function[Sequence[int]]:
    """Have the ids looked up first, and once: as a join, the planner may take all of a library's rows with it."""
    return func.array(ids.scalar_subquery(), type_=ARRAY(BigInteger))


def mark_prices_gone(connection: Connection, library: str, event_id: int, now: datetime) -> None:
    """Date the event's prices that were not listed `now`."""
    _date(connection, prices, "removed_at", library, prices.c.event_id == event_id, now)


def mark_events_gone(engine: Engine, library: str, event_ids: Collection[int], now: datetime) -> None:
    """Date the events that no longer exist at Place2book; what was sold for them and did not move stays as it is."""
    if not event_ids:
        return
    gone = update(events).where(events.c.library == library, events.c.event_id.in_(event_ids))
    with engine.begin() as connection:
        changed_at = date_of_change(connection, library, now)
        dated = gone.where(events.c.removed_at.is_(None)).values(removed_at=now, changed_at=changed_at)
        for event_id in sorted(connection.scalars(dated.returning(events.c.event_id))):
            settle(connection, library, event_id, changed_at)


def _date(
    connection: Connection, table: Table, mark: str, library: str, among: ColumnElement[bool], now: datetime
) -> int:
    marked = update(table).where(*_unseen(table, library, now), among, table.c[mark].is_(None))
    return connection.execute(marked.values({mark: now, "changed_at": now})).rowcount


def _unseen(table: Table, library: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (table.c.library == library, table.c.last_seen_at != now)
