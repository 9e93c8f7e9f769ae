"""Mark what Place2book no longer lists; nothing is deleted. An export sets `last_seen_at` on all that is listed."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
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
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from billetbro.store.file_exports import date_of_change
from billetbro.store.schema.warehouse_tables import additional_sales, answers, events, prices, purchases, tickets
from billetbro.warehouse.ingest.add_up import add_up
from billetbro.warehouse.ingest.reading import Concerned, Scope
from billetbro.warehouse.ingest.several_events import settle


def mark_gone(connection: Connection, scope: Scope, incomplete: Collection[Concerned]) -> int:
    """Mark what was not listed with the events' purchases; return how many tickets were released.

    Tickets and additional sales are dated, answers emptied. An `incomplete` purchase is left as it is; if its id is
    unknown (None), so is every purchase of its event.
    """
    unknown = {event_id for event_id, purchase_id in incomplete if purchase_id is None}
    read = [event_id for event_id in scope.event_ids if event_id not in unknown]
    left = [(event_id, purchase_id) for event_id, purchase_id in incomplete if purchase_id is not None]
    of_events = tickets.c.event_id.in_(read) & tuple_(tickets.c.event_id, tickets.c.purchase_id).not_in(left)
    its_tickets = _array_of(select(tickets.c.ticket_id).where(tickets.c.library == scope.library, of_events))
    _date(connection, scope, additional_sales.c.released_at, additional_sales.c.ticket_id == any_(its_tickets))
    here = purchases.alias()
    concerned = (
        (here.c.library == scope.library)
        & here.c.event_id.in_(read)
        & tuple_(here.c.event_id, here.c.purchase_id).not_in(left)
    )
    its_purchases = _array_of(select(here.c.purchase_id).where(concerned))
    of_a_ticket = answers.c.ticket_id == any_(its_tickets)
    of_all = answers.c.ticket_id.is_(None) & exists().where(
        concerned, here.c.purchase_id == answers.c.purchase_id, ~_may_be_listed_elsewhere(here.c.event_id)
    )
    emptied = update(answers).where(*_unseen(answers, scope), answers.c.purchase_id == any_(its_purchases))
    emptied = emptied.where(of_a_ticket | of_all, answers.c.value.is_not(None))
    connection.execute(emptied.values(value=None, changed_at=scope.now))
    return _date(connection, scope, tickets.c.released_at, of_events)


def _may_be_listed_elsewhere(event_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that another event with this purchase was not read since the answer was seen."""
    other = purchases.alias()
    return exists().where(
        other.c.library == answers.c.library,
        other.c.purchase_id == answers.c.purchase_id,
        other.c.event_id != event_id,
        other.c.moved_at.is_(None),
        other.c.last_seen_at <= answers.c.last_seen_at,
    )


def _array_of(ids: Select[tuple[int]]) -> Function[Sequence[int]]:
    """Look the ids up first, and once: for a join, the planner may read all of a library's rows."""
    return func.array(ids.scalar_subquery(), type_=ARRAY(BigInteger))


def mark_prices_gone(connection: Connection, scope: Scope, event_ids: Collection[int]) -> None:
    """Date the prices of these events that were not listed."""
    _date(connection, scope, prices.c.removed_at, prices.c.event_id.in_(event_ids))


def mark_events_gone(engine: Engine, library: str, event_ids: Collection[int], now: datetime) -> None:
    """Date the events that no longer exist at Place2book; their sales that did not move stay as they are."""
    if not event_ids:
        return
    gone = update(events).where(events.c.library == library, events.c.event_id.in_(event_ids))
    with engine.begin() as connection:
        changed_at = date_of_change(connection, library, now)
        dated = gone.where(events.c.removed_at.is_(None)).values(removed_at=now, changed_at=changed_at)
        removed = sorted(connection.scalars(dated.returning(events.c.event_id)))
        scope = Scope(library=library, event_ids=removed, now=changed_at)
        settle(connection, scope)
        add_up(connection, scope)


def _date(connection: Connection, scope: Scope, mark: Column[datetime], among: ColumnElement[bool]) -> int:
    marked = update(mark.table).where(*_unseen(mark.table, scope), among, mark.is_(None))
    return connection.execute(marked.values({mark: scope.now, "changed_at": scope.now})).rowcount


def _unseen(table: Table, scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return (table.c.library == scope.library, table.c.last_seen_at != scope.now)
