"""Everything that a load has to know, read before anything is planned: our own tables first, then Place2book."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from billetbro.api.place2book.client import Place2bookClient
from billetbro.models import (
    BegunChange,
    CurrentEvent,
    Kind,
    LibraryRules,
    Link,
    LinkStatus,
    Mapped,
    Mode,
    Outcome,
    Rejection,
    SourceEvent,
    TicketEventKey,
    Window,
)
from billetbro.reconcile.in_doubt import can_be_told
from billetbro.reconcile.matching.identity import Identity, identify, is_over, wants_an_event
from billetbro.reconcile.matching.twins import Twin, has, leave_to_twin, not_of, without_left
from billetbro.reconcile.planning.plan import Run
from billetbro.settings.libraries import Library
from billetbro.steps.library_rules import rules_of
from billetbro.steps.load.foreign_claims import read_foreign_claims
from billetbro.steps.load.in_doubt import Recovered, addressed, carried_out_after_all, revive
from billetbro.steps.load.observe import Observation, Priced, earliest_sought, observe, with_readable_prices
from billetbro.steps.load.twins import read_twin
from billetbro.steps.request import NothingToDo, RunRequest
from billetbro.store.changes import begun_changes
from billetbro.store.links import read_links
from billetbro.store.rejections import open_codes
from billetbro.store.runs import read_run
from billetbro.store.snapshots import (
    forget_ticket_events,
    read_mapped,
    read_source_events,
    store_mapped,
    store_ticket_events,
)
from billetbro.store.twins import remember_left


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was read; `recovered` are the links that changed by it, and are among `links`.

    `left_to_twin` are the events of the snapshot that the library's twin has, `left_to` which of its Place2book events
    by seccode, `sold_twice` those that both sell.
    """

    snapshot: tuple[Mapped, ...]
    links: tuple[Link, ...]
    identities: Mapping[str, Identity]
    currents: Mapping[TicketEventKey, CurrentEvent]
    observation: Observation
    recovered: Recovered
    run: Run
    rules: LibraryRules
    left_to_twin: tuple[Mapped, ...] = ()
    left_to: Mapping[str, str] = field(default_factory=dict)
    sold_twice: tuple[Rejection, ...] = ()

    @property
    def live_links(self) -> int:
        """Return how many linked events are still to come."""
        return sum(link.status is LinkStatus.LIVE and not is_over(link, self.run.now) for link in self.links)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ours:
    """What our own tables know of a library; `missing` are those of which staff were told that they are gone, and
    those that we may have deleted, `others` the Place2book events that other libraries have linked."""

    window: Window
    snapshot: tuple[Mapped, ...]
    links: tuple[Link, ...]
    rules: LibraryRules
    begun: tuple[BegunChange, ...]
    missing: frozenset[str]
    sources: Mapping[str, SourceEvent]
    twin: Twin | None
    others: frozenset[TicketEventKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What Place2book has of ours, and the links after it was looked at.

    `lost` are the source events whose create may not have been carried out, `awaited` those that are looked for again.
    """

    observation: Observation
    links: tuple[Link, ...]
    recovered: Recovered
    lost: frozenset[str]
    awaited: frozenset[str]


def read_known(
    engine: Engine,
    library: Library,
    request: RunRequest,
    client: Place2bookClient,
    now: datetime,
    twin_library: Library | None,
) -> Known:
    """Read everything; raises NothingToDo without a mapped snapshot of this run, and what reading Place2book raises."""
    ours = _read_ours(engine, library, request, client.host, twin_library, now)
    run = Run(run_id=request.run_id, mode=request.mode, now=now, window=ours.window, events=request.events)
    found = _look(client, ours, run, believe_missing=request.allow_mass_removal)
    identities = _identities(ours, found, run)
    judged = leave_to_twin(identities, ours.twin, ours.rules.sales_hosts, resync=run.mode is Mode.RESYNC)
    priced = _priced(client, found.observation, found.links, judged.identities)
    unread = found.observation.unread | priced.unread
    unreadable = _unreadable(unread, found.recovered.unread, found.links, judged.identities)
    return Known(
        snapshot=without_left(ours.snapshot, judged.left),
        links=found.links,
        identities=judged.identities,
        currents=priced.events,
        observation=found.observation,
        recovered=found.recovered,
        run=replace(run, unreadable=unreadable, awaited=found.awaited),
        rules=ours.rules,
        left_to_twin=judged.left,
        left_to=judged.left_to,
        sold_twice=tuple(rejection for rejection in judged.rejections if run.asked_for(rejection.uuid)),
    )


def _read_ours(
    engine: Engine,
    library: Library,
    request: RunRequest,
    sales_host: str,
    twin_library: Library | None,
    now: datetime,
) -> _Ours:
    """Read our own tables; raises NothingToDo without a mapped snapshot of this run, SettingsError for an id that was
    changed."""
    with engine.connect() as connection:
        record = read_run(connection, request.run_id, library.id)
        if record.transformed_at is None or record.window_start is None:
            raise NothingToDo(library.id)
        begun = tuple(filter(can_be_told, begun_changes(connection, library.id, request.run_id)))
        rejected = open_codes(connection, library.id)
        told = frozenset(uuid for uuid, code in rejected if code == "event_missing_in_place2book")
        snapshot, links = read_mapped(connection, library.id), read_links(connection, library.id)
        return _Ours(
            window=Window(start=record.window_start, end=record.window_end),
            snapshot=snapshot,
            links=links,
            rules=rules_of(connection, library, sales_host),
            begun=begun,
            missing=told.union(change.uuid for change in begun if change.kind is Kind.DELETE),
            sources=read_source_events(connection, library.id) if begun else {},
            twin=read_twin(connection, library, twin_library, now),
            others=read_foreign_claims(connection, library, twin_library, links, snapshot),
        )


def _look(client: Place2bookClient, ours: _Ours, run: Run, *, believe_missing: bool) -> _Found:
    """Look at Place2book, and find there what became of links that were given up and of answers that were lost."""
    snapshot, rules, twin = ours.snapshot, ours.rules, ours.twin
    revived = revive(
        ours.links, [mapped for mapped in snapshot if run.concerns(mapped.uuid) and not has(twin, mapped, rules)]
    )
    links = revived.among(ours.links)
    seen = observe(
        client,
        links,
        rules,
        earliest_sought(ours.window.start, snapshot, ours.links, ours.begun, run.now),
        run.now,
        ours.missing,
        created_at=(change.event_maker for change in ours.begun if change.kind is Kind.CREATE),
        believe_missing=believe_missing,
    )
    free = (event for event in seen.events if event.key not in ours.others)
    observation = replace(seen, events=not_of(twin, free))
    told = addressed(links, observation.events)
    links = told.among(links)
    recovered = carried_out_after_all(client, ours.begun, links, observation, snapshot, ours.sources)
    undone = (change for change in ours.begun if change.change_id not in recovered.carried_out)
    lost = frozenset(change.uuid for change in undone if change.kind is Kind.CREATE)
    return _Found(
        observation=observation,
        links=recovered.among(links),
        recovered=replace(recovered, links=recovered.among(told.among(revived.links))),
        lost=lost,
        awaited=_awaited(ours.begun, lost, seen),
    )


def _awaited(begun: Sequence[BegunChange], lost: Collection[str], observation: Observation) -> frozenset[str]:
    """Return the lost creates that are looked for once more, since Place2book listed nothing at all for their maker."""
    listed = {event.event_maker for event in observation.events}
    unseen = (c for c in begun if c.kind is Kind.CREATE and c.uuid in lost and c.event_maker not in listed)
    return frozenset(change.uuid for change in unseen if change.looks == 0)


def _identities(ours: _Ours, found: _Found, run: Run) -> dict[str, Identity]:
    """Return which Place2book event belongs to each source event that should have one."""
    twin, hosts, events = ours.twin, ours.rules.sales_hosts, found.observation.events
    wanted = [mapped for mapped in ours.snapshot if wants_an_event(mapped)]
    present = frozenset(mapped.uuid for mapped in ours.snapshot)
    seccodes = twin.seccodes if twin else ()
    return identify(wanted, present, found.links, events, found.lost, hosts, run.window, run.now, seccodes)


def _unreadable(
    unread: Collection[TicketEventKey],
    undecided: Mapping[str, TicketEventKey],
    links: Sequence[Link],
    identities: Mapping[str, Identity],
) -> dict[str, int]:
    """Return the source events that a Place2book event which could not be read belongs to, or may belong to.

    `undecided` are those of changes whose outcome could not be found out.
    """
    keys = {*unread, *undecided.values()}
    found = {uuid: event_id for uuid, (_, event_id) in undecided.items()}
    for link in links:
        if link.status is LinkStatus.LIVE and link.key in keys:
            found[link.uuid] = link.event_id
    for uuid, identity in identities.items():
        stands = identity.current or identity.link
        if stands is not None and stands.key in keys:
            found[uuid] = stands.event_id
    return found


def _priced(
    client: Place2bookClient, observation: Observation, links: Sequence[Link], identities: Mapping[str, Identity]
) -> Priced:
    """Return the events that a plan can be about, with their prices."""
    found = {event.key: event for event in observation.events}
    ours = {link.key for link in links if link.status is LinkStatus.LIVE}
    ours |= {i.current.key for i in identities.values() if i.current}
    return with_readable_prices(client, [found[key] for key in ours if key in found])


def store_observation(connection: Connection, library: str, known: Known) -> None:
    """Store how the linked events stand, those that are over too, and what is the twin's; forget live ones deleted.

    One that is over and not listed stays: perhaps Place2book lists nothing that is over. Asked for its purchases, it
    tells whether it is still there.
    """
    observation = known.observation
    store_mapped(connection, library, known.left_to_twin)
    # What is rejected for now is, once it is in order, still the event that it was.
    judged = [mapped.uuid for mapped in known.snapshot if mapped.outcome is not Outcome.REJECTED]
    remember_left(connection, library, known.left_to, judged)
    over = {link.key for link in known.links if link.status is LinkStatus.RETIRED}
    seen = [event for event in observation.events if event.key in over]
    store_ticket_events(connection, library, [*known.currents.values(), *seen], known.run.now)
    forget_ticket_events(connection, library, observation.missing)
