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
    SELECT p.library, (coalesce(p.created_at, p.first_seen_at) AT TIME ZONE 'Europe/Copenhagen')::date AS day,
        sum((
            SELECT count(*) FROM warehouse.tickets t
            WHERE t.library = p.library AND t.purchase_id = p.purchase_id AND t.event_id = p.event_id
                AND t.released_at IS NULL
        ))::bigint AS tickets,
        sum(p.income_ore)::bigint AS income_ore
    FROM warehouse.purchases p
    WHERE coalesce(p.created_at, p.first_seen_at) >= :since AND p.library = ANY(:libraries)
        AND p.transaction_type = 'completed' AND p.moved_at IS NULL
    GROUP BY p.library, day
    """
)
