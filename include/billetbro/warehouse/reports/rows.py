"""What is read of the warehouse for a report: counts and sums of events. Amounts are øre, days the library's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """An event, with what was sold of it in all until now.

    Null `capacity` is unlimited. `arrived` are tickets scanned at the door, `cancelled_tickets` those sold and
    taken back. `exported_at` is when its sales were last read.
    """

    event_id: int
    title: str
    branch: str | None
    category: str | None
    begin_at: datetime | None
    capacity: int | None
    tickets: int
    income_ore: int
    arrived: int
    cancelled_tickets: int
    exported_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRow:
    """Tickets of one event that were bought on one day at prices of one name, and what was paid."""

    event_id: int
    day: date
    price: str | None
    tickets: int
    income_ore: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledRow:
    """Tickets of one event that were found cancelled or released on one day, and what had been paid for them."""

    event_id: int
    day: date
    tickets: int
    amount_ore: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedRow:
    """Tickets of one event that were bought so many days before it began."""

    event_id: int
    days_before: int
    tickets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """All that a report is made of. `as_of` is when the library's sales were last read; null when they never were."""

    events: tuple[EventRow, ...] = ()
    sales: tuple[SaleRow, ...] = ()
    cancelled: tuple[CancelledRow, ...] = ()
    booked: tuple[BookedRow, ...] = ()
    as_of: datetime | None = None
