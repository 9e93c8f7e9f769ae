"""The one state that a load decides by: what our tables know, what Place2book shows, and what follows from both. Pure.

`steps/load/reconcile_state.py` reads it. Each stage of the core takes it and returns it completed:
`in_doubt.resolve_in_doubt`, `matching.identity.match_events`, `planning.plan.make_plan`, `policies.apply_policies`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Self

from billetbro.models.rules import LibraryRules, Mode
from billetbro.models.sync import Link, LinkStatus, Mapped, Refusal, Rejection, Window, WriteInDoubt
from billetbro.models.ticketing import CurrentEvent, TicketEventKey
from billetbro.reconcile.matching.twin_claims import Twin


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The circumstances of a run that decisions depend on. `events` limits it to these uuids; empty is all.

    `window` is which events the snapshot holds. `by_hand` and `allow_mass_removal` are a person's word.
    """

    run_id: str
    mode: Mode
    now: datetime
    window: Window
    events: frozenset[str] = frozenset()
    by_hand: bool = False
    allow_mass_removal: bool = False

    @property
    def resync(self) -> bool:
        """Return whether everything that differs is pushed, and nothing is waited for."""
        return self.mode is Mode.RESYNC

    def asked_for(self, uuid: str) -> bool:
        """Return whether the run was asked to look at the source event."""
        return not self.events or uuid in self.events


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
    created_by_us: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InDoubt:
    """What became of the writes in doubt (`in_doubt.py`).

    `confirmed` are the changes that were carried out, by id, each with its Place2book event's number. `deferred` are
    those whose event could not be read. `lost` are the source events of creates that were not found, `recheck` those
    of them that are looked for once more before they are created again.
    """

    confirmed: Mapping[int, int] = field(default_factory=dict)
    deferred: tuple[WriteInDoubt, ...] = ()
    lost: frozenset[str] = frozenset()
    recheck: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class ReconcileState:
    """Everything that is known of one library while it is loaded.

    From our tables: `snapshot` is what each source event is to us, `links` are all of the library's, deleted ones too,
    `changed_links` those that this load found to be other than stored. `writes_in_doubt` are changes whose answer was
    lost. `reported_missing` are source events whose Place2book event may well be gone: staff were told so, or we may
    have deleted it. `foreign_claims` are what other libraries sell for the same event makers.

    From Place2book: `listed` is what it shows of the library's event makers, without prices. `missing` are linked
    events that it no longer has, `unread` those that could not be read. `currents` are events with their prices.

    What follows: `in_doubt`, `identities`, and what is left to the twin: `deferred` as it is now, `deferred_to` by
    seccode, `sold_twice` what both sell.
    """

    run: Run
    rules: LibraryRules
    snapshot: tuple[Mapped, ...] = ()
    links: tuple[Link, ...] = ()
    changed_links: Mapping[str, Link] = field(default_factory=dict)
    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    writes_in_doubt: tuple[WriteInDoubt, ...] = ()
    reported_missing: frozenset[str] = frozenset()
    foreign_claims: frozenset[TicketEventKey] = frozenset()
    twin: Twin | None = None

    listed: tuple[CurrentEvent, ...] = ()
    missing: tuple[TicketEventKey, ...] = ()
    unread: frozenset[TicketEventKey] = frozenset()
    currents: Mapping[TicketEventKey, CurrentEvent] = field(default_factory=dict)

    in_doubt: InDoubt = field(default_factory=InDoubt)
    identities: Mapping[str, Identity] = field(default_factory=dict)
    deferred: tuple[Mapped, ...] = ()
    deferred_to: Mapping[str, str] = field(default_factory=dict)
    sold_twice: tuple[Rejection, ...] = ()

    @cached_property
    def mapped(self) -> Mapping[str, Mapped]:
        """Return the snapshot by uuid."""
        return {mapped.uuid: mapped for mapped in self.snapshot}

    @cached_property
    def wanted(self) -> tuple[Mapped, ...]:
        """Return the source events that should be in Place2book."""
        return tuple(mapped for mapped in self.snapshot if mapped.is_wanted)

    @cached_property
    def link_of(self) -> Mapping[str, Link]:
        """Return the links by uuid."""
        return {link.uuid: link for link in self.links}

    @cached_property
    def live_links(self) -> tuple[Link, ...]:
        """Return the links of events that are neither over nor deleted."""
        return tuple(link for link in self.links if link.status is LinkStatus.LIVE)

    @property
    def live_links_to_come(self) -> int:
        """Return how many linked events have not ended, whatever their links say."""
        return sum(not link.is_over(self.run.now) for link in self.live_links)

    @cached_property
    def taken(self) -> frozenset[TicketEventKey]:
        """Return the Place2book events that links of the library are of."""
        return frozenset(link.key for link in self.links if link.status is not LinkStatus.DELETED)

    @cached_property
    def events(self) -> Mapping[TicketEventKey, CurrentEvent]:
        """Return the listed events that can be this library's: what others have linked is nobody else's to find."""
        claimed = self.foreign_claims | (self.twin.events if self.twin else frozenset())
        return {event.key: event for event in self.listed if event.key not in claimed}

    @cached_property
    def free_events(self) -> tuple[CurrentEvent, ...]:
        """Return the events that no link is of."""
        return tuple(event for event in self.events.values() if event.key not in self.taken)

    @property
    def to_plan(self) -> list[CurrentEvent]:
        """Return the events that a plan can be about: those linked, and those found to belong to a source event."""
        keys = {link.key for link in self.live_links}
        keys |= {identity.current.key for identity in self.identities.values() if identity.current}
        return [event for key, event in self.events.items() if key in keys]

    @cached_property
    def unreadable(self) -> Mapping[str, int]:
        """Return the source events that a Place2book event which could not be read, by its number, may belong to.

        Nothing is known of it, so that nothing may follow.
        """
        keys = self.unread.union(write.key for write in self.in_doubt.deferred)
        found = {write.uuid: write.key.event_id for write in self.in_doubt.deferred}
        found |= {link.uuid: link.event_id for link in self.live_links if link.key in keys}
        for uuid, identity in self.identities.items():
            stands = identity.current or identity.link
            if stands is not None and stands.key in keys:
                found[uuid] = stands.event_id
        return found

    def concerns(self, uuid: str) -> bool:
        """Return whether the run is to do anything about the source event."""
        return self.run.asked_for(uuid) and uuid not in self.unreadable

    def with_links(self, changed: Iterable[Link]) -> Self:
        """Return the state with these links in the place of what was known of the same source events."""
        ours = {link.uuid: link for link in changed}
        kept = (link for link in self.links if link.uuid not in ours)
        return replace(self, links=(*kept, *ours.values()), changed_links={**self.changed_links, **ours})
