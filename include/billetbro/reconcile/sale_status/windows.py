"""Which ticket buttons a sale window may have made wrong since Place2book was last read (behaviour 7). Pure.

A *turn* is a moment at which an event's sale windows, as last read, open or close its sale: the same windows, with the
same bounds, as the button's. What is due is read again before anything is written, so a window that staff moved since
does no harm.

| the latest turn that has come | what was read | then |
|---|---|---|
| there is none | | not due |
| after the event was read | | due: what the button says may have changed |
| before it was read, within `STILL_TRIED` | a state that is not written yet (a read or PATCH failed) | due again |
| before it was read, within `MAY_LAG` | the sale is said to be open, but not `active` yet | due again |
| else | | not due: the hourly run does the rest |

Never due are events that are over, passive, not to be written to, Cancelled, or whose link is not live.
"""

from datetime import datetime, timedelta

from billetbro.models import CurrentEvent, Link, LinkStatus, Mapped, Outcome, SaleState
from billetbro.reconcile.sale_status.write_back import (
    NEVER_OVERWRITTEN,
    NEVER_WRITTEN,
    OVER_STATES,
    due_state,
    sale_state,
    state_of_windows,
    windows_of,
)

STILL_TRIED = timedelta(hours=1)
"""How long after a turn a state that could not be written is tried again; by then an hourly run has had its go."""

MAY_LAG = timedelta(minutes=15)
"""How long after a sale opens Place2book's `active` is waited for, where it does not tell whether staff paused it."""

NOT_CONCERNED = frozenset({*NEVER_WRITTEN, Outcome.SKIPPED, Outcome.CANCELLED, Outcome.PASSIVE_EVENT})
INSTANT = timedelta(microseconds=1)


def last_turn(event: CurrentEvent, now: datetime) -> datetime | None:
    """Return the latest moment, `now` at most, at which the event's sale windows opened or closed its sale."""
    bounds = {bound for window in windows_of(event) for bound in window if bound is not None and bound <= now}
    for bound in sorted(bounds, reverse=True):
        if state_of_windows(event, bound) is not state_of_windows(event, bound - INSTANT):
            return bound
    return None


def is_due(mapped: Mapped, link: Link, event: CurrentEvent, read_at: datetime, now: datetime) -> bool:
    """Return whether an event's button is to be looked at; `event` is how Place2book showed the event at `read_at`."""
    if link.status is not LinkStatus.LIVE or link.is_over(now) or event.passive or event.state in OVER_STATES:
        return False
    if mapped.outcome in NOT_CONCERNED or mapped.state in NEVER_OVERWRITTEN:
        return False
    turn = last_turn(event, now)
    if turn is None:
        return False
    if turn > read_at:
        return True
    if now - turn <= MAY_LAG and _not_active_yet(event, now):
        return True
    return now - turn <= STILL_TRIED and due_state(mapped, link, event, now) is not None


def _not_active_yet(event: CurrentEvent, now: datetime) -> bool:
    """Return whether only `active`, which also turns when a sale opens, speaks against a sale that is open."""
    open_by_now = state_of_windows(event, now) is SaleState.OPEN
    return event.paused is None and open_by_now and sale_state(event, now) is SaleState.CLOSED
