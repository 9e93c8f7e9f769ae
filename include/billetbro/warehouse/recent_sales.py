"""Tickets and income of the last days, by library."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Text, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from billetbro.store.schema.sales_tables import daily_sales

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
    since = min(first_of_curve, first_of_month)
    rows = connection.execute(
        select(daily_sales.c.library, daily_sales.c.day, daily_sales.c.tickets_sold, daily_sales.c.income_ore).where(
            daily_sales.c.library == any_(literal(list(libraries), ARRAY(Text))), daily_sales.c.day >= since
        )
    )
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
