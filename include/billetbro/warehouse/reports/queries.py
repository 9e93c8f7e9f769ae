"""Ask the warehouse for what a month's report needs; one library, one moment, no personal data.

Sold is a ticket of a completed purchase that is not released; income is what was paid for it, and for what was sold
with it, and belongs to the day of purchase. That is what the view `sales_by_event` counts as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, RowMapping, TextClause, text

from billetbro.warehouse.reports.month import Month
from billetbro.warehouse.reports.rows import BookedRow, CancelledRow, EventRow, Rows, SaleRow

LOOK_BACK = timedelta(days=366)
"""So far back events count for what is typical."""
LOOK_AHEAD = timedelta(days=60)
"""So far ahead events are looked at."""

SALES = text("""
WITH extra AS (
    SELECT ticket_id, sum(amount_ore) AS amount_ore
    FROM warehouse.additional_sales
    WHERE library = :library AND released_at IS NULL
    GROUP BY ticket_id
)
SELECT p.event_id, (coalesce(p.created_at, p.first_seen_at) AT TIME ZONE :zone)::date AS day, price.name AS price,
       count(*) AS tickets, sum(t.amount_ore + coalesce(extra.amount_ore, 0))::bigint AS income_ore
FROM warehouse.purchases p
JOIN warehouse.tickets t
  ON t.library = p.library AND t.purchase_id = p.purchase_id AND t.event_id = p.event_id AND t.released_at IS NULL
LEFT JOIN warehouse.prices price ON price.library = t.library AND price.price_id = t.price_id
LEFT JOIN extra ON extra.ticket_id = t.ticket_id
WHERE p.library = :library AND p.transaction_type = 'completed' AND p.moved_at IS NULL
  AND coalesce(p.created_at, p.first_seen_at) >= :begin AND coalesce(p.created_at, p.first_seen_at) < :end
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
""")

CANCELLED = text("""
WITH gone AS (
    SELECT p.event_id, t.ticket_id, t.amount_ore, least(p.cancelled_at, t.released_at) AS gone_at
    FROM warehouse.purchases p
    JOIN warehouse.tickets t ON t.library = p.library AND t.purchase_id = p.purchase_id AND t.event_id = p.event_id
    WHERE p.library = :library AND (p.cancelled_at IS NOT NULL OR t.released_at IS NOT NULL)
), extra AS (
    SELECT ticket_id, sum(amount_ore) AS amount_ore
    FROM warehouse.additional_sales
    WHERE library = :library
    GROUP BY ticket_id
)
SELECT gone.event_id, (gone.gone_at AT TIME ZONE :zone)::date AS day, count(*) AS tickets,
       sum(gone.amount_ore + coalesce(extra.amount_ore, 0))::bigint AS amount_ore
FROM gone
LEFT JOIN extra ON extra.ticket_id = gone.ticket_id
WHERE gone.gone_at >= :begin AND gone.gone_at < :end
GROUP BY 1, 2
ORDER BY 1, 2
""")

EVENTS = text("""
WITH gone AS (
    SELECT p.event_id, count(*) AS tickets
    FROM warehouse.purchases p
    JOIN warehouse.tickets t ON t.library = p.library AND t.purchase_id = p.purchase_id AND t.event_id = p.event_id
    WHERE p.library = :library AND (p.cancelled_at IS NOT NULL OR t.released_at IS NOT NULL)
    GROUP BY p.event_id
)
SELECT s.event_id, s.title, s.branch, s.category, s.begin_at, s.capacity, s.tickets_sold AS tickets,
       (s.tickets_ore + s.additional_sales_ore)::bigint AS income_ore, a.arrived,
       coalesce(gone.tickets, 0) AS cancelled_tickets, s.exported_at
FROM warehouse.sales_by_event s
JOIN warehouse.attendance a ON a.library = s.library AND a.event_id = s.event_id
LEFT JOIN gone ON gone.event_id = s.event_id
WHERE s.library = :library
  AND ((s.begin_at >= :since AND s.begin_at < :until) OR s.event_id = ANY(CAST(:concerned AS bigint[])))
ORDER BY s.begin_at, s.event_id
""")

BOOKED = text("""
SELECT event_id, days_before, sum(tickets_sold)::bigint AS tickets
FROM warehouse.booking_curve
WHERE library = :library AND begin_at >= :since AND begin_at < :until
GROUP BY event_id, days_before
ORDER BY event_id, days_before DESC
""")

AS_OF = text("SELECT max(exported_at) FROM warehouse.events WHERE library = :library")


def read_rows(engine: Engine, library: str, month: Month, zone: ZoneInfo) -> Rows:
    """Read what a report on the month and the month before it needs, as it stands at one moment."""
    begin, end = month.before.begins_at(zone), month.ends_at(zone)
    of_months = {"library": library, "zone": zone.key, "begin": begin, "end": end}
    around = {"library": library, "since": month.begins_at(zone) - LOOK_BACK, "until": end + LOOK_AHEAD}
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        sales = tuple(SaleRow(**row) for row in _rows(connection, SALES, of_months))
        cancelled = tuple(CancelledRow(**row) for row in _rows(connection, CANCELLED, of_months))
        concerned = sorted({row.event_id for row in sales} | {row.event_id for row in cancelled})
        return Rows(
            events=tuple(EventRow(**row) for row in _rows(connection, EVENTS, around | {"concerned": concerned})),
            sales=sales,
            cancelled=cancelled,
            booked=tuple(BookedRow(**row) for row in _rows(connection, BOOKED, around)),
            as_of=connection.scalar(AS_OF, {"library": library}),
        )


def _rows(connection: Connection, query: TextClause, values: dict[str, object]) -> Sequence[RowMapping]:
    return connection.execute(query, values).mappings().all()
