"""Plan the removal of a linked event (behaviour 5). Pure.

Only a complete snapshot reaches this file. The rows are checked in order: an event that is over is only retired,
whatever else it is.

| the source event | not sold | sold, or unknown |
|---|---|---|
| over | RETIRE | RETIRE |
| starts before the window | left alone | left alone |
| recreated, but the new instance is rejected for now | left alone | left alone |
| absent for the first time (not in `resync`) | counted | counted |
| absent twice in a row, or Cancelled | DELETE | END_SALE, rejected with `removed_but_sold` |
| no longer relevant, or no longer a ticket event | DELETE | left alone, rejected with `removed_but_sold` |
"""

from datetime import datetime

from billetbro.models import Change, CurrentEvent, FieldChange, Kind, Link, Mapped, Outcome, Rejection
from billetbro.reconcile.planning.owned_fields import same_minute, written_time
from billetbro.reconcile.planning.plan_parts import Plan, change_of
from billetbro.reconcile.planning.prices import price_is_sold
from billetbro.reconcile.reasons import Why
from billetbro.reconcile.state import ReconcileState

ABSENCES_BEFORE_GONE = 2

WITHDRAWN = {
    Outcome.CANCELLED: Why.CANCELLED,
    Outcome.SKIPPED: Why.NOT_OURS,
    Outcome.SOLD_ELSEWHERE: Why.SOLD_ELSEWHERE,
}


def is_sold(event: CurrentEvent | None) -> bool:
    """Return whether tickets were sold: not deletable in Place2book, a price with sales, or unknown."""
    if event is None or event.deletable is False or event.prices is None:
        return True
    return any(price_is_sold(price) for price in event.prices)


def tickets_sold(event: CurrentEvent) -> int:
    """Return the number of tickets sold by the prices; unknown ones count as none."""
    return sum(price.sold_tickets or 0 for price in event.prices or ())


def plan_removal(link: Link, state: ReconcileState, plan: Plan, *, may_be_recreated: bool = False) -> None:
    """Add to `plan` what a live link needs whose source event is absent or no longer wanted.

    `may_be_recreated`: a rejected new instance may be the absent one. A run limited to some events counts no absences.
    """
    mapped, run = state.mapped.get(link.uuid), state.run
    if _has_ended(mapped, run.now) if mapped else link.is_over(run.now):
        plan.changes.append(change_of(Kind.RETIRE, link, link, (), Why.OVER))
    elif mapped is None:
        if may_be_recreated or link.is_out_of_sight(run.window, run.now):
            return
        absences = link.absences if link.counted_run == run.run_id or run.events else link.absences + 1
        plan.absences[link.uuid] = absences
        if run.resync or absences >= ABSENCES_BEFORE_GONE:
            _remove(link, state, plan, Why.GONE, end_sale=True)
    elif mapped.outcome in WITHDRAWN:
        _remove(link, state, plan, WITHDRAWN[mapped.outcome], end_sale=mapped.outcome is Outcome.CANCELLED)


def _has_ended(mapped: Mapped, now: datetime) -> bool:
    """Return whether the source event is over, whatever its outcome; an end before the start is a mistake."""
    if mapped.outcome is Outcome.OVER:
        return True
    begun = mapped.starts_at is None or mapped.starts_at <= now
    return begun and mapped.ends_at is not None and mapped.ends_at <= now


def _remove(link: Link, state: ReconcileState, plan: Plan, why: Why, *, end_sale: bool) -> None:
    current, now = state.currents.get(link.key), state.run.now
    if current is None:
        plan.changes.append(change_of(Kind.RETIRE, link, link, (), Why.GONE_IN_BOTH))
        return
    if not is_sold(current):
        name = FieldChange(field="name", old=current.name, new=None)
        plan.changes.append(change_of(Kind.DELETE, link, link, (name,), why))
        return
    sold = str(tickets_sold(current) or "?")
    plan.rejections.append(Rejection(uuid=link.uuid, title=link.title, code="removed_but_sold", found=sold, detail=why))
    on_sale = current.sale_close_at is None or current.sale_close_at > now
    if end_sale and on_sale and link.sale_closed_at is None:
        old, new = written_time(current.sale_close_at), written_time(now)
        end = FieldChange(field="sale_close_at", old=old, new=new)
        plan.changes.append(change_of(Kind.END_SALE, link, link, (end,), why))


def reopened_sale(link: Link, current: CurrentEvent) -> Change | None:
    """Return the change that reopens a sale that we ended, once its source event is wanted again.

    If staff have set another end since, theirs stays and only our record of it is removed.
    """
    if link.sale_closed_at is None:
        return None
    if not same_minute(current.sale_close_at, link.sale_closed_at):
        return change_of(Kind.REOPEN_SALE, link, link, (), Why.SALE_END_SET_BY_STAFF)
    old, new = written_time(current.sale_close_at), written_time(link.sale_closed_before)
    fields = (FieldChange(field="sale_close_at", old=old, new=new),)
    return change_of(Kind.REOPEN_SALE, link, link, fields, Why.BACK)
