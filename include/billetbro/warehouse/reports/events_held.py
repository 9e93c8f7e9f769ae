"""Which events were held, as far as their sales can tell."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from billetbro.warehouse.reports.month import Month
from billetbro.warehouse.reports.rows import EventRow


def was_held(event: EventRow) -> bool:
    """Return whether the event has begun and was held.

    One that was removed from Place2book before it began is never read after that moment; and where every ticket that
    was sold was taken back, it was called off.
    """
    return event.begin_at is not None and event.exported_at >= event.begin_at and not was_called_off(event)


def was_held_in(event: EventRow, month: Month, zone: ZoneInfo) -> bool:
    """Return whether the event began in the month, where the library is, and was held."""
    return event.begin_at is not None and event.begin_at.astimezone(zone).date() in month and was_held(event)


def was_called_off(event: EventRow) -> bool:
    """Return whether tickets were sold and every one of them was taken back."""
    return event.tickets == 0 and event.cancelled_tickets > 0
