"""Which Place2book event belongs to which source event (behaviour 4). Pure; the first rule that matches wins.

| rule | the source event ... | becomes |
|---|---|---|
| 1 | has a link in `sync.links` whose event was not removed | LINKED, one that had retired too |
| 2 | shows the sales link of an event of this library's event makers that no living source event has | ADOPTED |
| 2 | ... that another source event has, or that is over (a clone), or its library's twin's | goes on to rule 3 |
| 2 | ... of no event of these event makers | UNKNOWN_LINK: rejected, nothing created |
| 2 | ... of a vanished source event with the same title, or the same start | MOVED |
| 3 | is an instance made anew: a link's source event vanished, with the same series and title | MOVED |
| 3 | looks like an event that vanished: the same title, start and event maker | MOVED |
| 3 | starts when one does that began before the window, with the same title and series or event maker | MOVED |
| 4 | has the name and start of an unlinked event of its event maker (a create whose answer was lost) | ADOPTED |
| 5 | none of these | NEW |

An event that was linked and lost its Place2book event to somebody's delete there is MISSING: never created again by
itself, only by `resync`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from billetbro.models import CurrentEvent, Link, LinkStatus, Mapped, Outcome, TicketEventKey, Window
from billetbro.models.sales_links import is_place2book, seccode_of
from billetbro.models.text import normal_form, same_text
from billetbro.reconcile.matching.recreated import in_order_of_start, made_anew


class Belonging(StrEnum):
    """How a source event relates to a Place2book event."""

    LINKED = "linked"
    MISSING = "missing"
    ADOPTED = "adopted"
    MOVED = "moved"
    UNKNOWN_LINK = "unknown_link"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The answer for one source event: its link (LINKED, MISSING and MOVED; one that moves still bears the old uuid),
    the Place2book event, and whether we began its creation ourselves (rule 4)."""

    mapped: Mapped
    belonging: Belonging
    link: Link | None = None
    current: CurrentEvent | None = None
    begun_by_us: bool = False


def identify(
    wanted: Sequence[Mapped],
    present: frozenset[str],
    links: Sequence[Link],
    events: Sequence[CurrentEvent],
    begun: frozenset[str],
    sales_hosts: frozenset[str],
    window: Window,
    now: datetime,
    of_twin: Collection[str] = (),
) -> dict[str, Identity]:
    """Return the identity of each source event that should be in Place2book, by uuid.

    `wanted` are those events, `present` the uuids of the complete snapshot, `links` all links of the library, deleted
    ones too, `events` what stands in Place2book, `begun` the uuids whose create may have been carried out. A link whose
    event starts outside the `window` has not vanished, since it was not asked for; it is made anew only by what starts
    when it does. `of_twin` are the seccodes of the twin's events, which are not among `events`.
    """
    by_id = {event.key: event for event in events}
    standing = {link.uuid: link for link in links if link.status is not LinkStatus.DELETED}
    found: dict[str, Identity] = {}
    for mapped in wanted:
        if link := standing.get(mapped.uuid):
            current = by_id.get(link.key)
            belonging = Belonging.MISSING if current is None else Belonging.LINKED
            found[mapped.uuid] = Identity(mapped=mapped, belonging=belonging, link=link, current=current)
    unlinked = sorted((m for m in wanted if m.uuid not in found), key=in_order_of_start)
    taken = {link.key for link in standing.values()}
    live = [link for link in standing.values() if link.status is LinkStatus.LIVE]
    absent = [link for link in live if link.uuid not in present]
    vanished = [link for link in absent if not out_of_sight(link, window, now)]
    unseen = [link for link in absent if out_of_sight(link, window, now) and not is_over(link, now)]
    free = [event for event in events if event.key not in taken]
    known = {link.seccode for link in links if link.seccode}.union(of_twin)
    _by_sales_link(unlinked, known, vanished, free, sales_hosts, now, found)
    _made_anew([m for m in unlinked if m.uuid not in found], vanished, unseen, by_id, found)
    _lost_creates([m for m in unlinked if m.uuid not in found], _unclaimed(free, found), begun, found)
    for mapped in unlinked:
        found.setdefault(mapped.uuid, Identity(mapped=mapped, belonging=Belonging.NEW))
    return found


def out_of_sight(link: Link, window: Window, now: datetime) -> bool:
    """Return whether a snapshot need not hold the link's source event: it is over, or starts outside the window."""
    return is_over(link, now) or (link.starts_at is not None and not window.holds(link.starts_at))


def is_over(link: Link, now: datetime) -> bool:
    """Return whether the link's source event had ended when it was last seen."""
    return link.ends_at is not None and link.ends_at <= now


def _by_sales_link(
    unlinked: Sequence[Mapped],
    known: Collection[str],
    vanished: Sequence[Link],
    free: Sequence[CurrentEvent],
    sales_hosts: frozenset[str],
    now: datetime,
    found: dict[str, Identity],
) -> None:
    """Apply rule 2. Of several that show one free event's link, the one most like it has it, the others are clones.

    `known` are the seccodes of all that were ever linked.
    """
    claims: dict[str, list[Mapped]] = defaultdict(list)
    for mapped in unlinked:
        if mapped.link and is_place2book(mapped.link, sales_hosts):
            claims[seccode_of(mapped.link, sales_hosts) or ""].append(mapped)
    orphans = {link.seccode: link for link in vanished if link.seccode}
    by_seccode = {event.seccode: event for event in free}
    for seccode, claimants in claims.items():
        event = by_seccode.get(seccode) if seccode else None
        if seccode in orphans:
            _move_to_claimant(claimants, orphans[seccode], found)
        elif seccode in known:
            continue
        elif event is None:
            for mapped in claimants:
                found[mapped.uuid] = Identity(mapped=mapped, belonging=Belonging.UNKNOWN_LINK)
        elif event.end_at is None or event.end_at > now:
            best = min(claimants, key=lambda mapped: _differs(mapped, event))
            found[best.uuid] = Identity(mapped=best, belonging=Belonging.ADOPTED, current=event)


def _move_to_claimant(claimants: Sequence[Mapped], orphan: Link, found: dict[str, Identity]) -> None:
    """Give a vanished source event's Place2book event to the one that shows its link and is most like it.

    A claimant with another title and another start is a clone of what was removed since: it gets an event of its own.
    Several instances of the same series say nothing by showing one link: they are paired by their starts (rule 3).
    """
    alike = [
        mapped for mapped in claimants if same_text(mapped.title, orphan.title) or mapped.starts_at == orphan.starts_at
    ]
    series = [mapped for mapped in alike if mapped.series_uuid and mapped.series_uuid == orphan.series_uuid]
    if alike and len(series) < 2:
        best = min(
            alike, key=lambda mapped: (not same_text(mapped.title, orphan.title), mapped.starts_at != orphan.starts_at)
        )
        found[best.uuid] = Identity(mapped=best, belonging=Belonging.MOVED, link=orphan)


def _made_anew(
    unlinked: Sequence[Mapped],
    vanished: Sequence[Link],
    unseen: Sequence[Link],
    by_id: Mapping[TicketEventKey, CurrentEvent],
    found: dict[str, Identity],
) -> None:
    """Apply rule 3, and fill in the Place2book event of all that moved."""
    claimed = {identity.link.uuid for identity in found.values() if identity.link}
    for mapped, link in made_anew(unlinked, [link for link in vanished if link.uuid not in claimed], unseen):
        found[mapped.uuid] = Identity(mapped=mapped, belonging=Belonging.MOVED, link=link)
    for uuid, identity in found.items():
        if identity.belonging is Belonging.MOVED and identity.link:
            current = by_id.get(identity.link.key)
            belonging = Belonging.MISSING if current is None else Belonging.MOVED
            found[uuid] = replace(identity, belonging=belonging, current=current)


def _unclaimed(free: Iterable[CurrentEvent], found: Mapping[str, Identity]) -> list[CurrentEvent]:
    claimed = {i.current.key for i in found.values() if i.current}
    return [event for event in free if event.key not in claimed]


def _lost_creates(
    unlinked: Sequence[Mapped], free: Sequence[CurrentEvent], begun: frozenset[str], found: dict[str, Identity]
) -> None:
    """Apply rule 4, those whose create was begun first, each event to one source event."""
    waiting: dict[tuple[int, str, datetime | None], list[CurrentEvent]] = defaultdict(list)
    for event in sorted(free, key=lambda event: event.event_id):
        waiting[event.event_maker, normal_form(event.name), event.begin_at].append(event)
    for mapped in sorted(unlinked, key=lambda mapped: mapped.uuid not in begun):
        if mapped.desired is None:
            continue
        candidates = waiting[mapped.event_maker, normal_form(mapped.desired.name), mapped.desired.begin_at]
        if candidates:
            found[mapped.uuid] = Identity(
                mapped=mapped,
                belonging=Belonging.ADOPTED,
                current=candidates.pop(0),
                begun_by_us=mapped.uuid in begun,
            )


def _differs(mapped: Mapped, event: CurrentEvent) -> tuple[bool, bool]:
    """Return whether name and start are other ones: what sorts the most alike first."""
    name = mapped.desired.name if mapped.desired else mapped.title
    return not same_text(name, event.name), mapped.starts_at != event.begin_at


def wants_an_event(mapped: Mapped) -> bool:
    """Return whether the source event should be in Place2book."""
    return mapped.outcome in (Outcome.TICKET_EVENT, Outcome.PASSIVE_EVENT) and mapped.desired is not None
