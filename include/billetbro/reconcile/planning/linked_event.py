"""The plan of one linked event: its fields, its sale and its prices (behaviour 3, 5 and 6). Pure.

The table of cases is in plan.py.
"""

from collections.abc import Mapping
from dataclasses import replace

from billetbro.models import FieldChange, Kind, Outcome, Written
from billetbro.reconcile.planning.field_changes import (
    edited_fields,
    not_recorded,
    price_fields,
    pushed_fields,
    refused_fields,
    undone_edits,
)
from billetbro.reconcile.planning.owned_fields import current_fields, desired_fields, is_there
from billetbro.reconcile.planning.plan_parts import LinkedEvent, Plan, rejection_of
from billetbro.reconcile.planning.prices import has_prices_as_applied, plan_prices
from billetbro.reconcile.planning.withdrawn_event import is_sold, reopened_sale, tickets_sold
from billetbro.reconcile.reasons import Why
from billetbro.reconcile.state import ReconcileState


def plan_linked(event: LinkedEvent, state: ReconcileState, plan: Plan) -> None:
    """Plan a linked event: field by field against what was last applied, then its prices."""
    mapped, link, current, resync = event.mapped, event.link, event.current, state.run.resync
    wanted, stands = desired_fields(event.desired), current_fields(current)
    if not event.adopting and _is_as_applied(event, wanted, stands):
        return
    prices = plan_prices(event, state.run)
    plan.links[mapped.uuid] = replace(link, prices=prices.ours)
    if mapped.event_maker != link.event_maker:
        moved = rejection_of(mapped, "moved_event_maker", "event_maker", str(link.event_maker), held_back=True)
        plan.rejections.append(moved)
    if _would_end_a_sale(event, resync=resync):
        sold = rejection_of(mapped, "removed_but_sold", "passive", str(tickets_sold(current) or "?"))
        plan.rejections.append(replace(sold, detail=Outcome.PASSIVE_EVENT))
        return
    if reopened := reopened_sale(link, current):
        plan.changes.append(reopened)
    pushed = pushed_fields(link, wanted, stands, resync=resync)
    allowed = _hold_back(event, pushed, state.rules.timezone, plan)
    if sent := tuple(change for change in allowed if not is_there(change)):
        plan.changes.append(event.change(Kind.UPDATE, sent, Why.SOURCE_CHANGED))
    if there := tuple(change for change in allowed if is_there(change)):
        plan.changes.append(event.change(Kind.RECORD, there, Why.ALREADY_THERE))
    if drift := not_recorded(link, (*edited_fields(link, wanted, stands, pushed), *prices.edited)):
        plan.changes.append(event.change(Kind.DRIFT, drift, Why.EDITED_BY_STAFF))
    if undone := undone_edits(link, {**stands, **price_fields(current.prices or ())}):
        plan.changes.append(event.change(Kind.DRIFT, undone, Why.UNDONE_BY_STAFF))
    plan.changes += prices.changes
    plan.rejections += prices.rejections
    if prices.ours != dict(link.prices) and not any(change.uuid == mapped.uuid for change in plan.changes):
        plan.changes.append(event.change(Kind.RECORD, (), Why.CATEGORIES_RENUMBERED))


def _is_as_applied(event: LinkedEvent, wanted: Mapping[str, Written], stands: Mapping[str, Written]) -> bool:
    """Return whether source and Place2book both show what was last applied, and nothing else is left to do.

    Nearly all events are like that. What follows would find the same, at several times the cost.
    """
    link = event.link
    if event.mapped.event_maker != link.event_maker or link.sale_closed_at is not None or link.drift:
        return False
    applied, echo = link.applied, link.echo
    shown = all(value == applied.get(name) or value == echo.get(name) for name, value in stands.items())
    return shown and wanted == applied and has_prices_as_applied(event)


def _would_end_a_sale(event: LinkedEvent, *, resync: bool) -> bool:
    pushed = resync or event.link.applied.get("passive") is not True
    return event.desired.passive and not event.current.passive and pushed and is_sold(event.current)


def _hold_back(
    event: LinkedEvent, pushed: tuple[FieldChange, ...], timezone: str, plan: Plan
) -> tuple[FieldChange, ...]:
    """Return the fields that Place2book will accept; hold back and reject the others."""
    refused = refused_fields(pushed, event.current, timezone)
    for code in dict.fromkeys(refused[change.field] for change in pushed if change.field in refused):
        fields = tuple(change for change in pushed if refused.get(change.field) == code)
        plan.held_back.append(event.change(Kind.UPDATE, fields, code))
        found = str(tickets_sold(event.current)) if code == "capacity_below_sold" else str(fields[0].new)
        plan.rejections.append(rejection_of(event.mapped, code, fields[0].field, found, held_back=True))
    return tuple(change for change in pushed if change.field not in refused)
