"""Which events a library leaves to its twin: two libraries that show the same events, of which one leads. Pure.

Two events are the same when they start in the same minute and have the same title, but for capitals, punctuation and
white space; or when one shows the sales link of the other's Place2book event, and title or start are the same.

| the event | its twin | then |
|---|---|---|
| on sale | whatever it does | goes on as if there were no twin; of a follower, `sold_twice` when both sell it |
| not on sale | sells it, or may have begun to | `sold_by_twin`: none created, reopened, or adopted by name and start |
| not on sale | leads, and wants to sell it, sells it elsewhere or has called it off | `sold_by_twin` |
| new | leads, and was never read | `waits_for_twin` |
| its create was begun by us, or it shows the link of a free event | whatever it does | on sale already: adopted |

What has no Place2book event is skipped; what has one that is not for sale (passive, over, its sale ended) is rejected,
so that nothing is done to it. On sale is a live link to an event that is not passive and whose sale we have not ended.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from include.models import CurrentEvent, LibraryRules, Link, LinkStatus, Mapped, Outcome, Rejection
from include.sync.identity import Belonging, Identity
from include.sync.plan_parts import rejection_of
from include.sync.sales_links import seccode_of

SOLD_BY_TWIN = "sold_by_twin"
SOLD_TWICE = "sold_twice"
WAITS_FOR_TWIN = "waits_for_twin"
LED = frozenset({Outcome.TICKET_EVENT, Outcome.SOLD_ELSEWHERE, Outcome.CANCELLED})
"""What an event can be to the library that leads for the other to leave it alone."""

Sameness = tuple[str, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An event that the twin sells, or may; `link` is the one that it is on sale by."""

    title: str
    starts_at: datetime | None
    link: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """What is known of the other library: its name, whether it leads, whether it was ever read, all its links that
    are not deleted, and what it claims: of events that are the same, one that is on sale."""

    name: str
    leads: bool
    read: bool
    links: tuple[Link, ...]
    claims: Mapping[Sameness, Claim]

    @property
    def events(self) -> frozenset[tuple[int, int]]:
        """Return the Place2book events (event maker, event) that are the twin's, whatever they look like."""
        return frozenset((link.event_maker, link.event_id) for link in self.links)

    @property
    def seccodes(self) -> frozenset[str]:
        """Return what the sales links of these events are known by."""
        return frozenset(link.seccode for link in self.links if link.seccode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The identities that remain, the events that are left to the twin, as they are now, and what is sold twice."""

    identities: Mapping[str, Identity]
    left: tuple[Mapped, ...] = ()
    rejections: tuple[Rejection, ...] = ()


def twin_of(
    name: str,
    *,
    leads: bool,
    read: bool,
    links: Iterable[Link],
    snapshot: Iterable[Mapped],
    begun: Iterable[tuple[str, datetime | None]] = (),
    missing: Collection[str] = (),
) -> Twin:
    """Return what a library has to know of its twin. What the twin merely wants counts where it leads.

    `begun` are the title and start of creates that may have been carried out, `missing` the source events whose
    Place2book event staff have deleted.
    """
    standing = tuple(link for link in links if link.status is not LinkStatus.DELETED)
    on_sale = [link for link in standing if is_on_sale(link) and link.uuid not in missing]
    claims = [Claim(title=link.title, starts_at=link.starts_at, link=link) for link in on_sale]
    claims += [Claim(title=title, starts_at=starts_at) for title, starts_at in begun]
    wanted = [mapped for mapped in snapshot if mapped.outcome in LED] if leads else []
    claims += [Claim(title=mapped.title, starts_at=mapped.starts_at) for mapped in wanted]
    by_sameness = {sameness(claim.title, claim.starts_at): claim for claim in reversed(claims)}
    return Twin(name=name, leads=leads, read=read, links=standing, claims=by_sameness)


def is_on_sale(link: Link) -> bool:
    """Return whether the link's event is one that can be bought, as far as we have a say in it."""
    return link.status is LinkStatus.LIVE and not link.applied.get("passive") and link.sale_closed_at is None


def leave_to_twin(
    identities: Mapping[str, Identity], twin: Twin | None, sales_hosts: Collection[str], *, resync: bool
) -> Judged:
    """Return what remains for this library; `resync` creates anew what staff deleted in Place2book."""
    if twin is None:
        return Judged(identities=identities)
    remaining: dict[str, Identity] = {}
    left: list[Mapped] = []
    twice: list[Rejection] = []
    for uuid, identity in identities.items():
        mapped = identity.mapped
        claim = claim_on(mapped, twin, sales_hosts)
        if not _would_begin_to_sell(identity, sales_hosts, resync=resync):
            remaining[uuid] = identity
            if claim and twin.leads and _both_sell(identity, claim):
                twice.append(rejection_of(mapped, SOLD_TWICE, None, _whose(twin, claim)))
        elif claim:
            left.append(_left(identity, SOLD_BY_TWIN, _whose(twin, claim)))
        elif twin.leads and not twin.read and identity.link is None:
            left.append(_left(identity, WAITS_FOR_TWIN, twin.name))
        else:
            remaining[uuid] = identity
    return Judged(identities=remaining, left=tuple(left), rejections=tuple(twice))


def claim_on(mapped: Mapped, twin: Twin, sales_hosts: Collection[str]) -> Claim | None:
    """Return what the twin has to say of an event: the one that is on sale first, then any."""
    same = sameness(mapped.title, mapped.starts_at)
    claim = twin.claims.get(same)
    if claim and claim.link:
        return claim
    if seccode := seccode_of(mapped.link or "", sales_hosts):
        for link in twin.links:
            if link.seccode == seccode and _alike(same, sameness(link.title, link.starts_at)):
                return Claim(title=link.title, starts_at=link.starts_at, link=link)
    return claim


def sameness(title: str, starts_at: datetime | None) -> Sameness:
    """Return what two events have in common when they are the same: the bare title, and the minute of the start."""
    letters = unicodedata.normalize("NFKC", title).casefold()
    bare = "".join(letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in letters)
    minute = starts_at and starts_at.astimezone(UTC).replace(second=0, microsecond=0)
    return " ".join(bare.split()) or title.strip(), minute


def _alike(one: Sameness, other: Sameness) -> bool:
    """Return whether an event that shows another's link is it, and no copy of it: both other is one for itself."""
    return one[0] == other[0] or one[1] == other[1]


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


def _both_sell(identity: Identity, claim: Claim) -> bool:
    there = identity.current is not None and identity.link is not None and is_on_sale(identity.link)
    return there and claim.link is not None and is_on_sale(claim.link)


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
    return tuple(event for event in events if (event.event_maker, event.event_id) not in taken)


def has(twin: Twin | None, mapped: Mapped, rules: LibraryRules) -> bool:
    """Return whether the twin has an event that ours has been over; it then stays over."""
    return twin is not None and claim_on(mapped, twin, rules.sales_hosts) is not None
