"""Keep account of what does not add up, or could not be read, in what Place2book lists.

| problem | what is wrong with a purchase |
|---|---|
| amounts_differ | completed, and its tickets and additional sales do not add up to what was paid |
| unknown_price | completed, and a ticket of it names a price that the event does not have |
| not_listed | completed when last seen, and no longer listed |
| unreadable | the purchase, or a ticket or additional sale of it, is not understood and was left out |

The rows themselves are kept as they are. Only ids and amounts are noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select, text

from include.store.warehouse_tables import data_quality

FIND = """
WITH completed AS (
    SELECT library, purchase_id, total_ore, last_seen_at
    FROM warehouse.purchases
    WHERE library = :library AND event_id = :event_id AND transaction_type = 'completed'
), kept AS (
    SELECT t.library, t.purchase_id, t.ticket_id, t.price_id, t.amount_ore
    FROM completed c
    JOIN warehouse.tickets t ON t.library = c.library AND t.purchase_id = c.purchase_id AND t.released_at IS NULL
), paid AS (
    SELECT purchase_id, count(*) AS tickets, sum(amount_ore) AS ore FROM kept GROUP BY purchase_id
), extra AS (
    SELECT k.purchase_id, sum(a.amount_ore) AS ore
    FROM kept k
    JOIN warehouse.additional_sales a
      ON a.library = k.library AND a.ticket_id = k.ticket_id AND a.released_at IS NULL
    GROUP BY k.purchase_id
), unreadable AS (
    SELECT purchase_id, parts
    FROM unnest(CAST(:unreadable AS bigint[]), CAST(:parts AS bigint[])) AS given(purchase_id, parts)
)
SELECT c.purchase_id, 'amounts_differ', coalesce(p.tickets, 0), c.total_ore, coalesce(p.ore, 0) + coalesce(x.ore, 0)
FROM completed c
LEFT JOIN paid p ON p.purchase_id = c.purchase_id
LEFT JOIN extra x ON x.purchase_id = c.purchase_id
WHERE c.total_ore <> coalesce(p.ore, 0) + coalesce(x.ore, 0)
UNION ALL
SELECT k.purchase_id, 'unknown_price', count(*), NULL, NULL
FROM kept k
JOIN warehouse.prices r ON r.library = k.library AND r.price_id = k.price_id
WHERE r.name IS NULL AND r.removed_at IS NOT NULL
GROUP BY k.purchase_id
UNION ALL
SELECT c.purchase_id, 'not_listed', 1, NULL, NULL
FROM completed c
WHERE c.last_seen_at <> :now
  AND NOT EXISTS (SELECT FROM unreadable u WHERE coalesce(u.purchase_id, c.purchase_id) = c.purchase_id)
UNION ALL
SELECT purchase_id, 'unreadable', parts, NULL, NULL FROM unreadable
"""
NOTE = f"""
INSERT INTO warehouse.data_quality AS known
       (library, event_id, purchase_id, problem, found_rows, expected_ore, found_ore, first_seen_at, last_seen_at)
SELECT :library, :event_id, purchase_id, problem, rows, expected_ore, found_ore, :now, :now
FROM ({FIND}) AS found(purchase_id, problem, rows, expected_ore, found_ore)
ON CONFLICT (library, event_id, purchase_id, problem) DO UPDATE
SET found_rows = excluded.found_rows, expected_ore = excluded.expected_ore, found_ore = excluded.found_ore,
    last_seen_at = excluded.last_seen_at, resolved_at = NULL
"""
RESOLVE = """
UPDATE warehouse.data_quality SET resolved_at = :now
WHERE library = :library AND event_id = :event_id AND resolved_at IS NULL AND last_seen_at <> :now
"""


def note_problems(
    connection: Connection, library: str, event_id: int, unreadable: Mapping[int | None, int], now: datetime
) -> None:
    """Note the problems of an event whose purchases were just stored, and which of those noted before are no more.

    `unreadable` maps purchases that are not understood, None for those without an id, to how many parts that concerns.
    """
    values = {"library": library, "event_id": event_id, "now": now}
    parts = {"unreadable": list(unreadable), "parts": list(unreadable.values())}
    connection.execute(text(NOTE), values | parts)
    connection.execute(text(RESOLVE), values)


def open_problems(engine: Engine, library: str) -> dict[str, int]:
    """Return how many problems of each kind stand open for a library."""
    open_ones = select(data_quality.c.problem, func.count()).where(
        data_quality.c.library == library, data_quality.c.resolved_at.is_(None)
    )
    with engine.connect() as connection:
        found = connection.execute(open_ones.group_by(data_quality.c.problem).order_by(data_quality.c.problem))
        return {row[0]: row[1] for row in found}
