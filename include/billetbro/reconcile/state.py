"""The state of a load: what our tables hold, what Place2book shows, and what follows from both. Pure.

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
from billetbro.models.sync import Link, LinkStatus, LookalikeChoice, Mapped, Refusal, Rejection, Window, WriteInDoubt
from billetbro.models.ticketing import CurrentEvent, PriceReading, TicketEventKey
from billetbro.reconcile.matching.twin_claims import Twin


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What decisions depend on in a run. `events` limits it to these uuids; empty means all.

    `window`: which events the snapshot holds. A person sets `by_hand` and `allow_mass_removal`.
    """

    run_id: str
    mode: Mode
    now: datetime
    window: Window
    events: frozenset[str] = frozenset()
    by_hand: bool = False
    allow_mass_removal: bool = False
    read_all_prices: bool = False

    @property
    def reads_all_prices(self) -> bool:
        """Return whether every event's prices are read, whatever is known of them."""
        return self.read_all_prices or self.resync or bool(self.events)

    @property
    def resync(self) -> bool:
        """Return whether every difference is pushed at once."""
        return self.mode is Mode.RESYNC

    def asked_for(self, uuid: str) -> bool:
        """Return whether the run includes the source event."""
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
    """How one source event was matched: its link (with the old uuid when MOVED), the Place2book event, and whether we
    began to create that (rule 4).

    `lookalikes`: unlinked events that look like it, where it has none (matching/lookalikes.py). `chosen`: a person said
    that `current` is the same.
    """

    mapped: Mapped
    belonging: Belonging
    link: Link | None = None
    current: CurrentEvent | None = None
    created_by_us: bool = False
    chosen: bool = False
    lookalikes: tuple[CurrentEvent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InDoubt:
    """The outcome of the writes in doubt (`in_doubt.py`).

    `confirmed`: the Place2book event of each change that was carried out, by change id. `deferred`: those whose event
    could not be read. `lost`: source events of creates that were not found; `recheck`: those of them that are checked
    once more before they are created again.
    """

    confirmed: Mapping[int, int] = field(default_factory=dict)
    deferred: tuple[WriteInDoubt, ...] = ()
    lost: frozenset[str] = frozenset()
    recheck: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class ReconcileState:
    """Everything known of one library during a load.

    From our tables: `snapshot`, the mapped source events; `links`, deleted ones too; `former_seccodes`, of links
    that were pruned, the twin's too; `changed_links`, links that differ
    from the stored ones; `writes_in_doubt`; `reported_missing`, source events whose Place2book event may be gone, as
    staff were told or because we may have deleted it; `foreign_claims`, what other libraries sell for the same makers;
    `choices`, what people said of lookalikes; `pages`, the source events' pages, if an unlinked event names one.

    `readings`: when each linked event was last read, and what it was then.

    From Place2book: `listed`, the events of the library's event makers, without prices, or with those last read where
    their row is the same; `missing`, linked events that
    are gone; `unread`, linked events that could not be read; `row_hashes`, of the rows of the list; `currents`, events
    with their prices, which those in `read_now` were read for; `concerned`, events whose prices have to be read.

    Derived: `in_doubt`, `identities`, and what is deferred to the twin: `deferred` as it now is, `deferred_to` the
    seccode by uuid, `sold_twice` what both sell.
    """

    run: Run
    rules: LibraryRules
    snapshot: tuple[Mapped, ...] = ()
    links: tuple[Link, ...] = ()
    former_seccodes: frozenset[str] = frozenset()
    changed_links: Mapping[str, Link] = field(default_factory=dict)
    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    writes_in_doubt: tuple[WriteInDoubt, ...] = ()
    reported_missing: frozenset[str] = frozenset()
    foreign_claims: frozenset[TicketEventKey] = frozenset()
    choices: Mapping[tuple[str, TicketEventKey], LookalikeChoice] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    twin: Twin | None = None
    readings: Mapping[TicketEventKey, PriceReading] = field(default_factory=dict)

    listed: tuple[CurrentEvent, ...] = ()
    missing: tuple[TicketEventKey, ...] = ()
    unread: frozenset[TicketEventKey] = frozenset()
    row_hashes: Mapping[TicketEventKey, str] = field(default_factory=dict)
    currents: Mapping[TicketEventKey, CurrentEvent] = field(default_factory=dict)
    read_now: frozenset[TicketEventKey] = frozenset()
    concerned: frozenset[TicketEventKey] = frozenset()

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
        """Return how many events with a live link have not ended."""
        return sum(not link.is_over(self.run.now) for link in self.live_links)

    @cached_property
    def taken(self) -> frozenset[TicketEventKey]:
        """Return the keys of the Place2book events that the library has linked."""
        return frozenset(link.key for link in self.links if link.status is not LinkStatus.DELETED)

    @cached_property
    def events(self) -> Mapping[TicketEventKey, CurrentEvent]:
        """Return the listed events that no other library claims, by key."""
        claimed = self.foreign_claims | (self.twin.events if self.twin else frozenset())
        events = {event.key: event for event in self.listed}
        return {key: event for key, event in events.items() if key not in claimed} if claimed else events

    @cached_property
    def free_events(self) -> tuple[CurrentEvent, ...]:
        """Return the events that have no link and never had one that was pruned."""
        free = (event for key, event in self.events.items() if key not in self.taken)
        return tuple(event for event in free if event.seccode not in self.former_seccodes)

    @cached_property
    def free_to_come(self) -> tuple[CurrentEvent, ...]:
        """Return those of them that are not over, the earliest number first."""
        now = self.run.now
        free = (event for event in self.free_events if event.end_at is None or event.end_at > now)
        return tuple(sorted(free, key=lambda event: event.event_id))

    @property
    def to_plan(self) -> list[CurrentEvent]:
        """Return the events that a plan can concern: linked ones, and those matched with a source event."""
        keys = {link.key for link in self.live_links}
        keys |= {identity.current.key for identity in self.identities.values() if identity.current}
        return [event for key, event in self.events.items() if key in keys]

    @cached_property
    def unreadable(self) -> Mapping[str, int]:
        """Return the source events whose Place2book event could not be read, with its number: they are left alone."""
        keys = self.unread.union(write.key for write in self.in_doubt.deferred)
        found = {write.uuid: write.key.event_id for write in self.in_doubt.deferred}
        found |= {link.uuid: link.event_id for link in self.live_links if link.key in keys}
        for uuid, identity in self.identities.items():
            stands = identity.current or identity.link
            if stands is not None and stands.key in keys:
                found[uuid] = stands.event_id
        return found

    def concerns(self, uuid: str) -> bool:
        """Return whether the run may change anything about the source event."""
        return self.run.asked_for(uuid) and uuid not in self.unreadable

    def with_links(self, changed: Iterable[Link]) -> Self:
        """Return the state with these links replacing those of the same source events."""
        ours = {link.uuid: link for link in changed}
        if not ours:
            return self
        kept = (link for link in self.links if link.uuid not in ours)
        return replace(self, links=(*kept, *ours.values()), changed_links={**self.changed_links, **ours})
