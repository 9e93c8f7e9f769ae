"""Find ticket buttons that a sale window may have outdated since Place2book was last read (behaviour 7). Pure.

A *turn* is a moment at which an event's sale windows, as last read, open or close its sale. The windows and bounds are
those of the button. What is due is read again before anything is written, so a window that staff moved does no harm.

| the first turn since the event was read, or else the latest before | what was read | then |
|---|---|---|
| none | | not due |
| since it was read, within `UNREAD` | | due: what the button says may have changed |
| since it was read, longer ago | | not due: no hourly run could read it for a day |
| before it was read, within `STILL_TRIED` | a state that is not written yet (a read or PATCH failed) | due again |
| before it was read, within `MAY_LAG` | the sale is said to be open, but not `active` yet | due again |
| otherwise | | not due: the hourly run does the rest |

Never due: events that are over, passive, Cancelled or never written to, and events without a live link.

`next_turn` and `last_turn` are stored with the event (`sync.ticket_events`): what can be due is found by an index.
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

UNREAD = timedelta(days=1)
"""How long after a turn an event that was not read since is due."""

STILL_TRIED = timedelta(hours=1)
"""How long after a turn a failed write is retried; by then an hourly run has tried it."""

MAY_LAG = timedelta(minutes=15)
"""How long after a sale opens we wait for `active`, where Place2book does not report a pause."""

NOT_CONCERNED = frozenset({*NEVER_WRITTEN, Outcome.SKIPPED, Outcome.CANCELLED, Outcome.PASSIVE_EVENT})
INSTANT = timedelta(microseconds=1)


def turns(event: CurrentEvent) -> tuple[datetime, ...]:
    """Return the moments at which the event's sale windows open or close its sale, in order."""
    bounds = {bound for window in windows_of(event) for bound in window if bound is not None}
    return tuple(
        bound
        for bound in sorted(bounds)
        if state_of_windows(event, bound) is not state_of_windows(event, bound - INSTANT)
    )


def last_turn(event: CurrentEvent, now: datetime) -> datetime | None:
    """Return the latest turn up to `now`."""
    return max((turn for turn in turns(event) if turn <= now), default=None)


def next_turn(event: CurrentEvent, now: datetime) -> datetime | None:
    """Return the first turn after `now`."""
    return min((turn for turn in turns(event) if turn > now), default=None)


def is_due(mapped: Mapped, link: Link, event: CurrentEvent, read_at: datetime, now: datetime) -> bool:
    """Return whether an event's button has to be checked; `event` is what Place2book showed at `read_at`."""
    if link.status is not LinkStatus.LIVE or link.is_over(now) or event.passive or event.state in OVER_STATES:
        return False
    if mapped.outcome in NOT_CONCERNED or mapped.state in NEVER_OVERWRITTEN:
        return False
    unread = next_turn(event, read_at)
    if unread is not None and unread <= now:
        return now - unread <= UNREAD
    turn = last_turn(event, now)
    if turn is None:
        return False
    if now - turn <= MAY_LAG and _not_active_yet(event, now):
        return True
    return now - turn <= STILL_TRIED and due_state(mapped, link, event, now) is not None


def _not_active_yet(event: CurrentEvent, now: datetime) -> bool:
    """Return whether the sale is open but for `active`, which Place2book also sets when a sale opens."""
    open_by_now = state_of_windows(event, now) is SaleState.OPEN
    return event.paused is None and open_by_now and sale_state(event, now) is SaleState.CLOSED
