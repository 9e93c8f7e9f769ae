"""Which events' prices a run reads, and for which those last read count (behaviour 3). Pure.

Place2book lists events without prices, and a request for each event and hour would be a burden. The first row that fits
decides:

| what is known of the event | its prices |
|---|---|
| the run is a `resync`, limited to events, or asked to read all prices | are read |
| never read, or without its prices | are read |
| its row in Place2book's list is not what it was, or it is not listed | are read |
| a change of it is planned, or in doubt | are read |
| its sale windows opened or closed its sale since | are read |
| it has no limit, so that its row never tells of a sale | are read |
| it is its turn: each event has one in `SHARES` hours; or it was read that long ago | are read |
| else | are as last read |

So an edit of a price by staff, which no list shows, is seen within a day.
"""

from datetime import datetime, timedelta

from billetbro.models.ticketing import CurrentEvent, PriceReading, TicketEventKey
from billetbro.reconcile.planning.plan_parts import Plan
from billetbro.reconcile.state import ReconcileState

SHARES = 23
"""In so many hours each event is read once, an equal share of them each hour."""
HOUR = timedelta(hours=1)


def prices_to_read(event: CurrentEvent, state: ReconcileState) -> bool:
    """Return whether the prices of a listed event have to be read."""
    last = state.readings.get(event.key)
    if last is None or last.event is None or last.event.prices is None or state.run.reads_all_prices:
        return True
    if event.key in state.concerned or last.row_hash is None or last.row_hash != state.row_hashes.get(event.key):
        return True
    return event.is_unlimited or has_turned(last, state.run.now) or is_its_turn(last, state.run.now)


def has_turned(last: PriceReading, now: datetime) -> bool:
    """Return whether the sale windows opened or closed the sale since the event was read."""
    return last.next_turn_at is not None and last.next_turn_at <= now


def is_its_turn(last: PriceReading, now: datetime) -> bool:
    """Return whether the event is read in this hour whatever is known of it."""
    hour = int(now.timestamp()) // 3600
    if (last.event_id + hour) % SHARES == 0 and now - last.read_at >= HOUR / 2:
        return True
    return now - last.read_at >= SHARES * HOUR


def planned_on_earlier_prices(plan: Plan, state: ReconcileState) -> frozenset[TicketEventKey]:
    """Return the events that the plan concerns although their prices were not read in this run."""
    planned = {change.key for change in [*plan.changes, *plan.held_back]}
    return frozenset(planned & (state.currents.keys() - state.read_now))
