"""The plan of one linked event: its fields, its sale and its prices (behaviour 3, 5 and 6). Pure.

The table of what happens when is plan.py's.
"""

from __future__ import annotations

from dataclasses import replace

from billetbro.models import CurrentEvent, FieldChange, Kind, LibraryRules, Link, Mapped, Mode, TicketEvent
from billetbro.reconcile.planning.field_changes import (
    edited_fields,
    not_recorded,
    price_fields,
    pushed_fields,
    refused_fields,
    undone_edits,
)
from billetbro.reconcile.planning.owned_fields import current_fields, desired_fields, is_there
from billetbro.reconcile.planning.parts import Plan, Run, change_of, rejection_of
from billetbro.reconcile.planning.prices import plan_prices
from billetbro.reconcile.planning.removal import is_sold, reopened_sale, tickets_sold
from billetbro.reconcile.reasons import Why


def plan_linked(
    mapped: Mapped,
    link: Link,
    current: CurrentEvent,
    desired: TicketEvent,
    rules: LibraryRules,
    run: Run,
    plan: Plan,
    *,
    adopting: bool = False,
) -> None:
    """Plan a linked event: field by field against what was last applied, then its prices."""
    resync = run.mode is Mode.RESYNC
    prices = plan_prices(mapped, desired.prices, link.prices, current, run.now, resync=resync, adopting=adopting)
    plan.ours[mapped.uuid] = prices.ours
    plan.links[mapped.uuid] = replace(link, prices=prices.ours)
    if mapped.event_maker != link.event_maker:
        moved = rejection_of(mapped, "moved_event_maker", "event_maker", str(link.event_maker), held_back=True)
        plan.rejections.append(moved)
    if _would_end_a_sale(link, current, desired, resync=resync):
        sold = str(tickets_sold(current) or "?")
        plan.rejections.append(rejection_of(mapped, "removed_but_sold", "passive", sold, detail="now a passive event"))
        return
    if reopened := reopened_sale(link, current):
        plan.changes.append(reopened)
    wanted, stands = desired_fields(desired), current_fields(current)
    pushed = pushed_fields(link, wanted, stands, resync=resync)
    allowed = _hold_back(mapped, pushed, current, rules, plan)
    if sent := tuple(change for change in allowed if not is_there(change)):
        plan.changes.append(change_of(Kind.UPDATE, mapped, current, sent, Why.SOURCE_CHANGED))
    if there := tuple(change for change in allowed if is_there(change)):
        plan.changes.append(change_of(Kind.RECORD, mapped, current, there, Why.ALREADY_THERE))
    if drift := not_recorded(link, (*edited_fields(link, wanted, stands, pushed), *prices.edited)):
        plan.changes.append(change_of(Kind.DRIFT, mapped, current, drift, Why.EDITED_BY_STAFF))
    if undone := undone_edits(link, {**stands, **price_fields(current.prices or ())}):
        plan.changes.append(change_of(Kind.DRIFT, mapped, current, undone, Why.UNDONE_BY_STAFF))
    plan.changes += prices.changes
    plan.rejections += prices.rejections
    if prices.ours != dict(link.prices) and not any(change.uuid == mapped.uuid for change in plan.changes):
        plan.changes.append(change_of(Kind.RECORD, mapped, current, (), Why.CATEGORIES_RENUMBERED))


def _would_end_a_sale(link: Link, current: CurrentEvent, desired: TicketEvent, *, resync: bool) -> bool:
    """Return whether the event would now become passive although tickets were sold to it (behaviour 5)."""
    pushed = resync or link.applied.get("passive") is not True
    return desired.passive and not current.passive and pushed and is_sold(current)


def _hold_back(
    mapped: Mapped, pushed: tuple[FieldChange, ...], current: CurrentEvent, rules: LibraryRules, plan: Plan
) -> tuple[FieldChange, ...]:
    """Return the fields that Place2book will accept; the others become held-back changes with their rejection."""
    refused = refused_fields(pushed, current, rules.timezone)
    for code in dict.fromkeys(refused[change.field] for change in pushed if change.field in refused):
        fields = tuple(change for change in pushed if refused.get(change.field) == code)
        plan.held_back.append(change_of(Kind.UPDATE, mapped, current, fields, code))
        found = str(tickets_sold(current)) if code == "capacity_below_sold" else str(fields[0].new)
        plan.rejections.append(rejection_of(mapped, code, fields[0].field, found, held_back=True))
    return tuple(change for change in pushed if change.field not in refused)
