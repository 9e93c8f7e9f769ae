"""What a library's twin claims, and how strongly. Twins show the same events. Pure."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from functools import cached_property

from billetbro.models import Link, LinkStatus, Mapped, Outcome, TicketEventKey
from billetbro.models.sales_links import seccode_of
from billetbro.reconcile.matching.similarity import Features, features_of, is_alike, is_same
from billetbro.reconcile.planning.owned_fields import read_time

LED = frozenset({Outcome.TICKET_EVENT, Outcome.SOLD_ELSEWHERE, Outcome.CANCELLED})
"""Outcomes at the leading library that make the follower leave the event alone."""


class Hold(IntEnum):
    """How strongly the twin holds an event, strongest first; `NOT_FOR_SALE` holds only what shows its sales link."""

    ON_SALE = 0
    SALE_ENDED = 1
    NOT_FOR_SALE = 2
    WANTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One of the twin's events as its source, its link or Place2book shows it."""

    looks: Features
    hold: Hold
    link: Link | None = None


@dataclass(frozen=True, kw_only=True)
class Twin:
    """The other library: its name, whether it leads, whether it was ever read, its links and its snapshot.

    `creates_in_doubt`: title and start of creates that may have been carried out. `missing`: source events whose
    Place2book event staff deleted. `to_come`: Place2book events still ahead that are over by the source. `deferred`:
    seccodes to which our events were deferred before, by uuid; `deferred_gone`: the same for vanished events.
    """

    name: str
    leads: bool
    read: bool
    links: tuple[Link, ...]
    snapshot: tuple[Mapped, ...] = ()
    creates_in_doubt: Sequence[tuple[str, datetime | None]] = ()
    missing: Collection[str] = ()
    to_come: Collection[TicketEventKey] = ()
    deferred: Mapping[str, str] = field(default_factory=dict)
    deferred_gone: Sequence[tuple[Mapped, str]] = ()

    @cached_property
    def standing(self) -> tuple[Link, ...]:
        """Return its links that are not deleted."""
        return tuple(link for link in self.links if link.status is not LinkStatus.DELETED)

    @cached_property
    def events(self) -> frozenset[TicketEventKey]:
        """Return the keys of the Place2book events that the twin has linked."""
        return frozenset(link.key for link in self.standing)

    @cached_property
    def seccodes(self) -> frozenset[str]:
        """Return the seccodes of these events."""
        return frozenset(link.seccode for link in self.standing if link.seccode)

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """Return all claims. Events that it only wants count where it leads."""
        shown = {mapped.uuid: mapped for mapped in self.snapshot}
        claims: list[Claim] = []
        for link in self.standing:
            hold = Hold.NOT_FOR_SALE if link.uuid in self.missing else self._hold_of(link)
            claims += [Claim(looks=looks, hold=hold, link=link) for looks in _looks_of(link, shown.get(link.uuid))]
        claims += [Claim(looks=features_of(*create), hold=Hold.WANTED) for create in self.creates_in_doubt]
        sold = {link.uuid for link in self.links}
        wanted = (
            m
            for m in self.snapshot
            if (m.outcome in LED if self.leads else m.outcome is Outcome.CANCELLED and m.uuid in sold)
        )
        claims += [Claim(looks=features_of(m.title, m.starts_at), hold=Hold.WANTED) for m in wanted]
        return tuple(claims)

    @cached_property
    def by_minute(self) -> Mapping[datetime | None, Sequence[Claim]]:
        """Return the claims on what is for sale, by minute of start."""
        by_minute: dict[datetime | None, list[Claim]] = defaultdict(list)
        for claim in self.claims:
            if claim.hold is not Hold.NOT_FOR_SALE:
                by_minute[claim.looks.minute].append(claim)
        return dict(by_minute)

    @cached_property
    def by_seccode(self) -> Mapping[str, Sequence[Claim]]:
        """Return the claims on Place2book events, by seccode."""
        by_seccode: dict[str, list[Claim]] = defaultdict(list)
        for claim in self.claims:
            if claim.link and claim.link.seccode:
                by_seccode[claim.link.seccode].append(claim)
        return dict(by_seccode)

    def claim_on(self, mapped: Mapped, sales_hosts: Collection[str], ours: Collection[Features] = ()) -> Claim | None:
        """Return the strongest claim on an event of ours, one with exactly its title first.

        A claim that matches another of `ours` exactly belongs to that one, not to one with a longer or shorter title.
        """
        looks = features_of(mapped.title, mapped.starts_at)
        here = [claim for claim in self.by_minute.get(looks.minute, ()) if is_same(looks, claim.looks)]
        found = [claim for claim in here if claim.looks == looks or claim.looks not in ours]
        shown = self.by_seccode.get(seccode_of(mapped.link or "", sales_hosts) or "", ())
        found += [claim for claim in shown if is_alike(looks, claim.looks)]
        before = self.by_seccode.get(self.deferred.get(mapped.uuid, ""), ())
        found += [claim for claim in before if claim.hold is not Hold.NOT_FOR_SALE and is_alike(looks, claim.looks)]
        return min(found, key=lambda claim: (claim.hold, claim.looks != looks), default=None)

    def _hold_of(self, link: Link) -> Hold:
        not_over = replace(link, status=LinkStatus.LIVE) if link.key in self.to_come else link
        if is_on_sale(not_over):
            return Hold.ON_SALE
        ended = link.status is LinkStatus.LIVE and link.sale_closed_at is not None
        return Hold.SALE_ENDED if ended else Hold.NOT_FOR_SALE


def is_on_sale(link: Link) -> bool:
    """Return whether tickets for the link's event can be bought, as far as we control it."""
    return link.status is LinkStatus.LIVE and not link.applied.get("passive") and link.sale_closed_at is None


def _looks_of(link: Link, mapped: Mapped | None) -> set[Features]:
    """Return the features of an event as last loaded, in Place2book, and in its source now."""
    name, begin_at = link.applied.get("name"), link.applied.get("begin_at")
    looks = {features_of(link.title, link.starts_at), features_of(str(name or link.title), read_time(begin_at))}
    return looks | ({features_of(mapped.title, mapped.starts_at)} if mapped else set())
