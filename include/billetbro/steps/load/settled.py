"""Tell whether a load can have anything to do, before anything is parsed or compared.

A load decides by our tables, the rules, the window, Place2book's list and prices, and the time. A run that had nothing
to do, in load and write-back, leaves a digest of what it went by (`sync.settled`). If all of it is the same now, there
is nothing to do again: the rows of Place2book's list are then not even parsed. What can change by the time alone (an
event is over, a sale opens) and prices whose turn it is are looked at; everything else is compared once a day, when the
window moves.

Only a scheduled run of mode `sync` of a library without a twin is left out like this.
"""

from collections.abc import Sequence
from hashlib import blake2b

from sqlalchemy import Connection

from billetbro.models import CurrentEvent, LibraryRules, Mode, PriceReading
from billetbro.reconcile.planning.plan_parts import Plan
from billetbro.reconcile.price_reading import has_turned, is_its_turn
from billetbro.reconcile.state import ReconcileState
from billetbro.settings.libraries import Library
from billetbro.steps.library_rules import fingerprint_of_rules, rules_of
from billetbro.steps.load.observe import MARGIN, Place2bookList, earliest_sought, event_makers_of
from billetbro.steps.read_each import read_each
from billetbro.steps.request import LibraryRun, NothingToDo
from billetbro.store.readings import read_live_readings
from billetbro.store.runs import RunRecord, note_progress, read_run
from billetbro.store.settled import (
    Settled,
    digest_of_rows,
    has_ended_links,
    note_settled,
    read_settled,
)
from billetbro.store.snapshots import read_ticket_events, store_ticket_events


def is_settled(run: LibraryRun, lists: Place2bookList, twin: Library | None) -> bool:
    """Return whether nothing has changed since a run that had nothing to do; the load is then stored as done.

    Raises NothingToDo without a mapped snapshot of this run, and Place2book's errors.
    """
    with run.engine.connect() as connection:
        record = read_run(connection, run.run_id, run.id)
        if record.transformed_at is None:
            raise NothingToDo(run.id)
        before = read_settled(connection, run.id) if _is_usual(run, twin) else None
        if before is None or not before.written_back or has_ended_links(connection, run.id, run.now):
            return False
        if before.digest != _digest(connection, run, record, lists.client.host, before.event_makers):
            return False
        readings = read_live_readings(connection, run.id)
    if any(has_turned(reading, run.now) for reading in readings):
        return False
    rows = [row for maker in before.event_makers for row in lists.rows(maker, before.read_from)]
    if digest_of_list(rows) != before.listed:
        return False
    due = [reading for reading in readings if reading.unlimited or is_its_turn(reading, run.now)]
    if not _prices_are_the_same(run, lists, due):
        return False
    with run.engine.begin() as connection:
        done = {"observed_at": run.now, "loaded_at": run.now, "unchanged": True, "removals_blocked": None}
        note_progress(connection, run.run_id, run.id, "load", **done)
    return True


def settle(run: LibraryRun, lists: Place2bookList, twin: Library | None, state: ReconcileState, plan: Plan) -> None:
    """Store what the load went by, if it had nothing to do, for the next run to compare."""
    with run.engine.begin() as connection:
        note_settled(connection, run.id, None)
        if not _is_usual(run, twin) or not _had_nothing_to_do(state, plan):
            return
        makers, read_from = event_makers_of(state), earliest_sought(state) - MARGIN
        record = read_run(connection, run.run_id, run.id)
        found = Settled(
            run_id=run.run_id,
            written_back=False,
            digest=_digest(connection, run, record, lists.client.host, makers),
            listed=digest_of_list([row for maker in makers for row in lists.rows(maker, read_from)]),
            read_from=read_from,
            event_makers=makers,
        )
        note_settled(connection, run.id, found)


def digest_of_list(rows: Sequence[bytes]) -> str:
    """Return a digest of Place2book's list."""
    found = blake2b(digest_size=16)
    for row in rows:
        found.update(len(row).to_bytes(8, "big"))
        found.update(row)
    return found.hexdigest()


def _is_usual(run: LibraryRun, twin: Library | None) -> bool:
    request = run.request
    by_hand = request.by_hand or request.allow_mass_removal or request.read_all_prices or bool(request.events)
    return run.mode is Mode.SYNC and not by_hand and twin is None


def _had_nothing_to_do(state: ReconcileState, plan: Plan) -> bool:
    """Return whether neither the plan nor what it was made from leaves anything for the next run."""
    planned = plan.changes or plan.stopped or plan.absences or plan.removals_blocked
    listed = {event.key for event in state.listed if event.key in state.row_hashes}
    all_listed = all(link.key in listed for link in state.live_links)
    left = state.writes_in_doubt or state.refusals or state.unread or state.changed_links or not all_listed
    return not planned and not left


def _digest(
    connection: Connection, run: LibraryRun, record: RunRecord, sales_host: str, event_makers: Sequence[int]
) -> str:
    rules: LibraryRules = rules_of(connection, run.library, sales_host)
    rows = digest_of_rows(connection, run.id, event_makers)
    return f"{fingerprint_of_rules(rules)} {record.window_start} {record.window_end} {rows}"


def _prices_are_the_same(run: LibraryRun, lists: Place2bookList, due: Sequence[PriceReading]) -> bool:
    """Read the prices whose turn it is; return whether all are as last read, and note that they were read."""
    if not due:
        return True
    hashes = {reading.key: reading.row_hash for reading in due}
    with run.engine.connect() as connection:
        stored = read_ticket_events(connection, run.id, [reading.event_id for reading in due])
    before = [event for key, event in stored.items() if key in hashes]
    client = lists.client
    found = read_each(client, lambda event: client.prices_or_none(*event.key), before)
    if not all(_same(event, prices) for event, prices in zip(before, found, strict=True)):
        return False
    with run.engine.begin() as connection:
        known = {key: row for key, row in hashes.items() if row is not None}
        store_ticket_events(connection, run.id, before, run.now, known)
    return True


def _same(event: CurrentEvent, prices: object) -> bool:
    return event.prices is not None and prices == event.prices
