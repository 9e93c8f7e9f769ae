"""What an export adds up, and the same as the views work it out from every purchase and ticket."""

from collections.abc import Sequence

from sqlalchemy import Engine, text

EVENTS = """
SELECT library, event_id, purchases, tickets_sold, income_ore, additional_sales_ore, arrived, booked
FROM warehouse.event_sales ORDER BY 1, 2
"""
DAYS = """
SELECT library, day, purchases, tickets_sold, income_ore, additional_sales_ore
FROM warehouse.daily_sales ORDER BY 1, 2
"""
EVENTS_OF_VIEWS = """
SELECT s.library, s.event_id, s.purchases, s.tickets_sold, s.income_ore, s.additional_sales_ore, a.arrived,
       CASE WHEN s.begin_at IS NOT NULL THEN ARRAY(
           SELECT coalesce(sum(b.tickets_sold) FILTER (WHERE b.days_before >= mark.days), 0)::integer
           FROM unnest(ARRAY[60, 45, 30, 21, 14, 7, 3, 1, 0]) WITH ORDINALITY AS mark(days, place)
           LEFT JOIN warehouse.booking_curve b ON b.library = s.library AND b.event_id = s.event_id
           GROUP BY mark.days, mark.place ORDER BY mark.place
       ) END
FROM warehouse.sales_by_event s JOIN warehouse.attendance a ON a.library = s.library AND a.event_id = s.event_id
ORDER BY 1, 2
"""
DAYS_OF_VIEWS = """
SELECT library, day, purchases, tickets_sold, income_ore, additional_sales_ore
FROM warehouse.sales_by_day ORDER BY 1, 2
"""


def added_up(engine: Engine) -> tuple[Sequence[object], Sequence[object]]:
    """Return what is stored, by event and by day."""
    return _rows(engine, EVENTS), _rows(engine, DAYS)


def shown_by_views(engine: Engine) -> tuple[Sequence[object], Sequence[object]]:
    """Return the same as the views show it."""
    return _rows(engine, EVENTS_OF_VIEWS), _rows(engine, DAYS_OF_VIEWS)


def _rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]
