"""Policies: stop parts of a plan before anything is sent, in this order and in every mode (behaviour 5 and 6). Pure.

| policy | what it stops | code |
|---|---|---|
| `guard_removals` | all removals: implausibly many, or the snapshot is empty | `removals_blocked` |
| `guard_price_unit` | all prices: many change by a factor of fifty or more | `price_unit_doubted` |
| `leave_refused` | unchanged changes that Place2book refused less than a day ago | `refused_by_place2book` |

Stopped changes are in `Plan.stopped` with the policy's code, which mode `plan` shows. Before there is a plan,
`distrust` tells whether Place2book's answers are plausible at all.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from billetbro.models import Change, FieldChange, LibraryRules, Refusal, Rejection, Written
from billetbro.models.message import Message
from billetbro.reconcile.operations import operation_of
from billetbro.reconcile.planning.plan_parts import Plan
from billetbro.reconcile.state import ReconcileState

RETRY_REFUSED_AFTER = timedelta(days=1)
PRICE_JUMP = 50
"""A price that changes by this factor is in another unit: kroner and øre, or kroner without their fraction."""
PRICE_JUMPS_BELIEVED = 2
SOLD_FROM_NOW_ON = FieldChange(field="passive", old=True, new=False)


def apply_policies(plan: Plan, state: ReconcileState) -> Plan:
    """Return the plan after all policies."""
    for policy in POLICIES:
        plan = policy(plan, state)
    return plan


def guard_removals(plan: Plan, state: ReconcileState) -> Plan:
    """Stop all removals when they are implausibly many (behaviour 5).

    Removals are deletions and ended sales. Both limits must be exceeded: the count, and the percentage of the library's
    live links. `allow_mass_removal`, set by a person, lets all pass.
    """
    removals = sum(operation_of(change.kind).removes for change in plan.changes)
    live_links, rules, reason = state.live_links_to_come, state.rules, None
    if state.run.allow_mass_removal:
        return plan
    if not state.snapshot and live_links:
        reason = Message("blocked.empty", {"number": live_links})
    elif removals > rules.max_removals_count and removals * 100 > rules.max_removals_percent * live_links:
        count, percent = rules.max_removals_count, rules.max_removals_percent
        values = {"removals": removals, "number": live_links, "count": count, "percent": percent}
        reason = Message("blocked.too_many", values)
    if reason is None:
        return plan
    passed = plan.stop(lambda change: operation_of(change.kind).removes, "removals_blocked")
    return replace(passed, removals_blocked=reason)


def guard_price_unit(plan: Plan, state: ReconcileState) -> Plan:
    """Stop and reject all prices when the source seems to send them in another unit.

    That is when more than two prices jump, and more than half of those that change. A website that switches from kroner
    to øre would otherwise make every ticket cost a hundred times as much. `resync`, chosen by a person, lets them pass.
    """
    sent = [change for change in plan.changes if operation_of(change.kind).sends_price]
    values = [field for change in sent for field in change.fields if field.field == "value" and field.old is not None]
    jumps = sum(_jumps(field) for field in values)
    if state.run.resync or jumps <= PRICE_JUMPS_BELIEVED or jumps * 2 <= len(values):
        return plan
    doubted = {change.uuid for change in sent if _sends_a_price(change)}
    held = [change for change in sent if change.uuid in doubted]
    passed = plan.stop(
        lambda change: change.uuid in doubted and operation_of(change.kind).touches_prices, "price_unit_doubted"
    )
    return replace(passed, rejections=[*plan.rejections, *map(_doubted, held)])


def _jumps(field: FieldChange) -> bool:
    old, new = field.old, field.new
    if not isinstance(old, int) or not isinstance(new, int) or old <= 0 or new <= 0:
        return False
    return max(old, new) >= PRICE_JUMP * min(old, new)


def _sends_a_price(change: Change) -> bool:
    return any(field.field == "value" or field.field.startswith("price.") for field in change.fields)


def _doubted(change: Change) -> Rejection:
    value = next((field for field in change.fields if field.field == "value"), None)
    found = None if value is None else f"{_kroner(value.old)} → {_kroner(value.new)}"
    return Rejection(uuid=change.uuid, title=change.title, code="price_unit_doubted", found=found, held_back=True)


def _kroner(ore: Written) -> str:
    return f"{ore / 100:.2f}".replace(".", ",") if isinstance(ore, int) else "–"


def leave_refused(plan: Plan, state: ReconcileState) -> Plan:
    """Stop the changes of events that Place2book refused, unchanged, less than a day ago, except in a run by hand."""
    waiting = refused_before(plan.changes, state.refusals, state.run.now, by_hand=state.run.by_hand)
    return plan.stop(lambda change: change.uuid in waiting, "refused_by_place2book")


def refused_before(
    changes: Sequence[Change], refusals: Mapping[str, Refusal], now: datetime, *, by_hand: bool
) -> frozenset[str]:
    """Return the source events whose same changes were refused less than a day ago; none `by_hand`."""
    by_event: dict[str, list[Change]] = {}
    for change in changes:
        by_event.setdefault(change.uuid, []).append(change)
    return frozenset(
        uuid
        for uuid, refusal in refusals.items()
        if not by_hand
        and uuid in by_event
        and now - refusal.tried_at < RETRY_REFUSED_AFTER
        and refusal.fingerprint == fingerprint(by_event[uuid])
    )


def fingerprint(changes: Iterable[Change]) -> str:
    """Return a hash of one event's changes; an equal hash means that nothing changed since."""
    content = [
        [change.kind, change.event_maker, change.price_key]
        + ([] if operation_of(change.kind).varies_with_time else [[field.field, field.new] for field in change.fields])
        for change in changes
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


Policy = Callable[[Plan, ReconcileState], Plan]
POLICIES: tuple[Policy, ...] = (guard_removals, guard_price_unit, leave_refused)


def goes_on_sale(changes: Iterable[Change]) -> bool:
    """Return whether an event goes on sale or moves to another source event: its link then has to be written back."""
    return any(operation_of(change.kind).needs_link or SOLD_FROM_NOW_ON in change.fields for change in changes)


def distrust(*, missing: int, unlisted: int, live_links: int, rules: LibraryRules) -> Message | None:
    """Return why Place2book's answers are not plausible, or None.

    `unlisted`: linked events that exist but were not listed. The list is then incomplete, and creating an event that it
    lacks could sell it twice. `missing`: linked events that no longer exist. More than staff would remove by hand means
    that the answer is wrong.
    """
    if unlisted:
        return Message("error.list_not_whole", {"library": rules.library, "unlisted": unlisted})
    if missing > rules.max_removals_count and missing * 100 > rules.max_removals_percent * live_links:
        return Message("error.many_missing", {"library": rules.library, "missing": missing, "links": live_links})
    return None
