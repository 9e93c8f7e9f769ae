"""Which events a library leaves to its twin: two libraries that show the same events, of which one leads. Pure.

Two events are the same by title and start (sameness.py); or when one shows the sales link of the other's Place2book
event, or was left to it before, and title or start are still the same.

| the event | its twin | then |
|---|---|---|
| on sale | whatever it does | goes on as if there were no twin; of a follower, `sold_twice` when both sell it |
| not on sale | sells it, or may have begun to | `sold_by_twin`: none created, reopened, or adopted by name and start |
| not on sale | leads, and wants to sell it, sells it elsewhere or has called it off | `sold_by_twin` |
| not on sale | sold it and has called it off | `sold_by_twin` |
| new | holds its sale ended, since it was removed with tickets sold | `sold_by_twin` |
| new | leads, and was never read | `waits_for_twin` |
| its create was begun by us, or it shows the link of a free event | whatever it does | on sale already: adopted |

What has no Place2book event is skipped; what has one that is not for sale (passive, over, its sale ended) is rejected,
so that nothing is done to it. On sale is a live link to an event that is not passive and whose sale we have not ended;
at the twin also one that its source says is over while its Place2book event is still to come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum

from billetbro.models import CurrentEvent, LibraryRules, Link, LinkStatus, Mapped, Outcome, Rejection, TicketEventKey
from billetbro.models.sales_links import seccode_of
from billetbro.reconcile.matching.identity import Belonging, Identity
from billetbro.reconcile.matching.recreated import made_anew
from billetbro.reconcile.matching.similarity import Sameness, is_alike, is_same, sameness
from billetbro.reconcile.planning.owned_fields import read_time
from billetbro.reconcile.planning.parts import rejection_of

SOLD_BY_TWIN = "sold_by_twin"
SOLD_TWICE = "sold_twice"
WAITS_FOR_TWIN = "waits_for_twin"
LED = frozenset({Outcome.TICKET_EVENT, Outcome.SOLD_ELSEWHERE, Outcome.CANCELLED})
"""What an event can be to the library that leads for the other to leave it alone."""


class Hold(IntEnum):
    """What the twin has of an event, the strongest first; `NOT_FOR_SALE` holds only what shows its sales link."""

    ON_SALE = 0
    SALE_ENDED = 1
    NOT_FOR_SALE = 2
    WANTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An event of the twin's as it looks in one place: in its source, in its link, or in Place2book."""

    looks: Sameness
    hold: Hold
    link: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """What is known of the other library: its name, whether it leads, whether it was ever read, all its links that
    are not deleted, and what it claims, by minute of start and by seccode. `left` tells of our own events which of its
    they were left to before, by seccode; `left_gone` of those that have vanished since."""

    name: str
    leads: bool
    read: bool
    links: tuple[Link, ...]
    by_minute: Mapping[datetime | None, Sequence[Claim]]
    by_seccode: Mapping[str, Sequence[Claim]]
    left: Mapping[str, str] = field(default_factory=dict)
    left_gone: Sequence[tuple[Mapped, str]] = ()

    @property
    def events(self) -> frozenset[TicketEventKey]:
        """Return the Place2book events that are the twin's, whatever they look like."""
        return frozenset(link.key for link in self.links)

    @property
    def seccodes(self) -> frozenset[str]:
        """Return what the sales links of these events are known by."""
        return frozenset(link.seccode for link in self.links if link.seccode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The identities that remain, the events that are left to the twin, as they are now, and what is sold twice.

    `left_to` is which Place2book event of the twin's they were left to, by seccode, where it has one.
    """

    identities: Mapping[str, Identity]
    left: tuple[Mapped, ...] = ()
    left_to: Mapping[str, str] = field(default_factory=dict)
    rejections: tuple[Rejection, ...] = ()


def twin_of(
    name: str,
    *,
    leads: bool,
    read: bool,
    links: Sequence[Link],
    snapshot: Sequence[Mapped],
    begun: Iterable[tuple[str, datetime | None]] = (),
    missing: Collection[str] = (),
    to_come: Collection[TicketEventKey] = (),
    left: Mapping[str, str] | None = None,
    left_gone: Sequence[tuple[Mapped, str]] = (),
) -> Twin:
    """Return what a library has to know of its twin. What the twin merely wants counts where it leads.

    `begun` are the title and start of creates that may have been carried out, `missing` the source events whose
    Place2book event staff have deleted, `to_come` the Place2book events that are over for the twin's source alone.
    """
    standing = tuple(link for link in links if link.status is not LinkStatus.DELETED)
    shown = {mapped.uuid: mapped for mapped in snapshot}
    claims: list[Claim] = []
    for link in standing:
        hold = Hold.NOT_FOR_SALE if link.uuid in missing else _hold_of(link, to_come)
        claims += [Claim(looks=looks, hold=hold, link=link) for looks in _looks_of(link, shown.get(link.uuid))]
    claims += [Claim(looks=sameness(title, start), hold=Hold.WANTED) for title, start in begun]
    sold = {link.uuid for link in links}
    wanted = (m for m in snapshot if (m.outcome in LED if leads else m.outcome is Outcome.CANCELLED and m.uuid in sold))
    claims += [Claim(looks=sameness(m.title, m.starts_at), hold=Hold.WANTED) for m in wanted]
    by_minute: dict[datetime | None, list[Claim]] = defaultdict(list)
    by_seccode: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.hold is not Hold.NOT_FOR_SALE:
            by_minute[claim.looks.minute].append(claim)
        if claim.link and claim.link.seccode:
            by_seccode[claim.link.seccode].append(claim)
    return Twin(
        name=name,
        leads=leads,
        read=read,
        links=standing,
        by_minute=dict(by_minute),
        by_seccode=dict(by_seccode),
        left=left or {},
        left_gone=left_gone,
    )


def is_on_sale(link: Link) -> bool:
    """Return whether the link's event is one that can be bought, as far as we have a say in it."""
    return link.status is LinkStatus.LIVE and not link.applied.get("passive") and link.sale_closed_at is None


def _hold_of(link: Link, to_come: Collection[TicketEventKey]) -> Hold:
    not_over = replace(link, status=LinkStatus.LIVE) if link.key in to_come else link
    if is_on_sale(not_over):
        return Hold.ON_SALE
    ended = link.status is LinkStatus.LIVE and link.sale_closed_at is not None
    return Hold.SALE_ENDED if ended else Hold.NOT_FOR_SALE


def _looks_of(link: Link, mapped: Mapped | None) -> set[Sameness]:
    """Return how an event looks: when it was linked or last loaded, in Place2book, and in its source by now."""
    name, begin_at = link.applied.get("name"), link.applied.get("begin_at")
    looks = {sameness(link.title, link.starts_at), sameness(str(name or link.title), read_time(begin_at))}
    return looks | ({sameness(mapped.title, mapped.starts_at)} if mapped else set())


def leave_to_twin(
    identities: Mapping[str, Identity], twin: Twin | None, sales_hosts: Collection[str], *, resync: bool
) -> Judged:
    """Return what remains for this library; `resync` creates anew what staff deleted in Place2book."""
    if twin is None:
        return Judged(identities=identities)
    ours = frozenset(sameness(i.mapped.title, i.mapped.starts_at) for i in identities.values())
    twin = replace(twin, left={**twin.left, **_left_before_made_anew(identities.values(), twin)})
    remaining: dict[str, Identity] = {}
    left: list[Mapped] = []
    left_to: dict[str, str] = {}
    twice: list[Rejection] = []
    for uuid, identity in identities.items():
        mapped = identity.mapped
        claim = claim_on(mapped, twin, sales_hosts, ours)
        if not _would_begin_to_sell(identity, sales_hosts, resync=resync):
            remaining[uuid] = identity
            if claim and twin.leads and claim.hold is Hold.ON_SALE and _sells(identity):
                twice.append(rejection_of(mapped, SOLD_TWICE, None, _whose(twin, claim)))
        elif claim and not (claim.hold is Hold.SALE_ENDED and _has_one_of_its_own(identity)):
            left.append(_left(identity, SOLD_BY_TWIN, _whose(twin, claim)))
            left_to |= {uuid: claim.link.seccode} if claim.link and claim.link.seccode else {}
        elif twin.leads and not twin.read and identity.link is None:
            left.append(_left(identity, WAITS_FOR_TWIN, twin.name))
        else:
            remaining[uuid] = identity
    return Judged(identities=remaining, left=tuple(left), left_to=left_to, rejections=tuple(twice))


def claim_on(mapped: Mapped, twin: Twin, sales_hosts: Collection[str], ours: Collection[Sameness] = ()) -> Claim | None:
    """Return what the twin has to say of an event: the strongest of its claims, one with just its title first.

    What looks just as another of `ours` is that one's, and no other's whose title is longer or shorter.
    """
    looks = sameness(mapped.title, mapped.starts_at)
    here = [claim for claim in twin.by_minute.get(looks.minute, ()) if is_same(looks, claim.looks)]
    found = [claim for claim in here if claim.looks == looks or claim.looks not in ours]
    shown = twin.by_seccode.get(seccode_of(mapped.link or "", sales_hosts) or "", ())
    found += [claim for claim in shown if is_alike(looks, claim.looks)]
    before = twin.by_seccode.get(twin.left.get(mapped.uuid, ""), ())
    found += [claim for claim in before if claim.hold is not Hold.NOT_FOR_SALE and is_alike(looks, claim.looks)]
    return min(found, key=lambda claim: (claim.hold, claim.looks != looks), default=None)


def _left_before_made_anew(identities: Iterable[Identity], twin: Twin) -> dict[str, str]:
    """Return what instances that a source made anew were left to under the uuids that they had before."""
    anew = [i.mapped for i in identities if i.belonging is Belonging.NEW and i.mapped.uuid not in twin.left]
    seccodes = {gone.uuid: seccode for gone, seccode in twin.left_gone}
    return {new.uuid: seccodes[gone.uuid] for new, gone in made_anew(anew, [gone for gone, _ in twin.left_gone])}


def _would_begin_to_sell(identity: Identity, sales_hosts: Collection[str], *, resync: bool) -> bool:
    """Return whether the event would be bought here from now on, or shown as a new one, and was not before."""
    match identity.belonging:
        case Belonging.NEW:
            return True
        case Belonging.ADOPTED:
            named = seccode_of(identity.mapped.link or "", sales_hosts)
            by_link = identity.current is not None and named == identity.current.seccode
            return not (identity.begun_by_us or by_link)
        case Belonging.MISSING:
            return resync
        case Belonging.UNKNOWN_LINK:
            return False
    passive = identity.mapped.outcome is Outcome.PASSIVE_EVENT
    return not passive and identity.link is not None and not is_on_sale(identity.link)


def _has_one_of_its_own(identity: Identity) -> bool:
    return identity.link is not None and identity.current is not None


def _sells(identity: Identity) -> bool:
    return _has_one_of_its_own(identity) and identity.link is not None and is_on_sale(identity.link)


def _left(identity: Identity, code: str, found: str) -> Mapped:
    outcome = Outcome.SKIPPED if identity.link is None else Outcome.REJECTED
    return replace(identity.mapped, outcome=outcome, desired=None, code=code, field=None, found=found)


def _whose(twin: Twin, claim: Claim) -> str:
    address = claim.link.sales_location if claim.link else ""
    return f"{twin.name}, {address}" if address else twin.name


def without_left(snapshot: Sequence[Mapped], left: Sequence[Mapped]) -> tuple[Mapped, ...]:
    """Return the snapshot with what is left to the twin as it is now."""
    by_uuid = {mapped.uuid: mapped for mapped in left}
    return tuple(by_uuid.get(mapped.uuid, mapped) for mapped in snapshot)


def not_of(twin: Twin | None, events: Iterable[CurrentEvent]) -> tuple[CurrentEvent, ...]:
    """Return the Place2book events that are not the twin's: what it has linked is nobody else's to find."""
    taken = twin.events if twin else frozenset()
    return tuple(event for event in events if event.key not in taken)


def has(twin: Twin | None, mapped: Mapped, rules: LibraryRules) -> bool:
    """Return whether the twin has an event that ours has been over; it then stays over."""
    return twin is not None and claim_on(mapped, twin, rules.sales_hosts) is not None
