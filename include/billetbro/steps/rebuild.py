"""Make a library's links again after our tables were lost or restored from an older copy.

1. Read the state as a load does; both systems are read, and nothing is written to either
2. Find which ticket event is a source event's, and where the two differ
3. A person decides who wins where they differ, which takes as long as it takes: no lock is held
4. Store the links, except where something else was stored meanwhile

The plan that follows, which the next run carries out, says what will be sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from billetbro.api.place2book.client import Place2bookClient
from billetbro.models import Change, FieldChange, Kind, Link, LinkStatus, Outcome
from billetbro.reconcile.in_doubt import resolve_in_doubt
from billetbro.reconcile.matching.identity import match_events
from billetbro.reconcile.matching.recreated import LONG_AGO
from billetbro.reconcile.planning.plan_parts import change_of
from billetbro.reconcile.reasons import Why
from billetbro.reconcile.rebuild.linking import Winner, differences, linked_again
from billetbro.reconcile.rebuild.orphans import Orphan
from billetbro.reconcile.rebuild.pairs import Evidence, Pair, pair_again
from billetbro.settings.libraries import Library
from billetbro.steps.load.observe import Place2bookList, read_prices
from billetbro.steps.load.reconcile_state import read_state
from billetbro.steps.load.twins import twins_lock
from billetbro.steps.request import LibraryRun
from billetbro.store.changes import mark_applied, store_planned
from billetbro.store.database import library_lock
from billetbro.store.links import save_link
from billetbro.store.orphans import read_orphans, read_pages, refresh_orphans
from billetbro.store.schema.tables import links
from billetbro.store.snapshots import store_ticket_events


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAgain:
    """A pair, and what differs between the two events: nothing needs a decision where nothing does."""

    pair: Pair
    differences: tuple[FieldChange, ...] = ()

    @property
    def uuid(self) -> str:
        """Return the source event's uuid."""
        return self.pair.mapped.uuid


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a rebuild found of one library.

    `found`: pairs without a link, and linked ones that differ. `unchanged`: how many linked pairs need nothing.
    `ambiguous`: pairs of which a person has to choose. `unread`: pairs whose prices could not be read: with a link that
    has none, each would be made once more. `rejected`: pairs whose source event has to be corrected first.
    `orphans`: events of ours that no source event has.
    """

    found: tuple[FoundAgain, ...] = ()
    unchanged: int = 0
    ambiguous: tuple[Pair, ...] = ()
    unread: tuple[Pair, ...] = ()
    rejected: tuple[Pair, ...] = ()
    orphans: tuple[Orphan, ...] = ()

    @property
    def leaves_something(self) -> bool:
        """Return whether a person has to see to more than the differences."""
        return bool(self.ambiguous or self.unread or self.rejected)


def find_again(run: LibraryRun, client: Place2bookClient, *, twin: Library | None) -> Findings:
    """Read everything and return what belongs together, under the library's lock; stores the orphans.

    Raises NothingToDo without a mapped snapshot of this run, and the errors of a load that reads.
    """
    with library_lock(run.engine, run.id), twins_lock(run.engine, run.library, twin):
        state = match_events(resolve_in_doubt(read_state(run, Place2bookList(client), twin)))
        with run.engine.connect() as connection:
            pages = read_pages(connection, run.id)
        pairs = pair_again(state, pages)
        events = [pair.current for pair in pairs.certain]
        state = read_prices(client, replace(state, concerned=frozenset(event.key for event in events)), events)
        with run.engine.begin() as connection:
            refresh_orphans(connection, run.id, state, run.now)
            orphans = read_orphans(connection, [run.id]).get(run.id, ())
    asked_for = [pair for pair in pairs.certain if state.concerns(pair.mapped.uuid)]
    read = [
        replace(pair, current=current)
        for pair in asked_for
        if (current := state.currents.get(pair.current.key)) is not None and current.prices is not None
    ]
    unread = {pair.mapped.uuid for pair in asked_for} - {pair.mapped.uuid for pair in read}
    found = [FoundAgain(pair=pair, differences=differences(pair)) for pair in read]
    news = [one for one in found if one.pair.evidence is not Evidence.LINKED or one.differences]
    return Findings(
        found=tuple(sorted((one for one in news if one.pair.mapped.outcome is not Outcome.REJECTED), key=_start)),
        unchanged=len(found) - len(news),
        ambiguous=tuple(pair for pair in pairs.ambiguous if state.run.asked_for(pair.mapped.uuid)),
        unread=tuple(pair for pair in asked_for if pair.mapped.uuid in unread),
        rejected=tuple(one.pair for one in news if one.pair.mapped.outcome is Outcome.REJECTED),
        orphans=orphans,
    )


def _start(one: FoundAgain) -> tuple[datetime, str]:
    return one.pair.mapped.starts_at or one.pair.current.begin_at or LONG_AGO, one.uuid


def link_again(
    run: LibraryRun, found: Sequence[FoundAgain], decided: Mapping[str, Winner], now: datetime
) -> tuple[int, int]:
    """Store the links of what was decided, each with its change; return how many, and how many changed meanwhile.

    A pair without differences needs no decision. One whose source event or ticket event was linked since it was read,
    or whose link is another one now, is left as it is.
    """
    stored = 0
    wanted = [one for one in found if not one.differences or one.uuid in decided]
    with library_lock(run.engine, run.id), run.engine.begin() as connection:
        for one in wanted:
            link = linked_again(one.pair, decided.get(one.uuid, Winner.SOURCE))
            if _is_as_it_was(connection, run.id, one.pair):
                _store(connection, run, one, link, now)
                stored += 1
    return stored, len(wanted) - stored


def _is_as_it_was(connection: Connection, library: str, pair: Pair) -> bool:
    """Return whether our tables still have of both events what they had when they were read."""
    of_source = (links.c.library == library) & (links.c.uuid == pair.mapped.uuid)
    of_ticket = (links.c.event_maker == pair.current.event_maker) & (links.c.event_id == pair.current.event_id)
    rows = connection.execute(
        select(links.c.library, links.c.uuid, links.c.event_id, links.c.applied).where(
            of_source | of_ticket, links.c.status != LinkStatus.DELETED
        )
    ).all()
    if pair.link is None:
        return not rows
    expected = (library, pair.link.uuid, pair.link.event_id, dict(pair.link.applied))
    return [tuple(row) for row in rows] == [expected]


def _store(connection: Connection, run: LibraryRun, one: FoundAgain, link: Link, now: datetime) -> None:
    pair = one.pair
    kind = Kind.ADOPT if pair.link is None else Kind.RECORD
    change: Change = change_of(kind, pair.mapped, pair.current, one.differences, Why.REBUILT)
    (change_id,) = store_planned(connection, run.run_id, run.id, [change], now)
    save_link(connection, run.id, link)
    store_ticket_events(connection, run.id, [pair.current], now)
    mark_applied(connection, change_id, now, link.event_id, None)
