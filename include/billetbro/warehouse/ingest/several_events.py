"""Count a purchase that several events list at each of them, and one that moved between events only once.

| a purchase is listed | then |
|---|---|
| for one event | it counts there with its total |
| for several | it counts at each with its tickets and additional sales there |
| no longer for an event, but for another | it moved: it no longer counts there, and has no problems there |

The latest export of each event decides. Tickets that are now listed for another event have moved, even if their earlier
event was not read again.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from billetbro.warehouse.ingest.reading import Concerned, Scope


def cost_of(purchase: str, *, here: bool) -> str:
    """Return SQL for the cost of a purchase's tickets and additional sales, at its event (`here`) or at all."""
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


EVENTS = "CAST(:events AS bigint[])"
OF_EVENT = f"""ARRAY(
    SELECT purchase_id FROM warehouse.purchases
    WHERE library = :library AND event_id = ANY({EVENTS})
)"""
MOVE = f"""
UPDATE warehouse.purchases AS p SET moved_at = :now, changed_at = :now
FROM warehouse.events e
WHERE p.library = :library AND p.purchase_id = ANY({OF_EVENT})
  AND p.transaction_type = 'completed' AND p.moved_at IS NULL
  AND e.library = p.library AND e.event_id = p.event_id
  AND (
      e.removed_at IS NOT NULL OR p.last_seen_at < e.exported_at
      OR p.event_id <> ALL({EVENTS}) AND (p.purchase_id, p.event_id) IN (
          SELECT * FROM unnest(CAST(:came AS bigint[]), CAST(:came_from AS bigint[]))
      ) AND NOT EXISTS (
          SELECT FROM warehouse.tickets t
          WHERE t.library = p.library AND t.purchase_id = p.purchase_id AND t.event_id = p.event_id
            AND t.released_at IS NULL
      )
  )
  AND NOT EXISTS (
      SELECT FROM unnest(CAST(:unread_at AS bigint[]), CAST(:unread AS bigint[])) AS u(event_id, purchase_id)
      WHERE p.event_id = u.event_id AND coalesce(u.purchase_id, p.purchase_id) = p.purchase_id
  )
  AND NOT EXISTS (
      SELECT FROM warehouse.data_quality q
      WHERE q.library = p.library AND q.event_id = p.event_id AND q.problem = 'unreadable' AND q.resolved_at IS NULL
        AND p.event_id <> ALL({EVENTS}) AND coalesce(q.purchase_id, p.purchase_id) = p.purchase_id
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


def settle(
    connection: Connection, scope: Scope, came_from: Iterable[tuple[int, int]] = (), unread: Iterable[Concerned] = ()
) -> None:
    """Mark the purchases of these events that moved, and count each of them again.

    `came_from` has the (purchase, event) of tickets stored elsewhere before; it is unknown whether the purchases in
    `unread` are still listed.
    """
    came, unknown = list(came_from), list(unread)
    moving = {
        "came": [purchase_id for purchase_id, _ in came],
        "came_from": [event_id for _, event_id in came],
        "unread_at": [event_id for event_id, _ in unknown],
        "unread": [purchase_id for _, purchase_id in unknown],
    }
    connection.execute(text(MOVE), scope.values | moving)
    connection.execute(text(COUNT), scope.values)
    connection.execute(text(RESOLVE), scope.values)
