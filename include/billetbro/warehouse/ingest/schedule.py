"""Decide whether an event's purchases are read in this run (behaviour 9). Nothing here reads or writes.

| what is true | reason |
|---|---|
| asked for by hand, or mode `resync` | forced |
| never exported | never_exported |
| it has ended, and had not at the latest export | ended |
| unlimited: its available tickets never move | unlimited |
| its available tickets are not what they were | available_changed |
| a price's sold tickets are not what they were | sold_changed |
| a day has passed since the latest export | daily |
| else | not due |
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from billetbro.models import CurrentEvent

LONGEST_PAUSE = timedelta(days=1)


class Reason(StrEnum):
    """Why an event's purchases are read."""

    FORCED = "forced"
    NEVER_EXPORTED = "never_exported"
    ENDED = "ended"
    UNLIMITED = "unlimited"
    AVAILABLE_CHANGED = "available_changed"
    SOLD_CHANGED = "sold_changed"
    DAILY = "daily"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastExport:
    """An event's state at its last export; `sold_tickets` maps price ids to tickets sold."""

    exported_at: datetime
    available_tickets: int | None
    ended: bool
    sold_tickets: Mapping[int, int] = field(default_factory=dict)


def is_due(current: CurrentEvent, last: LastExport | None, now: datetime, ended: bool, force: bool) -> Reason | None:
    """Return why the event's purchases are to be read, None if they are not; `ended` is its state at `now`."""
    if force:
        return Reason.FORCED
    if last is None:
        return Reason.NEVER_EXPORTED
    if ended and not last.ended:
        return Reason.ENDED
    if current.is_unlimited:
        return Reason.UNLIMITED
    if current.available_tickets != last.available_tickets:
        return Reason.AVAILABLE_CHANGED
    if current.prices is not None and sold_tickets(current) != _sold(last.sold_tickets):
        return Reason.SOLD_CHANGED
    return Reason.DAILY if now - last.exported_at >= LONGEST_PAUSE else None


def sold_tickets(current: CurrentEvent) -> dict[int, int]:
    """Return the tickets sold by price id, without prices that sold none or have no count."""
    return _sold({price.price_id: price.sold_tickets or 0 for price in current.prices or ()})


def _sold(by_price: Mapping[int, int]) -> dict[int, int]:
    return {price_id: sold for price_id, sold in by_price.items() if sold}
