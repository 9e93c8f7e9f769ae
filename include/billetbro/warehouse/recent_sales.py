"""Tickets and income of the last days, by library: from the purchases made since, by their index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

DANISH = ZoneInfo("Europe/Copenhagen")
CURVE_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentSales:
    """A library's sales: `days` are the tickets sold on each of the last 30 days, today last."""

    tickets_of_month: int = 0
    income_ore_of_month: int = 0
    days: tuple[int, ...] = (0,) * CURVE_DAYS


def read_recent_sales(connection: Connection, libraries: Sequence[str], now: datetime) -> Mapping[str, RecentSales]:
    """Return the sales of this month and of the last 30 days, in Danish days, as `sales_by_day` counts them."""
    today = now.astimezone(DANISH).date()
    first_of_curve, first_of_month = today - timedelta(days=CURVE_DAYS - 1), today.replace(day=1)
    since = datetime.combine(min(first_of_curve, first_of_month), time(), DANISH)
    rows = connection.execute(_QUERY, {"libraries": list(libraries), "since": since})
    found: dict[str, list[tuple[date, int, int]]] = {library: [] for library in libraries}
    for library, day, tickets, income in rows:
        found[library].append((day, tickets, income))
    return {
        library: RecentSales(
            tickets_of_month=sum(tickets for day, tickets, _ in days if day >= first_of_month),
            income_ore_of_month=sum(income for day, _, income in days if day >= first_of_month),
            days=_curve({day: tickets for day, tickets, _ in days}, first_of_curve),
        )
        for library, days in found.items()
    }


def _curve(tickets: Mapping[date, int], first: date) -> tuple[int, ...]:
    return tuple(tickets.get(first + timedelta(days=number), 0) for number in range(CURVE_DAYS))


_QUERY = text(
    """
    WITH recent AS (
        SELECT library, purchase_id, event_id, income_ore,
            (coalesce(created_at, first_seen_at) AT TIME ZONE 'Europe/Copenhagen')::date AS day
        FROM warehouse.purchases
        WHERE coalesce(created_at, first_seen_at) >= :since AND library = ANY(:libraries)
            AND transaction_type = 'completed' AND moved_at IS NULL
    ), sold AS (
        SELECT recent.library, recent.day, count(*) AS tickets
        FROM recent
        JOIN warehouse.tickets USING (library, purchase_id, event_id)
        WHERE released_at IS NULL
        GROUP BY recent.library, recent.day
    ), paid AS (
        SELECT library, day, sum(income_ore)::bigint AS income_ore FROM recent GROUP BY library, day
    )
    SELECT library, day, coalesce(tickets, 0) AS tickets, income_ore FROM paid LEFT JOIN sold USING (library, day)
    """
)
