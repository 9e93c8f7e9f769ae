"""What may pass of a plan before anything is applied (behaviour 5 and 6). Pure filters over a finished plan.

- guard_removals: too many removals at once, or an empty snapshot, and nothing is removed; the rest goes on.
- guard_prices: many prices at once become fifty times what they were, or a fiftieth, and no price is sent.
- leave_refused_alone: what Place2book refused, or the source cannot save, is tried again only when something changed,
  by hand, or once a day.
- fails_for_good: when a source cannot save an event.
- goes_on_sale: only what the source can take the links of; its login is tried before such a plan is sent.
- distrust: an answer of Place2book's that contradicts what we know ends the library's run before a plan is made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from billetbro.messages.pluralize import pluralize
from billetbro.models import Change, FieldChange, LibraryRules, Rejection, Written
from billetbro.models.message import Message
from billetbro.reconcile.operations import operation_of

RETRY_REFUSED_AFTER = timedelta(days=1)
UNSAVED = "cms_cannot_save"
"""The rejection of an event that its source fails to save, for good."""
RUNS_OF_A_DAY = 6
"""So many runs over a day, at least: one before a weekend and one after it prove nothing."""
PRICE_JUMP = 50
"""So many times dearer or cheaper is no new price but another unit: kroner and øre, and kroner cut to whole ones."""
PRICE_JUMPS_BELIEVED = 2
SOLD_FROM_NOW_ON = FieldChange(field="passive", old=True, new=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """The changes that may pass, and why the removals were blocked, in words; None when they were not."""

    changes: tuple[Change, ...]
    blocked: str | None = None


def guard_removals(
    changes: Sequence[Change], *, live_links: int, snapshot_size: int, rules: LibraryRules, allow_mass_removal: bool
) -> Guarded:
    """Return the plan without its removals when they are too many to be believed (behaviour 5).

    Removals are deletions and ended sales alike. Both limits must be exceeded: the count, and the percentage of the
    library's live links. `allow_mass_removal` is a person's word that they are meant, and lets all pass.
    """
    removals = sum(operation_of(change.kind).removes for change in changes)
    if allow_mass_removal:
        return Guarded(changes=tuple(changes))
    reason = None
    if snapshot_size == 0 and live_links:
        reason = _empty_in_words(live_links)
    elif removals > rules.max_removals_count and removals * 100 > rules.max_removals_percent * live_links:
        reason = _too_many_in_words(removals, live_links, rules)
    if reason is None:
        return Guarded(changes=tuple(changes))
    return Guarded(changes=tuple(change for change in changes if not operation_of(change.kind).removes), blocked=reason)


def _empty_in_words(live_links: int) -> str:
    danish, english = (
        pluralize(live_links, "arrangement", "arrangementer"),
        pluralize(live_links, "event is", "events are"),
    )
    return (
        f"Listen over arrangementer er tom, men {danish} er koblet: intet er fjernet. / "
        f"The list of events is empty, but {english} linked: nothing was removed."
    )


def _too_many_in_words(removals: int, live_links: int, rules: LibraryRules) -> str:
    count, percent = rules.max_removals_count, rules.max_removals_percent
    danish = pluralize(live_links, "koblet arrangement", "koblede arrangementer")
    english = pluralize(live_links, "linked event", "linked events")
    return (
        f"{removals} af {danish} ville blive fjernet, flere end max_removals tillader ({count} og {percent} %): intet "
        f"er fjernet. / {removals} of {english} would be removed, more than max_removals allows ({count} and {percent} "
        "%): nothing was removed."
    )


def guard_prices(changes: Sequence[Change], *, resync: bool) -> tuple[tuple[Change, ...], tuple[Rejection, ...]]:
    """Return the plan without its prices when the source seems to send them in another unit, and the rejections.

    That is when more than two prices jump, and more than half of all that change. A website that begins to send øre
    instead of kroner would otherwise make every ticket a hundred times as dear. `resync` is a person's word that the
    prices are meant.
    """
    sent = [change for change in changes if operation_of(change.kind).sends_price]
    values = [field for change in sent for field in change.fields if field.field == "value" and field.old is not None]
    jumps = sum(_jumps(field) for field in values)
    if resync or jumps <= PRICE_JUMPS_BELIEVED or jumps * 2 <= len(values):
        return tuple(changes), ()
    doubted = {change.uuid for change in sent if _sends_a_price(change)}
    held = [change for change in changes if change.uuid in doubted and operation_of(change.kind).touches_prices]
    rejections = tuple(_doubted(change) for change in held if operation_of(change.kind).sends_price)
    return tuple(change for change in changes if change not in held), rejections


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What was refused about an event before: the fingerprint of what was tried, and when."""

    fingerprint: str
    tried_at: datetime


def fingerprint(changes: Iterable[Change]) -> str:
    """Return what identifies the changes of one event: the same again means that nothing changed since."""
    content = [
        [change.kind, change.event_maker, change.price_key]
        + ([] if operation_of(change.kind).varies_with_time else [[field.field, field.new] for field in change.fields])
        for change in changes
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def leave_refused_alone(
    changes: Sequence[Change], refusals: Mapping[str, Refusal], *, now: datetime, by_hand: bool
) -> tuple[Change, ...]:
    """Return the changes without the events whose very same changes were refused less than a day ago."""
    if by_hand:
        return tuple(changes)
    by_event: dict[str, list[Change]] = {}
    for change in changes:
        by_event.setdefault(change.uuid, []).append(change)
    waiting = {
        uuid
        for uuid, refusal in refusals.items()
        if uuid in by_event
        and now - refusal.tried_at < RETRY_REFUSED_AFTER
        and refusal.fingerprint == fingerprint(by_event[uuid])
    }
    return tuple(change for change in changes if change.uuid not in waiting)


def goes_on_sale(changes: Iterable[Change]) -> bool:
    """Return whether an event goes on sale, or comes to another source event, whose link is then to be written back."""
    return any(operation_of(change.kind).needs_link or SOLD_FROM_NOW_ON in change.fields for change in changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A write-back at which the source fails, always the same: since when, and in how many runs.

    `others_taken` tells whether the source saved another event since, `others_fail` whether it fails at others as well.
    """

    since: datetime
    runs: int
    others_taken: bool
    others_fail: bool


def fails_for_good(failing: Failing, now: datetime) -> bool:
    """Return whether it is the event that the source cannot save, and no outage.

    It failed over a day's runs, which no passing trouble does. A source that meanwhile saved nothing, and fails at
    several events, is ill itself.
    """
    lasting = failing.runs >= RUNS_OF_A_DAY and now - failing.since >= RETRY_REFUSED_AFTER
    return lasting and (failing.others_taken or not failing.others_fail)


def distrust(*, missing: int, unlisted: int, live_links: int, rules: LibraryRules) -> Message | None:
    """Return why Place2book's answers cannot be believed, or None.

    `unlisted` are linked events that exist but were not in the list: the list is not whole, so what it lacks may
    exist, and creating it would sell it twice. `missing` are linked events that no longer exist: more than a removal
    by hand can explain means that it is the answer that is wrong.
    """
    if unlisted:
        return Message("error.list_not_whole", {"library": rules.library, "unlisted": unlisted})
    if missing > rules.max_removals_count and missing * 100 > rules.max_removals_percent * live_links:
        return Message("error.many_missing", {"library": rules.library, "missing": missing, "links": live_links})
    return None
