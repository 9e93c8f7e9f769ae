"""Add up what was sold, by event and by day, for pages that look at many events at once.

The rows go by the definitions of the views `sales_by_event`, `attendance`, `booking_curve` and `sales_by_day`. What is
the same as before is not written.
"""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Connection, text

from billetbro.store.schema.sales_tables import BOOKED_BEFORE
from billetbro.warehouse.ingest.reading import Scope
from billetbro.warehouse.ingest.several_events import OF_EVENT

DAY = "(coalesce(p.created_at, p.first_seen_at) AT TIME ZONE 'Europe/Copenhagen')::date"
CONCERNED = text(f"""
SELECT coalesce(array_agg(DISTINCT event_id), '{{}}') AS events, min({DAY}) AS since
FROM warehouse.purchases p
WHERE library = :library AND (purchase_id = ANY({OF_EVENT}) OR event_id = ANY(CAST(:came_from AS bigint[])))
""")
PURCHASES = f"""
    SELECT p.library, p.event_id, p.purchase_id, p.income_ore, {DAY} AS day,
           k.tickets_sold, k.arrived, k.additional_sales_ore
    FROM warehouse.purchases p
    CROSS JOIN LATERAL (
        SELECT count(*) AS tickets_sold, count(t.arrived_at) AS arrived, coalesce(sum((
            SELECT sum(a.amount_ore) FROM warehouse.additional_sales a
            WHERE a.library = t.library AND a.ticket_id = t.ticket_id AND a.released_at IS NULL
        )), 0) AS additional_sales_ore
        FROM warehouse.tickets t
        WHERE t.library = p.library AND t.purchase_id = p.purchase_id AND t.event_id = p.event_id
          AND t.released_at IS NULL
    ) AS k
    WHERE p.transaction_type = 'completed' AND p.moved_at IS NULL
"""
SUMS = """
           coalesce(sum(s.tickets_sold), 0) AS tickets_sold, coalesce(sum(s.income_ore), 0) AS income_ore,
           coalesce(sum(s.additional_sales_ore), 0) AS additional_sales_ore
"""
BEGINS = "(e.begin_at AT TIME ZONE 'Europe/Copenhagen')::date"
BOOKED = ", ".join(
    f"coalesce(sum(s.tickets_sold) FILTER (WHERE {BEGINS} - s.day >= {days}), 0)" for days in BOOKED_BEFORE
)
BY_EVENT = text(f"""
INSERT INTO warehouse.event_sales AS known
    (library, event_id, purchases, tickets_sold, income_ore, additional_sales_ore, arrived, booked)
SELECT e.library, e.event_id, count(s.purchase_id), {SUMS}, coalesce(sum(s.arrived), 0),
       CASE WHEN e.begin_at IS NOT NULL THEN ARRAY[{BOOKED}]::integer[] END
FROM warehouse.events e
LEFT JOIN ({PURCHASES} AND p.library = :library AND p.event_id = ANY(:concerned)) AS s
       ON s.library = e.library AND s.event_id = e.event_id
WHERE e.library = :library AND e.event_id = ANY(:concerned)
GROUP BY e.library, e.event_id
ON CONFLICT (library, event_id) DO UPDATE SET
    purchases = excluded.purchases, tickets_sold = excluded.tickets_sold, income_ore = excluded.income_ore,
    additional_sales_ore = excluded.additional_sales_ore, arrived = excluded.arrived, booked = excluded.booked
WHERE known.* IS DISTINCT FROM excluded.*
""")
BY_DAY = text(f"""
WITH sold AS (
    SELECT s.day, count(DISTINCT s.purchase_id) AS purchases, {SUMS}
    FROM ({PURCHASES} AND p.library = :library AND coalesce(p.created_at, p.first_seen_at)
          >= CAST(:since AS date)::timestamp AT TIME ZONE 'Europe/Copenhagen') AS s
    GROUP BY s.day
), gone AS (
    DELETE FROM warehouse.daily_sales d
    WHERE d.library = :library AND d.day >= :since AND NOT EXISTS (SELECT FROM sold WHERE sold.day = d.day)
)
INSERT INTO warehouse.daily_sales AS known (library, day, purchases, tickets_sold, income_ore, additional_sales_ore)
SELECT :library, sold.* FROM sold
ON CONFLICT (library, day) DO UPDATE SET
    purchases = excluded.purchases, tickets_sold = excluded.tickets_sold, income_ore = excluded.income_ore,
    additional_sales_ore = excluded.additional_sales_ore
WHERE known.* IS DISTINCT FROM excluded.*
""")


def earliest_day(connection: Connection, scope: Scope) -> date | None:
    """Return the earliest day of the purchases at these events, as it is stored now; None without any."""
    return _concerned(connection, scope, ())[1]


def add_up(connection: Connection, scope: Scope, came_from: Collection[int] = (), before: date | None = None) -> None:
    """Add up the sales of these events, of those that share a purchase with them, and of the days of their purchases.

    `came_from` are the events at which some of their tickets were stored before, `before` is their earliest day then.
    """
    shared, after = _concerned(connection, scope, came_from)
    concerned = sorted({*scope.event_ids, *came_from, *shared})
    connection.execute(BY_EVENT, {"library": scope.library, "concerned": concerned})
    if days := [day for day in (before, after) if day]:
        connection.execute(BY_DAY, {"library": scope.library, "since": min(days)})


def _concerned(connection: Connection, scope: Scope, came_from: Collection[int]) -> tuple[Sequence[int], date | None]:
    row = connection.execute(CONCERNED, scope.values | {"came_from": list(came_from)}).one()
    return row.events, row.since
