"""The booking curve: how long before an event its tickets are sold, and how events to come stand against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from billetbro.warehouse.reports.events_held import was_called_off, was_held
from billetbro.warehouse.reports.month import Month
from billetbro.warehouse.reports.rows import EventRow, Rows

DAYS = 60
"""The curve begins so many days before the event."""
TYPICAL_OF = 5
"""So many earlier events are needed before anything is called usual."""
NOTICED = 0.10
"""A share of the seats that is this much more or less than usual is worth a word."""
SHOWN = 10
"""So many events to come are shown, the next first."""
STALE = timedelta(days=3)
"""An event whose sales were not read for so long, though others' were, is no longer at Place2book."""

Booked = Mapping[int, Counter[int]]
"""By event id: tickets by days before the event."""


class Standing(StrEnum):
    """How an event to come has sold, against what is usual so long before."""

    SOLD_OUT = "sold_out"
    AHEAD = "ahead"
    AS_USUAL = "as_usual"
    BEHIND = "behind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcoming:
    """An event to come as it stood when the month ended; `usual` is the share of seats that is usually sold by then."""

    event: EventRow
    seats: int
    tickets: int
    days_before: int
    usual: float
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Shares of all tickets that were sold so many days before, from DAYS down to 0; empty where there are too few.

    `upcoming` is how things stood when `last_day` was over.
    """

    of_month: tuple[float, ...] = ()
    usual: tuple[float, ...] = ()
    events: int = 0
    usual_events: int = 0
    upcoming: tuple[Upcoming, ...] = ()
    last_day: date


def booking_of(rows: Rows, month: Month, zone: ZoneInfo, held: Collection[EventRow]) -> Booking:
    """Return the curve of the events held in the month, of those before it, and the events after it beside them."""
    booked = _by_event(rows)
    sold = [event for event in held if event.tickets]
    earlier = [event for event in rows.events if was_held(event) and _begins_before(event, month.begins_at(zone))]
    with_sales = [event for event in earlier if event.tickets]
    last_day = min(_last_day(rows, zone), month.last_day)
    return Booking(
        of_month=_curve(booked, sold),
        usual=_curve(booked, with_sales) if len(with_sales) >= TYPICAL_OF else (),
        events=len(sold),
        usual_events=len(with_sales),
        upcoming=_upcoming(rows, booked, last_day, zone, earlier),
        last_day=last_day,
    )


def _by_event(rows: Rows) -> dict[int, Counter[int]]:
    """Count tickets by event and days before; what was sold after the event began counts as its day's."""
    booked: dict[int, Counter[int]] = {event.event_id: Counter() for event in rows.events}
    for row in rows.booked:
        if row.event_id in booked:
            booked[row.event_id][max(row.days_before, 0)] += row.tickets
    return booked


def _begins_before(event: EventRow, moment: datetime) -> bool:
    return event.begin_at is not None and event.begin_at < moment


def _last_day(rows: Rows, zone: ZoneInfo) -> date:
    """Return the last day whose sales were read."""
    return rows.as_of.astimezone(zone).date() if rows.as_of else date.min


def _curve(booked: Booked, events: Iterable[EventRow]) -> tuple[float, ...]:
    """Return the share of the events' tickets that was sold so many days before each, from DAYS down to 0."""
    by_day = _together(booked, events)
    total = sum(by_day.values())
    return tuple(_sold_until(by_day, days) / total for days in range(DAYS, -1, -1)) if total else ()


def _together(booked: Booked, events: Iterable[EventRow]) -> Counter[int]:
    return sum((booked[event.event_id] for event in events), Counter())


def _sold_until(by_day: Counter[int], days_before: int) -> int:
    return sum(tickets for days, tickets in by_day.items() if days >= days_before)


def _upcoming(
    rows: Rows, booked: Booked, last_day: date, zone: ZoneInfo, earlier: Iterable[EventRow]
) -> tuple[Upcoming, ...]:
    """Return how the events with a limit after the last day stood on it, against those held earlier."""
    limited = [event for event in earlier if event.capacity]
    if len(limited) < TYPICAL_OF:
        return ()
    seats = sum(event.capacity or 0 for event in limited)
    usual = _together(booked, limited)
    found = []
    for event in rows.events:
        if event.capacity and (days := _days_to_go(event, rows, last_day, zone)):
            tickets, share = _sold_until(booked[event.event_id], days), _sold_until(usual, days) / seats
            standing = _standing(tickets / event.capacity, share)
            found.append(
                Upcoming(
                    event=event,
                    seats=event.capacity,
                    tickets=tickets,
                    days_before=days,
                    usual=share,
                    standing=standing,
                )
            )
    return tuple(sorted(found, key=lambda one: (one.days_before, one.event.title, one.event.event_id))[:SHOWN])


def _days_to_go(event: EventRow, rows: Rows, last_day: date, zone: ZoneInfo) -> int | None:
    """Return the days from the last day to the event; none where it is not after it, was removed or called off."""
    if event.begin_at is None or rows.as_of is None:
        return None
    days = (event.begin_at.astimezone(zone).date() - last_day).days
    gone = event.exported_at < min(event.begin_at, rows.as_of - STALE)
    return days if days > 0 and not gone and not was_called_off(event) else None


def _standing(share: float, usual: float) -> Standing:
    if share >= 1:
        return Standing.SOLD_OUT
    if share - usual >= NOTICED:
        return Standing.AHEAD
    return Standing.BEHIND if usual - share >= NOTICED else Standing.AS_USUAL
