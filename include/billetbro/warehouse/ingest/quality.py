"""Note what does not add up, or could not be read, in Place2book's lists.

| problem | what is wrong with a purchase |
|---|---|
| amounts_differ | completed, and its tickets and additional sales, here or at all its events, are not what was paid |
| unknown_price | completed, and a ticket of it names a price that the event does not have |
| not_listed | completed when last seen, and no longer listed, for this event or another |
| unreadable | the purchase, or a ticket, additional sale or time of it, is not understood and was left out |

The rows themselves are kept as they are. Only ids and amounts are noted.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, Engine, func, select, text

from billetbro.store.schema.warehouse_tables import data_quality
from billetbro.warehouse.ingest.reading import Concerned, Scope
from billetbro.warehouse.ingest.several_events import EVENTS, cost_of

FIND = f"""
SELECT p.event_id, p.purchase_id, 'amounts_differ', (
    SELECT count(*) FROM warehouse.tickets t
    WHERE t.library = p.library AND t.purchase_id = p.purchase_id AND t.released_at IS NULL
), p.total_ore, {cost_of("p", here=False)}
FROM warehouse.purchases p
WHERE p.library = :library AND p.event_id = ANY({EVENTS})
  AND p.transaction_type = 'completed' AND p.moved_at IS NULL
  AND p.total_ore <> {cost_of("p", here=True)} AND p.total_ore <> {cost_of("p", here=False)}
UNION ALL
SELECT r.event_id, t.purchase_id, 'unknown_price', count(*), NULL, NULL
FROM warehouse.prices r
JOIN warehouse.tickets t ON t.library = r.library AND t.price_id = r.price_id AND t.released_at IS NULL
JOIN warehouse.purchases p ON p.library = t.library AND p.purchase_id = t.purchase_id AND p.event_id = t.event_id
WHERE r.library = :library AND r.event_id = ANY({EVENTS}) AND r.name IS NULL AND r.removed_at IS NOT NULL
  AND p.transaction_type = 'completed'
GROUP BY r.event_id, t.purchase_id
UNION ALL
SELECT p.event_id, p.purchase_id, 'not_listed', 1, NULL, NULL
FROM warehouse.purchases p
WHERE p.library = :library AND p.event_id = ANY({EVENTS})
  AND p.transaction_type = 'completed' AND p.moved_at IS NULL
  AND p.last_seen_at <> :now
  AND NOT EXISTS (
      SELECT FROM unreadable u
      WHERE u.event_id = p.event_id AND coalesce(u.purchase_id, p.purchase_id) = p.purchase_id
  )
UNION ALL
SELECT event_id, purchase_id, 'unreadable', parts, NULL, NULL FROM unreadable
"""
NOTE = f"""
WITH unreadable AS (
    SELECT * FROM unnest(CAST(:unreadable_at AS bigint[]), CAST(:unreadable AS bigint[]), CAST(:parts AS bigint[]))
    AS u(event_id, purchase_id, parts)
)
INSERT INTO warehouse.data_quality AS known
       (library, event_id, purchase_id, problem, found_rows, expected_ore, found_ore, first_seen_at, last_seen_at)
SELECT :library, event_id, purchase_id, problem, rows, expected_ore, found_ore, :now, :now
FROM ({FIND}) AS found(event_id, purchase_id, problem, rows, expected_ore, found_ore)
ON CONFLICT (library, event_id, purchase_id, problem) DO UPDATE
SET found_rows = excluded.found_rows, expected_ore = excluded.expected_ore, found_ore = excluded.found_ore,
    last_seen_at = excluded.last_seen_at, resolved_at = NULL
"""
RESOLVE = f"""
UPDATE warehouse.data_quality SET resolved_at = :now
WHERE library = :library AND event_id = ANY({EVENTS}) AND resolved_at IS NULL AND last_seen_at <> :now
"""


def note_problems(connection: Connection, scope: Scope, unreadable: Mapping[Concerned, int]) -> None:
    """Note the problems of events whose purchases were just stored, and resolve those that are gone.

    `unreadable` maps purchases to their number of unreadable parts.
    """
    parts = {
        "unreadable_at": [event_id for event_id, _ in unreadable],
        "unreadable": [purchase_id for _, purchase_id in unreadable],
        "parts": list(unreadable.values()),
    }
    connection.execute(text(NOTE), scope.values | parts)
    connection.execute(text(RESOLVE), scope.values)


def open_problems(engine: Engine, library: str) -> dict[str, int]:
    """Return how many problems of each kind are open for a library."""
    open_ones = select(data_quality.c.problem, func.count()).where(
        data_quality.c.library == library, data_quality.c.resolved_at.is_(None)
    )
    with engine.connect() as connection:
        found = connection.execute(open_ones.group_by(data_quality.c.problem).order_by(data_quality.c.problem))
        return {row[0]: row[1] for row in found}
