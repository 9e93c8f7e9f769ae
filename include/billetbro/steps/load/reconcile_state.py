"""Read the state of a load: our tables first, then Place2book."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from billetbro.errors import SettingsError
from billetbro.models import CurrentEvent, Kind, Link, LinkStatus, Mapped, Outcome, TicketEventKey, Window
from billetbro.reconcile.in_doubt import can_confirm, events_in_doubt
from billetbro.reconcile.matching.lookalikes import lookalikes_in
from billetbro.reconcile.matching.pages import page_named_in
from billetbro.reconcile.matching.revived_links import complete, revive
from billetbro.reconcile.state import ReconcileState, Run
from billetbro.settings.libraries import Library
from billetbro.steps.library_rules import rules_of
from billetbro.steps.load.observe import Place2bookList, as_last_read, read_listed, read_prices
from billetbro.steps.load.twins import read_twin
from billetbro.steps.request import LibraryRun, NothingToDo
from billetbro.store.in_doubt import read_writes_in_doubt
from billetbro.store.links import former_seccodes, linked_by_other_libraries, read_links
from billetbro.store.lookalikes import read_choices, refresh_lookalikes
from billetbro.store.orphans import read_pages, refresh_orphans
from billetbro.store.readings import read_readings
from billetbro.store.rejections import open_codes, read_refusals
from billetbro.store.runs import read_run
from billetbro.store.snapshots import forget_ticket_events, read_mapped, store_mapped, store_ticket_events
from billetbro.store.twins import remember_deferred


def read_state(run: LibraryRun, lists: Place2bookList, twin: Library | None) -> ReconcileState:
    """Read the state; raises NothingToDo without a mapped snapshot of this run, and Place2book's errors.

    Prices are read only for the events that show the outcome of writes in doubt. Raises SettingsError for a changed
    library id.
    """
    with run.engine.connect() as connection:
        state = revive(_read_tables(connection, run, lists.client.host, twin))
    state = _with_pages(run, complete(read_listed(lists, state)))
    in_doubt = events_in_doubt(state)
    state = replace(state, concerned=frozenset(event.key for event in in_doubt))
    return read_prices(lists.client, state, in_doubt)


def _with_pages(run: LibraryRun, state: ReconcileState) -> ReconcileState:
    """Return the state with the source events' pages, which are read only where an unlinked event names one."""
    if not any(page_named_in(event.description_long) for event in state.free_to_come):
        return state
    with run.engine.connect() as connection:
        return replace(state, pages=read_pages(connection, run.id))


def _read_tables(connection: Connection, run: LibraryRun, sales_host: str, twin: Library | None) -> ReconcileState:
    record = read_run(connection, run.run_id, run.id)
    if record.transformed_at is None or record.window_start is None:
        raise NothingToDo(run.id)
    request = run.request
    in_doubt = tuple(filter(can_confirm, read_writes_in_doubt(connection, run.id, run.run_id)))
    missing = {uuid for uuid, code in open_codes(connection, run.id) if code == "event_missing_in_place2book"}
    snapshot, links = read_mapped(connection, run.id), read_links(connection, run.id)
    return ReconcileState(
        run=Run(
            run_id=run.run_id,
            mode=request.mode,
            now=run.now,
            window=Window(start=record.window_start, end=record.window_end),
            events=request.events,
            by_hand=request.by_hand,
            allow_mass_removal=request.allow_mass_removal,
            read_all_prices=request.read_all_prices,
        ),
        rules=rules_of(connection, run.library, sales_host),
        snapshot=snapshot,
        links=links,
        former_seccodes=former_seccodes(connection, [run.id, *([twin.id] if twin else [])]),
        refusals=read_refusals(connection, run.id),
        writes_in_doubt=in_doubt,
        reported_missing=frozenset(missing.union(write.uuid for write in in_doubt if write.kind is Kind.DELETE)),
        foreign_claims=_read_foreign_claims(connection, run.library, twin, links, snapshot),
        choices=read_choices(connection, run.id),
        twin=read_twin(connection, run.library, twin, run.now),
        readings=read_readings(connection, run.id),
    )


def _read_foreign_claims(
    connection: Connection, library: Library, twin: Library | None, links: Sequence[Link], snapshot: Sequence[Mapped]
) -> frozenset[TicketEventKey]:
    """Return the Place2book events that other libraries have linked for the event makers that we read.

    Raises SettingsError when they belong to source events of this library: it is then the same library under a new id,
    and its state is stored under the former one. A twin's source may use the same uuids.
    """
    section = library.place2book
    makers = {section.event_maker, *section.event_makers_by_branch.values()}
    makers |= {link.event_maker for link in links if link.status is LinkStatus.LIVE}
    foreign = linked_by_other_libraries(connection, library.id, makers)
    strangers = [found for found in foreign if twin is None or found[0] != twin.id]
    _ensure_id_is_unchanged(library.id, strangers, {mapped.uuid for mapped in snapshot})
    return frozenset(key for _, _, key in foreign)


def _ensure_id_is_unchanged(
    library: str, foreign: Sequence[tuple[str, str, TicketEventKey]], present: Collection[str]
) -> None:
    same = Counter(other for other, uuid, _ in foreign if uuid in present)
    for before, count in same.most_common(1):
        raise SettingsError("error.renamed_library", library=library, events=count, before=before)


def store_observation(connection: Connection, library: str, state: ReconcileState) -> None:
    """Store the linked events, past ones too, and what is deferred to the twin; remove live ones that are gone.

    A past event that is not listed stays: Place2book may not list past events. Reading its purchases shows whether it
    still exists.
    """
    store_mapped(connection, library, state.deferred)
    # A rejected event is still the same event once it is corrected.
    judged = [mapped.uuid for mapped in state.snapshot if mapped.outcome is not Outcome.REJECTED]
    remember_deferred(connection, library, state.deferred_to, judged)
    over = {link.key for link in state.links if link.status is LinkStatus.RETIRED}
    # Their prices are not read any more: an export that is made up for goes by those last read.
    seen = [as_last_read(event, state) for event in state.events.values() if event.key in over]
    events = {event.key: event for event in [*seen, *state.currents.values()]}
    changed = [event for event in events.values() if _is_new(event, state)]
    store_ticket_events(connection, library, changed, state.run.now, state.row_hashes)
    forget_ticket_events(connection, library, state.missing)
    refresh_orphans(connection, library, state, state.run.now)
    refresh_lookalikes(connection, library, lookalikes_in(state), state)


def _is_new(event: CurrentEvent, state: ReconcileState) -> bool:
    """Return whether a reading has to be stored: its prices were read now, or it is not as it was stored."""
    last = state.readings.get(event.key)
    same_row = last is not None and last.row_hash is not None and last.row_hash == state.row_hashes.get(event.key)
    return event.key in state.read_now or not same_row
