"""From rows to the figures of a month. Nothing here reads, writes or draws. Amounts are øre."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from billetbro.models.text import one_line
from billetbro.warehouse.reports.booking import Booking, booking_of
from billetbro.warehouse.reports.events_held import was_held_in
from billetbro.warehouse.reports.month import Month
from billetbro.warehouse.reports.rows import CancelledRow, EventRow, Rows, SaleRow

RANKED = 5
"""So many events at each end of the list of best and worst sold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """A month in figures.

    Sold and cancelled are of the month by day of purchase and of cancellation; held, seats and scanned are of the
    events that were held in it. `seats` and `seats_sold` leave unlimited events out; `expected` and `absent` are of
    events where anybody was scanned.
    """

    tickets: int = 0
    income_ore: int = 0
    cancelled_tickets: int = 0
    cancelled_ore: int = 0
    held: int = 0
    seats: int = 0
    seats_sold: int = 0
    expected: int = 0
    absent: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """What was sold on a day."""

    day: date
    tickets: int = 0
    income_ore: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """What one branch, category or price has of the month's sales; without a name where none is given."""

    name: str | None
    tickets: int
    income_ore: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMonth:
    """An event, and what was sold and taken back of it in the month."""

    event: EventRow
    held: bool
    tickets: int = 0
    income_ore: int = 0
    cancelled_tickets: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All that a report shows. `finished` is whether the sales of the whole month had been read."""

    month: Month
    finished: bool
    as_of: datetime | None
    totals: Totals
    before: Totals
    days: tuple[Day, ...]
    days_before: tuple[Day, ...]
    best: tuple[EventRow, ...]
    worst: tuple[EventRow, ...]
    unlimited: tuple[EventRow, ...]
    branches: tuple[Part, ...]
    categories: tuple[Part, ...]
    prices: tuple[Part, ...]
    booking: Booking
    events: tuple[EventMonth, ...]


def figures_of(rows: Rows, month: Month, zone: ZoneInfo) -> Figures:
    """Return the figures of a month, and of the one before it."""
    sales = [sale for sale in rows.sales if sale.day in month]
    held = [event for event in rows.events if was_held_in(event, month, zone)]
    best, worst = _ranked(held)
    by_id = {event.event_id: event for event in rows.events}
    return Figures(
        month=month,
        finished=rows.as_of is not None and rows.as_of >= month.ends_at(zone),
        as_of=rows.as_of,
        totals=_totals(rows, month, zone),
        before=_totals(rows, month.before, zone),
        days=_days(rows.sales, month),
        days_before=_days(rows.sales, month.before),
        best=best,
        worst=worst,
        unlimited=_unlimited(held),
        branches=_parts(sales, lambda sale: by_id[sale.event_id].branch),
        categories=_parts(sales, lambda sale: by_id[sale.event_id].category),
        prices=_parts(sales, lambda sale: sale.price),
        booking=booking_of(rows, month, zone, held),
        events=_events(rows, month, zone),
    )


def _totals(rows: Rows, month: Month, zone: ZoneInfo) -> Totals:
    sales = [sale for sale in rows.sales if sale.day in month]
    cancelled = [row for row in rows.cancelled if row.day in month]
    held = [event for event in rows.events if was_held_in(event, month, zone)]
    limited = [(event.tickets, event.capacity) for event in held if event.capacity]
    scanned = [event for event in held if event.arrived]
    return Totals(
        tickets=sum(sale.tickets for sale in sales),
        income_ore=sum(sale.income_ore for sale in sales),
        cancelled_tickets=sum(row.tickets for row in cancelled),
        cancelled_ore=sum(row.amount_ore for row in cancelled),
        held=len(held),
        seats=sum(capacity for _, capacity in limited),
        seats_sold=sum(tickets for tickets, _ in limited),
        expected=sum(event.tickets for event in scanned),
        absent=sum(event.tickets - event.arrived for event in scanned),
    )


def _days(sales: Iterable[SaleRow], month: Month) -> tuple[Day, ...]:
    tickets: Counter[date] = Counter()
    income: Counter[date] = Counter()
    for sale in sales:
        tickets[sale.day] += sale.tickets
        income[sale.day] += sale.income_ore
    return tuple(Day(day, tickets[day], income[day]) for day in month.days)


def _ranked(held: Sequence[EventRow]) -> tuple[tuple[EventRow, ...], tuple[EventRow, ...]]:
    """Return the events that sold the largest share of their seats, and those that sold the smallest, none in both.

    One that sold nothing is never among the best.
    """
    limited = sorted((event for event in held if event.capacity), key=_by_share)
    best = [event for event in limited[: min(RANKED, (len(limited) + 1) // 2)] if event.tickets]
    return tuple(best), tuple(reversed(limited[len(best) :][-RANKED:]))


def _by_share(event: EventRow) -> tuple[float, int, str, int]:
    return -event.tickets / (event.capacity or 1), -event.tickets, event.title, event.event_id


def _unlimited(held: Iterable[EventRow]) -> tuple[EventRow, ...]:
    """Return the events without a limit that sold most."""
    without_limit = (event for event in held if event.capacity is None)
    return tuple(sorted(without_limit, key=lambda event: (-event.tickets, event.title, event.event_id))[:RANKED])


def _parts(sales: Iterable[SaleRow], name_of: Callable[[SaleRow], str | None]) -> tuple[Part, ...]:
    """Return what each name has of the sales, the largest income first."""
    tickets: Counter[str | None] = Counter()
    income: Counter[str | None] = Counter()
    for sale in sales:
        name = one_line(name_of(sale) or "") or None
        tickets[name] += sale.tickets
        income[name] += sale.income_ore
    parts = [Part(name, tickets[name], income[name]) for name in tickets]
    return tuple(sorted(parts, key=lambda part: (-part.income_ore, -part.tickets, part.name is None, part.name or "")))


def _events(rows: Rows, month: Month, zone: ZoneInfo) -> tuple[EventMonth, ...]:
    """Return the events that were held in the month, or of which something was sold or taken back in it, by start."""
    tickets: Counter[int] = Counter()
    income: Counter[int] = Counter()
    for sale in rows.sales:
        if sale.day in month:
            tickets[sale.event_id] += sale.tickets
            income[sale.event_id] += sale.income_ore
    cancelled = _cancelled(rows.cancelled, month)
    of_month = [
        EventMonth(
            event=event,
            held=was_held_in(event, month, zone),
            tickets=tickets[event.event_id],
            income_ore=income[event.event_id],
            cancelled_tickets=cancelled[event.event_id],
        )
        for event in rows.events
    ]
    listed = [one for one in of_month if one.held or one.tickets or one.cancelled_tickets]
    return tuple(sorted(listed, key=_by_start))


def _cancelled(cancelled: Iterable[CancelledRow], month: Month) -> Counter[int]:
    found: Counter[int] = Counter()
    for row in cancelled:
        if row.day in month:
            found[row.event_id] += row.tickets
    return found


def _by_start(one: EventMonth) -> tuple[bool, float, str, int]:
    begin = one.event.begin_at
    return begin is None, begin.timestamp() if begin else 0.0, one.event.title, one.event.event_id
