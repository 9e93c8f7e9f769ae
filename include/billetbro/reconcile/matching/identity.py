"""Which Place2book event belongs to which source event (behaviour 4). Pure; the first rule that matches wins.

| rule | the source event ... | becomes |
|---|---|---|
| 1 | has a link in `sync.links` whose event was not removed | LINKED, also after retiring |
| 2 | shows the sales link of an event of this library's event makers that no living source event has | ADOPTED |
| 2 | ... that another source event has (a clone), that is over, or that the twin has | goes on to rule 3 |
| 2 | ... of no event of these event makers | UNKNOWN_LINK: rejected, nothing created |
| 2 | ... of a vanished source event with the same title, or the same start | MOVED |
| 3 | is a recreated instance: a link's source event vanished, with the same series and title | MOVED |
| 3 | looks like an event that vanished: the same title, start and event maker | MOVED |
| 3 | starts with an event from before the window, with the same title and series or event maker | MOVED |
| 4 | has the name and start of an unlinked event of its event maker, and we began its create | ADOPTED |
| 4 | is the same as an unlinked event, as a person said | ADOPTED |
| 5 | none of these | NEW; what looks like it is noted (lookalikes.py) |

A linked event whose Place2book event somebody deleted there is MISSING: only `resync` creates it again.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from billetbro.models import CurrentEvent, Link, LinkStatus, Mapped
from billetbro.models.sales_links import is_place2book, seccode_of
from billetbro.models.text import same_text
from billetbro.reconcile.matching.defer_to_twin import defer_to_twin
from billetbro.reconcile.matching.lookalikes import (
    Looks,
    alike_among,
    chosen,
    looks_of,
    looks_wanted,
)
from billetbro.reconcile.matching.recreated import in_order_of_start, pair_recreated
from billetbro.reconcile.state import Belonging, Identity, ReconcileState


def match_events(state: ReconcileState) -> ReconcileState:
    """Return the state with the identity of each wanted source event that is not deferred to the twin."""
    return defer_to_twin(replace(state, identities=identify(state)))


def identify(state: ReconcileState) -> dict[str, Identity]:
    """Return the identity of each wanted source event by uuid, regardless of the twin.

    A link whose event starts outside the window has not vanished: it was not asked for. Only an event of the same start
    counts as its recreation.
    """
    found: dict[str, Identity] = {}
    standing = {link.uuid: link for link in state.links if link.status is not LinkStatus.DELETED}
    for mapped in state.wanted:
        if link := standing.get(mapped.uuid):
            current = state.events.get(link.key)
            belonging = Belonging.MISSING if current is None else Belonging.LINKED
            found[mapped.uuid] = Identity(mapped=mapped, belonging=belonging, link=link, current=current)
    _by_sales_link(state, found)
    _made_anew(state, found)
    _begun_or_chosen(state, found)
    for mapped in _unmatched(state, found):
        found[mapped.uuid] = Identity(mapped=mapped, belonging=Belonging.NEW)
    return _with_lookalikes(state, found)


def _unmatched(state: ReconcileState, found: dict[str, Identity]) -> list[Mapped]:
    return sorted((mapped for mapped in state.wanted if mapped.uuid not in found), key=in_order_of_start)


def _absent(state: ReconcileState, *, out_of_sight: bool) -> list[Link]:
    """Return the live links whose source event is absent although it should be, or need not be, in the snapshot."""
    window, now = state.run.window, state.run.now
    absent = (link for link in state.live_links if link.uuid not in state.mapped)
    return [link for link in absent if link.is_out_of_sight(window, now) is out_of_sight]


def _by_sales_link(state: ReconcileState, found: dict[str, Identity]) -> None:
    """Apply rule 2. If several show one free event's link, the most similar gets it; the others are clones."""
    hosts, now = state.rules.sales_hosts, state.run.now
    claims: dict[str, list[Mapped]] = defaultdict(list)
    for mapped in _unmatched(state, found):
        if mapped.link and is_place2book(mapped.link, hosts):
            claims[seccode_of(mapped.link, hosts) or ""].append(mapped)
    ever_linked = {link.seccode for link in state.links if link.seccode} | state.former_seccodes
    ever_linked |= state.twin.seccodes if state.twin else frozenset()
    orphans = {link.seccode: link for link in _absent(state, out_of_sight=False) if link.seccode}
    by_seccode = {event.seccode: event for event in state.free_events}
    for seccode, claimants in claims.items():
        event = by_seccode.get(seccode) if seccode else None
        if seccode in orphans:
            _move_to_claimant(claimants, orphans[seccode], found)
        elif seccode in ever_linked:
            continue
        elif event is None:
            for mapped in claimants:
                found[mapped.uuid] = Identity(mapped=mapped, belonging=Belonging.UNKNOWN_LINK)
        elif event.end_at is None or event.end_at > now:
            best = min(claimants, key=lambda mapped: _differs(mapped, event))
            found[best.uuid] = Identity(mapped=best, belonging=Belonging.ADOPTED, current=event)


def _move_to_claimant(claimants: Sequence[Mapped], orphan: Link, found: dict[str, Identity]) -> None:
    """Move a vanished source event's link to the most similar event that shows it.

    A claimant that differs in title and start is a clone of a removed event and gets a new one. If several instances of
    the series show the link, it proves nothing: they are paired by their starts (rule 3).
    """

    def differs(mapped: Mapped) -> tuple[bool, bool]:
        return not same_text(mapped.title, orphan.title), mapped.starts_at != orphan.starts_at

    alike = [mapped for mapped in claimants if not all(differs(mapped))]
    series = [mapped for mapped in alike if mapped.series_uuid and mapped.series_uuid == orphan.series_uuid]
    if alike and len(series) < 2:
        best = min(alike, key=differs)
        found[best.uuid] = Identity(mapped=best, belonging=Belonging.MOVED, link=orphan)


def _made_anew(state: ReconcileState, found: dict[str, Identity]) -> None:
    """Apply rule 3, then fill in the Place2book event of each moved identity."""
    claimed = {identity.link.uuid for identity in found.values() if identity.link}
    vanished = [link for link in _absent(state, out_of_sight=False) if link.uuid not in claimed]
    unseen = [link for link in _absent(state, out_of_sight=True) if not link.is_over(state.run.now)]
    for mapped, link in pair_recreated(_unmatched(state, found), vanished, unseen):
        found[mapped.uuid] = Identity(mapped=mapped, belonging=Belonging.MOVED, link=link)
    for uuid, identity in found.items():
        if identity.belonging is Belonging.MOVED and identity.link:
            current = state.events.get(identity.link.key)
            belonging = Belonging.MISSING if current is None else Belonging.MOVED
            found[uuid] = replace(identity, belonging=belonging, current=current)


def _begun_or_chosen(state: ReconcileState, found: dict[str, Identity]) -> None:
    """Apply rule 4, one event to one source event: creates that we began first, then what a person chose."""
    free = {event.key: event for event in _unclaimed(state, found)}
    waiting: dict[Looks, list[CurrentEvent]] = defaultdict(list)
    for event in free.values():
        waiting[looks_of(event)].append(event)
    for mapped in _unmatched(state, found):
        candidates = waiting[looks_wanted(mapped)] if mapped.uuid in state.in_doubt.lost else []
        if candidates:
            lost = free.pop(candidates.pop(0).key)
            found[mapped.uuid] = Identity(mapped=mapped, belonging=Belonging.ADOPTED, current=lost, created_by_us=True)
    for mapped in _without_event(state, found) if state.choices else ():
        if current := chosen(mapped.uuid, free, state):
            del free[current.key]
            found[mapped.uuid] = Identity(mapped=mapped, belonging=Belonging.ADOPTED, current=current, chosen=True)


def _with_lookalikes(state: ReconcileState, found: dict[str, Identity]) -> dict[str, Identity]:
    """Note the unlinked events that look like one that is about to be created."""
    creatable = {mapped.uuid: found[mapped.uuid] for mapped in _without_event(state, found)}
    alike = alike_among(creatable, _unclaimed(state, found), state) if creatable else {}
    return found | {uuid: replace(found[uuid], lookalikes=events) for uuid, events in alike.items()}


def _without_event(state: ReconcileState, found: dict[str, Identity]) -> list[Mapped]:
    """Return the source events that are, or would be by a resync, created."""
    creatable = (None, Belonging.NEW, Belonging.MISSING)
    kinds = {uuid: identity.belonging for uuid, identity in found.items()}
    return sorted((m for m in state.wanted if kinds.get(m.uuid) in creatable), key=in_order_of_start)


def _unclaimed(state: ReconcileState, found: dict[str, Identity]) -> list[CurrentEvent]:
    claimed = {identity.current.key for identity in found.values() if identity.current}
    return [event for event in state.free_to_come if event.key not in claimed]


def _differs(mapped: Mapped, event: CurrentEvent) -> tuple[bool, bool]:
    """Return the sort key that puts the most similar first: whether the name differs, whether the start differs."""
    name = mapped.desired.name if mapped.desired else mapped.title
    return not same_text(name, event.name), mapped.starts_at != event.begin_at
