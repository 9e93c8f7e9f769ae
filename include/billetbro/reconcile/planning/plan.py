"""Plan what one library's run changes in Place2book, and what it cannot (behaviour 3 to 6). Pure.

| source event (desired) | Place2book event (current) | resulting action |
|---|---|---|
| wanted | none, never linked | CREATE, with its prices |
| wanted | linked, but deleted there by staff | rejected `event_missing_in_place2book` (`resync`: CREATE) |
| wanted again | deleted there by us | CREATE, with its prices |
| wanted again, with future dates | linked, over | as linked |
| wanted again | linked, its sale ended by us | REOPEN_SALE (staff set the end since: their end stays) |
| wanted, its sales link names it | not linked | ADOPT as it is; differences are drift until the source changes |
| wanted, its sales link names another's event (a clone) | not linked | CREATE, with its prices |
| wanted, its sales link names no event of the library's | not linked | rejected `unknown_sales_link` |
| wanted, we began its create | not linked | ADOPT, then UPDATE what differs |
| wanted, a person said that it is the same | not linked | ADOPT as it is |
| wanted, nobody said whether it is what looks like it | not linked | rejected `looks_like_existing` |
| wanted, its create's answer was lost | nothing is listed at all | waits for a recheck (`outcome_unknown`) |
| wanted, recreated (new uuid) | linked to the old uuid | MOVE, then as linked |
| rejected, recreated (new uuid) | linked to the old uuid | left alone until it is valid, then MOVE |
| a field differs from last applied | has another value | UPDATE that field |
| a field differs from last applied | already has that value | RECORD, nothing sent |
| a field as last applied | edited by staff | DRIFT, recorded once (`resync`: UPDATE) |
| a field as last applied | the same | none |
| a field as last applied | as last applied again, recorded as edited | DRIFT, the record is removed |
| starts on an earlier date | has sales | times held back (`begin_at_locked`), the rest is planned |
| capacity below the tickets sold | has sales | capacity held back (`capacity_below_sold`) |
| its branch now has another event maker | linked | stays (`moved_event_maker`) |
| now passive | has sales | left alone (`removed_but_sold`) |
| its ticket categories have other uuids | has their prices | RECORD, nothing sent |
| gone, Cancelled, no longer wanted, over | linked | see withdrawn_event.py |
| rejected | linked or not | left alone |
| any | linked, and its source shows another event of ours | rejected `link_replaced`, the rest is planned |
| wanted | linked, and an unlinked event names its page | as linked, and `same_source_page` |
| any | could not be read although others could | left alone, rejected `unreadable_in_place2book` |
| unknown to us | not linked | never touched |

How events are matched: see matching/identity.py. Linked events: see linked_event.py, field_changes.py and prices.py.
What stops parts of a plan: see policies.py.
"""

from dataclasses import asdict, replace

from billetbro.models.sync import Change, FieldChange, Kind, Link, LinkStatus, Mapped, Outcome, Rejection
from billetbro.models.ticketing import CurrentEvent, TicketEvent
from billetbro.reconcile.matching.lookalikes import (
    LOOKS_LIKE_EXISTING,
    SAME_SOURCE_PAGE,
    naming_a_linked_page,
    shown,
)
from billetbro.reconcile.matching.recreated import in_series, looks
from billetbro.reconcile.planning.linked_event import plan_linked
from billetbro.reconcile.planning.owned_fields import current_fields, desired_fields
from billetbro.reconcile.planning.plan_parts import LinkedEvent, Plan, change_of, rejection_of
from billetbro.reconcile.planning.withdrawn_event import plan_removal
from billetbro.reconcile.reasons import Why
from billetbro.reconcile.sale_status.replaced_link import replaced_links
from billetbro.reconcile.state import Belonging, Identity, ReconcileState

UNREADABLE = "unreadable_in_place2book"


def make_plan(state: ReconcileState) -> Plan:
    """Return the plan from a complete snapshot, the links and the current state of Place2book."""
    plan = Plan()
    for mapped in state.snapshot:
        if mapped.outcome is Outcome.REJECTED and state.run.asked_for(mapped.uuid):
            plan.rejections.append(rejection_of(mapped, mapped.code or "unreadable", mapped.field, mapped.found))
    for uuid, identity in state.identities.items():
        if state.concerns(uuid):
            _plan_event(identity, state, plan)
    _plan_removals(state, plan)
    plan.rejections += [*_unreadable(state), *state.sold_twice, *replaced_links(state), *_same_pages(state)]
    return plan


def _unreadable(state: ReconcileState) -> list[Rejection]:
    """Return one rejection for each Place2book event that could not be read, preferably for a present source event."""
    titles = {link.uuid: link.title for link in state.links} | {m.uuid: m.title for m in state.snapshot}
    reported: dict[int, str] = {}
    for uuid in sorted(filter(state.run.asked_for, state.unreadable), key=lambda uuid: uuid not in state.mapped):
        reported.setdefault(state.unreadable[uuid], uuid)
    return [
        Rejection(uuid=uuid, title=titles.get(uuid, ""), code=UNREADABLE, found=str(event_id))
        for event_id, uuid in reported.items()
    ]


def _same_pages(state: ReconcileState) -> list[Rejection]:
    return [
        rejection_of(state.identities[uuid].mapped, SAME_SOURCE_PAGE, None, shown(events))
        for uuid, events in naming_a_linked_page(state).items()
        if state.concerns(uuid)
    ]


def _plan_removals(state: ReconcileState, plan: Plan) -> None:
    identities = state.identities.values()
    kept = state.identities.keys() | {identity.link.uuid for identity in identities if identity.link}
    linked = {link.uuid for link in state.links}
    rejected = [m for m in state.snapshot if m.outcome is Outcome.REJECTED and m.uuid not in linked]
    in_rejected_series = {in_series(mapped) for mapped in rejected if mapped.series_uuid}
    anew = {looks(mapped) for mapped in rejected if mapped.starts_at}
    for link in state.live_links:
        if link.uuid not in kept and state.concerns(link.uuid):
            recreated = in_series(link) in in_rejected_series or looks(link) in anew
            plan_removal(link, state, plan, may_be_recreated=recreated)


def _plan_event(identity: Identity, state: ReconcileState, plan: Plan) -> None:
    mapped, desired, link = identity.mapped, identity.mapped.desired, identity.link
    if desired is None:
        return
    if link is not None and link.uuid != mapped.uuid:
        plan.changes.append(_move(mapped, link))
    if link is not None and not _is_as_it_was(link, mapped):
        link = plan.links[mapped.uuid] = replace(link, uuid=mapped.uuid, title=mapped.title, status=LinkStatus.LIVE)
    current = identity.current
    if current is not None:
        current = state.currents.get(current.key, current)
    if identity.belonging is Belonging.UNKNOWN_LINK:
        plan.rejections.append(rejection_of(mapped, "unknown_sales_link", "link", mapped.link))
    elif identity.belonging is Belonging.MISSING and not state.run.resync:
        found = str(link.event_id) if link else None
        plan.rejections.append(rejection_of(mapped, "event_missing_in_place2book", None, found))
    elif current is None and mapped.uuid in state.in_doubt.recheck:
        plan.rejections.append(rejection_of(mapped, "outcome_unknown"))
    elif current is None and identity.lookalikes:
        plan.rejections.append(rejection_of(mapped, LOOKS_LIKE_EXISTING, None, shown(identity.lookalikes)))
    elif current is None:
        plan.changes.append(_creation(mapped, desired))
    elif link is None:
        _plan_adoption(identity, current, desired, state, plan)
    else:
        plan_linked(LinkedEvent(mapped=mapped, desired=desired, link=link, current=current), state, plan)


def _is_as_it_was(link: Link, mapped: Mapped) -> bool:
    return (link.uuid, link.title, link.status) == (mapped.uuid, mapped.title, LinkStatus.LIVE)


def _move(mapped: Mapped, link: Link) -> Change:
    return Change(
        kind=Kind.MOVE,
        uuid=mapped.uuid,
        title=mapped.title,
        event_maker=link.event_maker,
        event_id=link.event_id,
        why=Why.MADE_ANEW,
        moved_from=link.uuid,
    )


def _creation(mapped: Mapped, desired: TicketEvent) -> Change:
    """Return the create with all fields sent: a changed setting makes it a new attempt (behaviour 6)."""
    on_create = ((name, value) for name, value in asdict(mapped.on_create).items() if value is not None)
    prices = ((f"price.{price.name}", price.value_ore) for price in desired.prices)
    new = (*desired_fields(desired).items(), *on_create, *prices)
    return Change(
        kind=Kind.CREATE,
        uuid=mapped.uuid,
        title=mapped.title,
        event_maker=mapped.event_maker,
        fields=tuple(FieldChange(field=name, old=None, new=value) for name, value in new),
        why=Why.NO_EVENT_YET,
    )


def _plan_adoption(
    identity: Identity, current: CurrentEvent, desired: TicketEvent, state: ReconcileState, plan: Plan
) -> None:
    """Plan an adoption: complete an event that we began, take one that staff created as it is."""
    mapped, by_us = identity.mapped, identity.created_by_us
    why = Why.ANSWER_WAS_LOST if by_us else Why.CHOSEN if identity.chosen else Why.NAMED_BY_SOURCE
    plan.changes.append(change_of(Kind.ADOPT, mapped, current, (), why))
    applied = current_fields(current) if by_us else desired_fields(desired)
    link = Link(
        uuid=mapped.uuid,
        event_maker=current.event_maker,
        event_id=current.event_id,
        seccode=current.seccode,
        sales_location=current.sales_location or "",
        title=mapped.title,
        applied=applied,
        echo=applied,
    )
    event = LinkedEvent(mapped=mapped, desired=desired, link=link, current=current, adopting=not by_us)
    plan_linked(event, state, plan)
