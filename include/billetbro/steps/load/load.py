"""Third step: read how Place2book stands, plan, gate, and apply (behaviour 3 to 6).

The order is the safety: everything is read before anything is planned, everything is planned and stored before
anything is sent, and what goes on sale is sent once the source is known to take its link.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import BilletbroError, Retriable
from billetbro.models import Change, Mode
from billetbro.reconcile.planning.plan import UNREADABLE, Plan, make_plan
from billetbro.reconcile.policies import (
    Guarded,
    fingerprint,
    goes_on_sale,
    guard_prices,
    guard_removals,
    leave_refused_alone,
)
from billetbro.settings.libraries import Library
from billetbro.steps.load.execute import ChangeRunner, Outcome
from billetbro.steps.load.plan_only import store_plan_only
from billetbro.steps.load.reconcile_state import Known, read_known, store_observation
from billetbro.steps.load.twins import twins_lock
from billetbro.steps.login import OpenSource, ensure_login_works
from billetbro.steps.request import RunRequest
from billetbro.store import changes as stored
from billetbro.store.database import library_lock
from billetbro.store.links import count_absences, follow_source, save_link
from billetbro.store.rejections import open_codes, read_refusals, report_rejections, resolve_rejections
from billetbro.store.runs import note_progress, read_run

MET_WHEN_APPLYING = ("refused_by_place2book", "outcome_unknown")


def load(
    engine: Engine,
    library: Library,
    request: RunRequest,
    client: Place2bookClient,
    now: datetime,
    *,
    twin: Library | None,
    source: OpenSource,
) -> Outcome:
    """Bring one library's ticket events to what its source says; in mode `plan` only say what would be done.

    `twin` is the library that shows the same events, where there is one (sync/twins.py). `source` is opened only when
    something goes on sale: unless its login may write the links, nothing is sent. Raises NothingToDo without a mapped
    snapshot of this run, and after everything that could be done was done what stopped it.
    """
    with library_lock(engine, library.id), twins_lock(engine, library, twin):
        with engine.begin() as connection:
            stored.close_leftovers(connection, library.id, now)
        known = read_known(engine, library, request, client, now, twin)
        plan = make_plan(known.snapshot, known.identities, known.links, known.currents, known.rules, known.run)
        guarded = guard_removals(
            plan.changes,
            live_links=known.live_links,
            snapshot_size=len(known.snapshot),
            rules=known.rules,
            allow_mass_removal=request.allow_mass_removal,
        )
        sendable, doubted = guard_prices(guarded.changes, resync=request.mode is Mode.RESYNC)
        plan.rejections += [*doubted, *known.sold_twice]
        if request.mode is Mode.PLAN:
            foreseen = store_plan_only(engine, library.id, request, known, plan, guarded, sendable)
            _see_that_links_can_be_shown(engine, library.id, request, source, foreseen, now)
            return Outcome(planned=len(foreseen))
        planned = _store_plan(engine, library, request, known, plan, replace(guarded, changes=sendable))
        try:
            _see_that_links_can_be_shown(engine, library.id, request, source, [change for _, change in planned], now)
        except BilletbroError as error:
            outcome = Outcome(errors=[error])
        else:
            outcome = _carry_out(engine, library.id, client, known, plan, planned)
        _finish(engine, library, request, known, planned, outcome)
    if outcome.errors:
        raise _worst(outcome.errors)
    return outcome


def _see_that_links_can_be_shown(
    engine: Engine,
    library: str,
    request: RunRequest,
    source: OpenSource,
    changes: Sequence[Change],
    now: datetime,
) -> None:
    """Try the source's login when something goes on sale, unless this run has tried it; raises what that raises."""
    if not goes_on_sale(changes):
        return
    with engine.connect() as connection:
        since = read_run(connection, request.run_id, library).extracted_at
    with source() as opened:
        ensure_login_works(engine, library, request, opened, now, since=since)


def _carry_out(
    engine: Engine,
    library: str,
    client: Place2bookClient,
    known: Known,
    plan: Plan,
    planned: Sequence[tuple[int, Change]],
) -> Outcome:
    by_uuid = {mapped.uuid: mapped for mapped in known.snapshot}
    plan.links = {link.uuid: link for link in known.links} | plan.links
    return ChangeRunner(engine, library, client).run(planned, plan, known.identities, by_uuid, known.currents)


def _store_plan(
    engine: Engine, library: Library, request: RunRequest, known: Known, plan: Plan, guarded: Guarded
) -> list[tuple[int, Change]]:
    """Store what was seen and what is planned in one transaction, and return the changes with their ids."""
    now = known.run.now
    with engine.begin() as connection:
        refusals = read_refusals(connection, library.id)
        changes = leave_refused_alone(guarded.changes, refusals, now=now, by_hand=request.by_hand)
        note_progress(connection, request.run_id, library.id, "load", observed_at=now, removals_blocked=guarded.blocked)
        store_observation(connection, library.id, known)
        _store_findings(connection, library, request, known, plan, changes)
        ids = stored.store_planned(connection, request.run_id, library.id, changes, now)
    return list(zip(ids, changes, strict=True))


def _store_findings(
    connection: Connection,
    library: Library,
    request: RunRequest,
    known: Known,
    plan: Plan,
    changes: Sequence[Change],
) -> None:
    """Store what the plan found besides changes: absences, held-back fields, rejections, and those that are gone."""
    now = known.run.now
    for link in known.recovered.links:
        save_link(connection, library.id, link)
    stored.mark_carried_out(connection, known.recovered.carried_out)
    stored.put_off(connection, known.recovered.put_off, now)
    # An empty snapshot counts for nothing, unless somebody says that it is meant.
    if (known.snapshot or request.allow_mass_removal) and not request.events:
        count_absences(connection, library.id, plan.absences, request.run_id, known.run.unreadable)
    before = open_codes(connection, library.id)
    codes = {(held.uuid, held.why) for held in plan.held_back}
    new = [held for held in plan.held_back if (held.uuid, held.why) in codes - before]
    stored.store_planned(connection, request.run_id, library.id, new, now, status="held_back")
    report_rejections(connection, library.id, library.source.words, plan.rejections, request.run_id, now)
    met = {(rejection.uuid, rejection.code) for rejection in plan.rejections}
    # Of what could not be read nothing is known: whatever was wrong with it may still be.
    met |= {(uuid, code) for uuid, code in before if uuid in known.run.unreadable and code != UNREADABLE}
    limited = request.events or None
    resolve_rejections(connection, library.id, now, still=met, uuids=limited)
    trying = {change.uuid for change in changes} | known.run.unreadable.keys()
    waiting = {uuid for uuid, code in before if code in MET_WHEN_APPLYING} & (
        {change.uuid for change in plan.changes} | trying
    )
    still = met | {(uuid, code) for uuid in waiting for code in MET_WHEN_APPLYING}
    resolve_rejections(connection, library.id, now, still=still, codes=MET_WHEN_APPLYING, uuids=limited)


def _finish(
    engine: Engine,
    library: Library,
    request: RunRequest,
    known: Known,
    planned: Sequence[tuple[int, Change]],
    outcome: Outcome,
) -> None:
    """Store what came of the changes: what was refused and tried with what, and what is no longer refused."""
    now = known.run.now
    by_event: dict[str, list[Change]] = {change.uuid: [] for _, change in planned}
    for change_id, change in planned:
        if change_id not in outcome.applied:
            by_event[change.uuid].append(change)
    # What was applied is not planned again: only the rest tells whether the next plan is the same.
    tried = {uuid: fingerprint(changes) for uuid, changes in by_event.items()}
    with engine.begin() as connection:
        stored.close_unsent(connection, request.run_id, library.id, now)
        follow_source(connection, library.id, known.snapshot)
        words = library.source.words
        report_rejections(connection, library.id, words, outcome.rejections, request.run_id, now, tried)
        still = {(rejection.uuid, rejection.code) for rejection in outcome.rejections}
        resolve_rejections(
            connection, library.id, now, still=still, codes=MET_WHEN_APPLYING, uuids=by_event.keys() & outcome.settled
        )
        if not outcome.errors:
            note_progress(connection, request.run_id, library.id, "load", loaded_at=now)


def _worst(errors: Sequence[Exception]) -> Exception:
    """Return the error to end the step with: one that trying again can mend only when all are."""
    return next((error for error in errors if not isinstance(error, Retriable)), errors[0])
