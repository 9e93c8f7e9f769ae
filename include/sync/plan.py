"""The plan: what one library's run will change in Place2book, and what it cannot (behaviour 3 to 6). Pure.

| source event (desired) | Place2book event (current) | resulting action |
|---|---|---|
| wanted | none, never linked | CREATE, with its prices |
| wanted | linked, but deleted there | rejected `event_missing_in_place2book` (`resync`: CREATE) |
| wanted, its sales link names it | not linked | ADOPT as it stands; what differs is drift until the source changes |
| wanted, its create was begun by us | not linked | ADOPT, then UPDATE what differs |
| wanted, made anew (new uuid) | linked to the old uuid | MOVE, then as linked |
| a field differs from last applied | has another value | UPDATE that field |
| a field differs from last applied | already has that value | RECORD, nothing is sent |
| a field as last applied | edited by staff | DRIFT, recorded once (`resync`: UPDATE) |
| a field as last applied | the same | nothing |
| starts on an earlier date | has sales | the times are held back (`begin_at_locked`), the rest goes on |
| capacity below the tickets sold | has sales | the capacity is held back (`capacity_below_sold`) |
| its branch now has another event maker | linked | stays where it is (`moved_event_maker`) |
| now passive | has sales | left as it is (`removed_but_sold`) |
| gone, Cancelled, no longer wanted, over | linked | see removal.py |
| rejected | linked or not | left alone |
| unknown to us | not linked | never touched |

Prices: see prices.py. Which event is which: see identity.py. What may pass of a plan: see safeguards.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from include.models import (
    AppliedPrice,
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
    Written,
)
from include.sync.fields import TIMES, current_fields, desired_fields, read_time
from include.sync.identity import Belonging, Identity
from include.sync.prices import plan_prices
from include.sync.removal import RemovalPlan, is_sold, plan_removal, reopened_sale, tickets_sold


@dataclass(slots=True, kw_only=True)
class Plan:
    """What a run will do. `ours` are each event's prices as claimed before anything is applied, `links` the links
    that changes start from (an adopted event's is new), both by uuid."""

    changes: list[Change] = field(default_factory=list)
    held_back: list[Change] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    absences: dict[str, int] = field(default_factory=dict)
    ours: dict[str, dict[str, AppliedPrice]] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The circumstances of a run that the plan depends on. `events` limits it to these uuids; empty is all."""

    run_id: str
    mode: Mode
    now: datetime
    window_start: datetime
    events: frozenset[str] = frozenset()

    def concerns(self, uuid: str) -> bool:
        """Return whether the run is to do anything about the source event."""
        return not self.events or uuid in self.events


def make_plan(
    snapshot: Sequence[Mapped],
    identities: Mapping[str, Identity],
    links: Sequence[Link],
    currents: Mapping[tuple[int, int], CurrentEvent],
    rules: LibraryRules,
    run: Run,
) -> Plan:
    """Return what to do, from a complete snapshot, what is linked, and how Place2book stands now (with prices)."""
    plan = Plan()
    by_uuid = {mapped.uuid: mapped for mapped in snapshot}
    for mapped in snapshot:
        if mapped.outcome is Outcome.REJECTED and run.concerns(mapped.uuid):
            plan.rejections.append(_rejection(mapped, mapped.code or "unreadable", mapped.field, mapped.found))
    for uuid, identity in identities.items():
        if run.concerns(uuid):
            _plan_event(identity, currents, rules, run, plan)
    moved = {i.link.uuid for i in identities.values() if i.link and i.belonging is Belonging.MOVED}
    removal = RemovalPlan()
    for link in links:
        if link.status is LinkStatus.LIVE and link.uuid not in moved | identities.keys() and run.concerns(link.uuid):
            current = currents.get((link.event_maker, link.event_id))
            plan_removal(
                link,
                by_uuid.get(link.uuid),
                current,
                removal,
                window_start=run.window_start,
                now=run.now,
                run_id=run.run_id,
                resync=run.mode is Mode.RESYNC,
            )
    plan.changes += removal.changes
    plan.rejections += removal.rejections
    plan.absences = removal.absences
    return plan


def _plan_event(
    identity: Identity, currents: Mapping[tuple[int, int], CurrentEvent], rules: LibraryRules, run: Run, plan: Plan
) -> None:
    """Plan one wanted event by how it belongs."""
    mapped, desired = identity.mapped, identity.mapped.desired
    if desired is None:
        return
    current = identity.current
    if current is not None:
        current = currents.get((current.event_maker, current.event_id), current)
    missing = identity.belonging is Belonging.MISSING
    if identity.belonging is Belonging.UNKNOWN_LINK:
        plan.rejections.append(_rejection(mapped, "unknown_sales_link", "link", mapped.link))
    elif missing and run.mode is not Mode.RESYNC:
        found = str(identity.link.event_id) if identity.link else None
        plan.rejections.append(_rejection(mapped, "event_missing_in_place2book", None, found))
    elif identity.belonging is Belonging.NEW or missing or current is None:
        plan.changes.append(_creation(mapped, desired))
    elif identity.belonging is Belonging.ADOPTED:
        _plan_adoption(identity, current, desired, rules, run, plan)
    else:
        assert identity.link is not None
        if identity.belonging is Belonging.MOVED:
            why = "the instance was made anew with another uuid"
            plan.changes.append(_change(Kind.MOVE, mapped, current, (), why, moved_from=identity.link.uuid))
        _plan_linked(mapped, identity.link, current, desired, rules, run, plan)


def _creation(mapped: Mapped, desired: TicketEvent) -> Change:
    fields = [FieldChange(field=name, old=None, new=value) for name, value in desired_fields(desired).items()]
    fields += [FieldChange(field=f"price.{price.name}", old=None, new=price.value_ore) for price in desired.prices]
    return Change(
        kind=Kind.CREATE,
        uuid=mapped.uuid,
        title=mapped.title,
        event_maker=mapped.event_maker,
        fields=tuple(fields),
        why="the source event has no Place2book event yet",
    )


def _plan_adoption(
    identity: Identity, current: CurrentEvent, desired: TicketEvent, rules: LibraryRules, run: Run, plan: Plan
) -> None:
    """Plan an adoption: what we began ourselves is completed, what staff made by hand is taken as it stands."""
    mapped = identity.mapped
    why = "a create of ours whose answer was lost" if identity.begun_by_us else "the source event names it"
    plan.changes.append(_change(Kind.ADOPT, mapped, current, (), why))
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
    _plan_linked(mapped, link, current, desired, rules, run, plan, adopting=not identity.begun_by_us)


def _plan_linked(
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
    if mapped.event_maker != link.event_maker:
        rejection = _rejection(mapped, "moved_event_maker", "event_maker", str(link.event_maker), held_back=True)
        plan.rejections.append(rejection)
    if desired.passive and not current.passive and link.applied.get("passive") is False and is_sold(current):
        sold = str(tickets_sold(current))
        plan.rejections.append(_rejection(mapped, "removed_but_sold", "passive", sold, detail="now a passive event"))
        return
    if reopened := reopened_sale(link, current):
        plan.changes.append(reopened)
    resync = run.mode is Mode.RESYNC
    pushed = _pushed_fields(link, desired_fields(desired), current_fields(current), resync=resync)
    allowed = _hold_back(mapped, pushed, current, rules, plan)
    sent = tuple(change for change in allowed if change.old != change.new)
    if sent:
        plan.changes.append(_change(Kind.UPDATE, mapped, current, sent, "the source event changed"))
    elif allowed:
        plan.changes.append(_change(Kind.RECORD, mapped, current, allowed, "Place2book already has it"))
    if drift := _new_drift(link, desired_fields(desired), current_fields(current)):
        plan.changes.append(_change(Kind.DRIFT, mapped, current, drift, "edited in Place2book"))
    prices = plan_prices(mapped, desired.prices, link.prices, current, run.now, resync=resync, adopting=adopting)
    plan.changes += prices.changes
    plan.rejections += prices.rejections
    plan.ours[mapped.uuid] = prices.ours
    plan.links[mapped.uuid] = link


def _pushed_fields(
    link: Link, desired: Mapping[str, Written], current: Mapping[str, Written], *, resync: bool
) -> tuple[FieldChange, ...]:
    """Return the fields to push, old being what stands in Place2book.

    A value that Place2book has only normalised after our own write (`echo`) is not a difference.
    """
    changed = {name for name, value in desired.items() if link.applied.get(name) != value}
    if resync:
        changed |= {name for name, value in desired.items() if current.get(name) not in (value, link.echo.get(name))}
        changed |= {name for name in link.drift if current.get(name) != desired.get(name)}
    return tuple(FieldChange(field=n, old=current.get(n), new=v) for n, v in desired.items() if n in changed)


def _hold_back(
    mapped: Mapped, pushed: tuple[FieldChange, ...], current: CurrentEvent, rules: LibraryRules, plan: Plan
) -> tuple[FieldChange, ...]:
    """Return the fields that Place2book will accept; the others become held-back changes with their rejection."""
    held: dict[str, str] = {}
    new = {change.field: change.new for change in pushed}
    zone = ZoneInfo(rules.timezone)
    begins = read_time(new.get("begin_at"))
    earlier = begins and current.begin_at and begins.astimezone(zone).date() < current.begin_at.astimezone(zone).date()
    if earlier and is_sold(current):
        held |= dict.fromkeys(TIMES, "begin_at_locked")
    capacity = new.get("capacity")
    if isinstance(capacity, int) and capacity < tickets_sold(current):
        held["capacity"] = "capacity_below_sold"
    kept_back = tuple(change for change in pushed if change.field in held)
    for code in dict.fromkeys(held[change.field] for change in kept_back):
        fields = tuple(change for change in kept_back if held[change.field] == code)
        plan.held_back.append(_change(Kind.UPDATE, mapped, current, fields, code))
        found = str(tickets_sold(current)) if code == "capacity_below_sold" else str(fields[0].new)
        plan.rejections.append(_rejection(mapped, code, fields[0].field, found, held_back=True))
    return tuple(change for change in pushed if change.field not in held)


def _new_drift(link: Link, desired: Mapping[str, Written], current: Mapping[str, Written]) -> tuple[FieldChange, ...]:
    """Return the fields that staff edited in Place2book and that were not recorded as such yet."""
    return tuple(
        FieldChange(field=name, old=value, new=current.get(name))
        for name, value in desired.items()
        if link.applied.get(name) == value
        and current.get(name) not in (value, link.echo.get(name))
        and (name not in link.drift or link.drift[name] != current.get(name))
    )


def _rejection(
    mapped: Mapped,
    code: str,
    field_name: str | None,
    found: str | None,
    *,
    detail: str | None = None,
    held_back: bool = False,
) -> Rejection:
    return Rejection(
        uuid=mapped.uuid,
        title=mapped.title,
        code=code,
        field=field_name,
        found=found,
        detail=detail,
        held_back=held_back,
    )


def _change(
    kind: Kind,
    mapped: Mapped,
    current: CurrentEvent,
    fields: tuple[FieldChange, ...],
    why: str,
    moved_from: str | None = None,
) -> Change:
    return Change(
        kind=kind,
        uuid=mapped.uuid,
        title=mapped.title,
        event_maker=current.event_maker,
        event_id=current.event_id,
        fields=fields,
        why=why,
        moved_from=moved_from,
    )
