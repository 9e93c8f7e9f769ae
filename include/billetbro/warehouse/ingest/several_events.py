"""Count a purchase that several events list for each its own, and one that moved from one to another once.

| a purchase is listed | then |
|---|---|
| for one event | it counts there with its total |
| for several | it counts at each with its tickets and additional sales there |
| no longer for an event, but for another | it moved: it counts there no longer, and nothing of it is a problem there |

Whether it is listed goes by the latest export of each event. Tickets that are listed for another event now have moved,
also while the event that they came from was not read again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Connection, any_, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from billetbro.store.schema.warehouse_tables import purchases, tickets
from billetbro.warehouse.privacy.policy import ProtectedPurchase, Row

COMPLETED = "completed"


def cost_of(purchase: str, *, here: bool) -> str:
    """Return SQL for what tickets of a purchase and their additional sales cost, `here` at its event or at all."""
    of_event = f"AND k.event_id = {purchase}.event_id" if here else ""
    return f"""(
    SELECT coalesce(sum(k.amount_ore + (
        SELECT coalesce(sum(a.amount_ore), 0)
        FROM warehouse.additional_sales a
        WHERE a.library = k.library AND a.ticket_id = k.ticket_id AND a.released_at IS NULL
    )), 0)
    FROM warehouse.tickets k
    WHERE k.library = {purchase}.library AND k.purchase_id = {purchase}.purchase_id AND k.released_at IS NULL {of_event}
)"""


OF_EVENT = """ARRAY(
    SELECT purchase_id FROM warehouse.purchases WHERE library = :library AND event_id = :event_id
)"""
MOVE = f"""
UPDATE warehouse.purchases AS p SET moved_at = :now, changed_at = :now
FROM warehouse.events e
WHERE p.library = :library AND p.purchase_id = ANY({OF_EVENT})
  AND p.transaction_type = 'completed' AND p.moved_at IS NULL
  AND e.library = p.library AND e.event_id = p.event_id
  AND (
      e.removed_at IS NOT NULL OR p.last_seen_at < e.exported_at
      OR p.event_id <> :event_id AND (p.purchase_id, p.event_id) IN (
          SELECT * FROM unnest(CAST(:purchases AS bigint[]), CAST(:events AS bigint[]))
      ) AND NOT EXISTS (
          SELECT FROM warehouse.tickets t
          WHERE t.library = p.library AND t.purchase_id = p.purchase_id AND t.event_id = p.event_id
            AND t.released_at IS NULL
      )
  )
  AND NOT EXISTS (
      SELECT FROM unnest(CAST(:unread AS bigint[])) AS u(purchase_id)
      WHERE p.event_id = :event_id AND coalesce(u.purchase_id, p.purchase_id) = p.purchase_id
  )
  AND NOT EXISTS (
      SELECT FROM warehouse.data_quality q
      WHERE q.library = p.library AND q.event_id = p.event_id AND q.problem = 'unreadable' AND q.resolved_at IS NULL
        AND p.event_id <> :event_id AND coalesce(q.purchase_id, p.purchase_id) = p.purchase_id
  )
  AND EXISTS (
      SELECT FROM warehouse.purchases o
      JOIN warehouse.events x ON x.library = o.library AND x.event_id = o.event_id
      WHERE o.library = p.library AND o.purchase_id = p.purchase_id AND o.event_id <> p.event_id
        AND o.moved_at IS NULL AND x.removed_at IS NULL AND o.last_seen_at >= x.exported_at
  )
"""
COUNT = f"""
UPDATE warehouse.purchases AS p SET income_ore = counted.ore, changed_at = :now
FROM (
    SELECT r.purchase_id, r.event_id, CASE
        WHEN r.transaction_type <> 'completed' OR r.moved_at IS NOT NULL THEN 0
        WHEN EXISTS (
            SELECT FROM warehouse.purchases o
            WHERE o.library = r.library AND o.purchase_id = r.purchase_id AND o.event_id <> r.event_id
              AND o.transaction_type = 'completed' AND o.moved_at IS NULL
        ) THEN {cost_of("r", here=True)}
        ELSE r.total_ore
    END AS ore
    FROM warehouse.purchases r
    WHERE r.library = :library AND r.purchase_id = ANY({OF_EVENT})
) AS counted
WHERE p.library = :library AND p.purchase_id = counted.purchase_id AND p.event_id = counted.event_id
  AND p.income_ore <> counted.ore
"""
RESOLVE = f"""
UPDATE warehouse.data_quality AS q SET resolved_at = :now
WHERE q.library = :library AND q.purchase_id = ANY({OF_EVENT}) AND q.resolved_at IS NULL AND q.problem <> 'unreadable'
  AND NOT EXISTS (
      SELECT FROM warehouse.purchases p
      WHERE p.library = q.library AND p.purchase_id = q.purchase_id AND p.event_id = q.event_id AND p.moved_at IS NULL
        AND (
            q.problem <> 'amounts_differ'
            OR p.total_ore <> {cost_of("p", here=True)} AND p.total_ore <> {cost_of("p", here=False)}
        )
  )
"""


def own_tickets(
    connection: Connection, library: str, event_id: int, bought: Sequence[ProtectedPurchase]
) -> tuple[list[Row], list[Row]]:
    """Return the tickets that are the event's, each under its purchase, and what was sold with them.

    A ticket that was cancelled and sold again under its id is the completed purchase's, in whichever order the two are
    listed, and at whichever event.
    """
    ids = {ticket["ticket_id"] for one in bought for ticket in one.tickets if not _is_completed(one)}
    sold = {ticket["ticket_id"] for one in bought for ticket in one.tickets if _is_completed(one)}
    gone = (ids & sold) | (_sold_elsewhere(connection, library, event_id, ids) - sold)
    left = [
        (one, ticket)
        for one in bought
        for ticket in one.tickets
        if _is_completed(one) or ticket["ticket_id"] not in gone
    ]
    extras = [
        sale for one in bought for sale in one.additional_sales if _is_completed(one) or sale["ticket_id"] not in gone
    ]
    return [ticket | {"event_id": event_id} for _, ticket in left], extras


def moved_from(
    connection: Connection, library: str, event_id: int, listed: Iterable[Row]
) -> frozenset[tuple[int, int]]:
    """Return (purchase, event) that tickets, which this event lists now, were last stored under at another event."""
    ids = sorted(_numbers(listed, "ticket_id"))
    at_another = select(tickets.c.purchase_id, tickets.c.event_id).where(
        tickets.c.library == library, tickets.c.ticket_id == any_(literal(ids, ARRAY(BigInteger)))
    )
    rows = connection.execute(at_another.where(tickets.c.event_id != event_id).distinct())
    return frozenset((row.purchase_id, row.event_id) for row in rows)


def settle(
    connection: Connection,
    library: str,
    event_id: int,
    now: datetime,
    came_from: Collection[tuple[int, int]] = (),
    unread: Collection[int | None] = (),
) -> None:
    """Mark what moved among the purchases that the event lists or listed, and count each of them anew.

    `came_from` is what `moved_from` told before the tickets were stored; of the purchases in `unread` (None: of all) it
    is not known whether this event lists them.
    """
    pairs = sorted(came_from)
    of_event = {"library": library, "event_id": event_id, "now": now}
    moving = {"purchases": [one for one, _ in pairs], "events": [event for _, event in pairs], "unread": list(unread)}
    connection.execute(text(MOVE), of_event | moving)
    connection.execute(text(COUNT), of_event)
    connection.execute(text(RESOLVE), of_event)


def _sold_elsewhere(connection: Connection, library: str, event_id: int, ids: Collection[object]) -> set[object]:
    """Return which of these tickets a completed purchase holds at another event."""
    if not ids:
        return set()
    theirs = (
        (purchases.c.library == tickets.c.library)
        & (purchases.c.purchase_id == tickets.c.purchase_id)
        & (purchases.c.event_id == tickets.c.event_id)
    )
    query = (
        select(tickets.c.ticket_id)
        .join(purchases, theirs)
        .where(
            tickets.c.library == library,
            tickets.c.ticket_id == any_(literal(sorted(map(int, map(str, ids))), ARRAY(BigInteger))),
            tickets.c.event_id != event_id,
            tickets.c.released_at.is_(None),
            purchases.c.transaction_type == COMPLETED,
            purchases.c.moved_at.is_(None),
        )
    )
    return set(connection.scalars(query))


def _is_completed(one: ProtectedPurchase) -> bool:
    return one.purchase["transaction_type"] == COMPLETED


def _numbers(rows: Iterable[Row], name: str) -> set[int]:
    return {value for row in rows if isinstance(value := row[name], int)}
