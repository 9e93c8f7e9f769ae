"""The plan: what one library's run will change in Place2book, and what it cannot (behaviour 3 to 6). Pure.

| source event (desired) | Place2book event (current) | resulting action |
|---|---|---|
| wanted | none, never linked | CREATE, with its prices |
| wanted | linked, but deleted there by staff | rejected `event_missing_in_place2book` (`resync`: CREATE) |
| wanted again | deleted there by us | CREATE, with its prices |
| wanted again, with dates to come | linked, over | as linked |
| wanted again | linked, its sale ended by us | REOPEN_SALE (staff set the end since: their end stays) |
| wanted, its sales link names it | not linked | ADOPT as it stands; what differs is drift until the source changes |
| wanted, its sales link names another's event (a clone) | not linked | CREATE, with its prices |
| wanted, its sales link names no event of the library's | not linked | rejected `unknown_sales_link` |
| wanted, its create was begun by us | not linked | ADOPT, then UPDATE what differs |
| wanted, its create's answer was lost | nothing at all is listed | waits for a second look (`outcome_unknown`) |
| wanted, made anew (new uuid) | linked to the old uuid | MOVE, then as linked |
| rejected, made anew (new uuid) | linked to the old uuid | left alone until it is in order, then MOVE |
| a field differs from last applied | has another value | UPDATE that field |
| a field differs from last applied | already has that value | RECORD, nothing is sent |
| a field as last applied | edited by staff | DRIFT, recorded once (`resync`: UPDATE) |
| a field as last applied | the same | nothing |
| a field as last applied | as last applied again, after it was recorded as edited | DRIFT, no longer recorded |
| starts on an earlier date | has sales | the times are held back (`begin_at_locked`), the rest goes on |
| capacity below the tickets sold | has sales | the capacity is held back (`capacity_below_sold`) |
| its branch now has another event maker | linked | stays where it is (`moved_event_maker`) |
| now passive | has sales | left as it is (`removed_but_sold`) |
| its ticket categories have other uuids | has their prices | RECORD, nothing is sent |
| gone, Cancelled, no longer wanted, over | linked | see removal.py |
| rejected | linked or not | left alone |
| any | could not be read, though others could | left alone, rejected `unreadable_in_place2book` |
| unknown to us | not linked | never touched |

Which event is which: see identity.py. Linked events: see plan_linked.py, plan_fields.py and prices.py. What may pass of
a plan: see safeguards.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from billetbro.models import (
    Change,
    CurrentEvent,
    FieldChange,
    Kind,
    LibraryRules,
    Link,
    LinkStatus,
    Mapped,
    Mode,
    Outcome,
    Rejection,
    TicketEvent,
    TicketEventKey,
)
from billetbro.reconcile.matching.identity import Belonging, Identity
from billetbro.reconcile.matching.recreated import in_series, looks
from billetbro.reconcile.planning.linked_event import plan_linked
from billetbro.reconcile.planning.owned_fields import current_fields, desired_fields
from billetbro.reconcile.planning.parts import Plan, Run, change_of, rejection_of
from billetbro.reconcile.planning.removal import RemovalPlan, plan_removal
from billetbro.reconcile.reasons import Why

__all__ = ["UNREADABLE", "Plan", "Run", "make_plan"]

UNREADABLE = "unreadable_in_place2book"


def make_plan(
    snapshot: Sequence[Mapped],
    identities: Mapping[str, Identity],
    links: Sequence[Link],
    currents: Mapping[TicketEventKey, CurrentEvent],
    rules: LibraryRules,
    run: Run,
) -> Plan:
    """Return what to do, from a complete snapshot, what is linked, and how Place2book stands now (with prices)."""
    plan = Plan()
    for mapped in snapshot:
        if mapped.outcome is Outcome.REJECTED and run.asked_for(mapped.uuid):
            plan.rejections.append(rejection_of(mapped, mapped.code or "unreadable", mapped.field, mapped.found))
    for uuid, identity in identities.items():
        if run.concerns(uuid):
            _plan_event(identity, currents, rules, run, plan)
    _plan_removals(snapshot, identities, links, currents, run, plan)
    plan.rejections += _unreadable(snapshot, links, run)
    return plan


def _unreadable(snapshot: Sequence[Mapped], links: Sequence[Link], run: Run) -> list[Rejection]:
    """Return a rejection for each Place2book event that could not be read, on behalf of one that the source shows."""
    titles = {link.uuid: link.title for link in links} | {mapped.uuid: mapped.title for mapped in snapshot}
    shown = {mapped.uuid for mapped in snapshot}
    told: dict[int, str] = {}
    for uuid in sorted(filter(run.asked_for, run.unreadable), key=lambda uuid: uuid not in shown):
        told.setdefault(run.unreadable[uuid], uuid)
    return [
        Rejection(uuid=uuid, title=titles.get(uuid, ""), code=UNREADABLE, found=str(event_id))
        for event_id, uuid in told.items()
    ]


def _plan_removals(
    snapshot: Sequence[Mapped],
    identities: Mapping[str, Identity],
    links: Sequence[Link],
    currents: Mapping[TicketEventKey, CurrentEvent],
    run: Run,
    plan: Plan,
) -> None:
    """Plan what becomes of the live links that no wanted event has."""
    by_uuid = {mapped.uuid: mapped for mapped in snapshot}
    kept = identities.keys() | {identity.link.uuid for identity in identities.values() if identity.link}
    linked = {link.uuid for link in links}
    rejected = [m for m in snapshot if m.outcome is Outcome.REJECTED and m.uuid not in linked]
    awaited = {in_series(mapped) for mapped in rejected if mapped.series_uuid}
    anew = {looks(mapped) for mapped in rejected if mapped.starts_at}
    removal = RemovalPlan()
    for link in links:
        if link.status is LinkStatus.LIVE and link.uuid not in kept and run.concerns(link.uuid):
            plan_removal(
                link,
                by_uuid.get(link.uuid),
                currents.get(link.key),
                removal,
                window=run.window,
                now=run.now,
                run_id=run.run_id,
                resync=run.mode is Mode.RESYNC,
                awaited=in_series(link) in awaited or looks(link) in anew,
                counts=not run.events,
            )
    plan.changes += removal.changes
    plan.rejections += removal.rejections
    plan.absences = removal.absences


def _plan_event(
    identity: Identity, currents: Mapping[TicketEventKey, CurrentEvent], rules: LibraryRules, run: Run, plan: Plan
) -> None:
    """Plan one wanted event by how it belongs."""
    mapped, desired, link = identity.mapped, identity.mapped.desired, identity.link
    if desired is None:
        return
    if link is not None and link.uuid != mapped.uuid:
        plan.changes.append(_move(mapped, link))
    if link is not None:
        link = replace(link, uuid=mapped.uuid, title=mapped.title, status=LinkStatus.LIVE)
        plan.links[mapped.uuid], plan.ours[mapped.uuid] = link, dict(link.prices)
    current = identity.current
    if current is not None:
        current = currents.get(current.key, current)
    if identity.belonging is Belonging.UNKNOWN_LINK:
        plan.rejections.append(rejection_of(mapped, "unknown_sales_link", "link", mapped.link))
    elif identity.belonging is Belonging.MISSING and run.mode is not Mode.RESYNC:
        found = str(link.event_id) if link else None
        plan.rejections.append(rejection_of(mapped, "event_missing_in_place2book", None, found))
    elif current is None and mapped.uuid in run.awaited:
        plan.rejections.append(rejection_of(mapped, "outcome_unknown", None, None))
    elif current is None:
        plan.changes.append(_creation(mapped, desired))
    elif link is None:
        _plan_adoption(identity, current, desired, rules, run, plan)
    else:
        plan_linked(mapped, link, current, desired, rules, run, plan)


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
    """Return the create, with all that is sent: a change of what settings add counts as another try (behaviour 6)."""
    fields = [FieldChange(field=name, old=None, new=value) for name, value in desired_fields(desired).items()]
    fields += [
        FieldChange(field=name, old=None, new=value)
        for name, value in asdict(mapped.on_create).items()
        if value is not None
    ]
    fields += [FieldChange(field=f"price.{price.name}", old=None, new=price.value_ore) for price in desired.prices]
    return Change(
        kind=Kind.CREATE,
        uuid=mapped.uuid,
        title=mapped.title,
        event_maker=mapped.event_maker,
        fields=tuple(fields),
        why=Why.NO_EVENT_YET,
    )


def _plan_adoption(
    identity: Identity, current: CurrentEvent, desired: TicketEvent, rules: LibraryRules, run: Run, plan: Plan
) -> None:
    """Plan an adoption: what we began ourselves is completed, what staff made by hand is taken as it stands."""
    mapped = identity.mapped
    why = Why.ANSWER_WAS_LOST if identity.begun_by_us else Why.NAMED_BY_SOURCE
    plan.changes.append(change_of(Kind.ADOPT, mapped, current, (), why))
    applied = current_fields(current) if identity.begun_by_us else desired_fields(desired)
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
    plan_linked(mapped, link, current, desired, rules, run, plan, adopting=not identity.begun_by_us)
