"""Store what a load read, what it plans, and the result.

Mode `plan` also stores what is held back and by which rule, what would be rejected, and the write-back that would
follow; links, rejections, absences and drift stay unchanged.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from billetbro.models import Change, Kind, Mapped, Mode
from billetbro.reconcile.planning.plan import UNREADABLE
from billetbro.reconcile.planning.plan_parts import Plan, change_of
from billetbro.reconcile.planning.withdrawn_event import ABSENCES_BEFORE_GONE, is_sold
from billetbro.reconcile.policies import fingerprint, refused_before
from billetbro.reconcile.reasons import Why
from billetbro.reconcile.sale_status.unsavable_event import UNSAVED
from billetbro.reconcile.state import ReconcileState
from billetbro.steps.load.execute import LoadResult
from billetbro.steps.load.forecast import forecast_write_backs
from billetbro.steps.load.reconcile_state import store_observation
from billetbro.steps.request import LibraryRun
from billetbro.store import changes as stored
from billetbro.store.in_doubt import confirm, defer
from billetbro.store.links import count_absences, follow_source, save_link
from billetbro.store.rejections import noted, open_codes, read_refusals, report_rejections, resolve_rejections
from billetbro.store.runs import note_progress
from billetbro.store.snapshots import read_ticket_events

MET_WHEN_APPLYING = ("refused_by_place2book", "outcome_unknown")


def store_plan(run: LibraryRun, state: ReconcileState, plan: Plan) -> list[tuple[int, Change]]:
    """Store in one transaction what was read and planned, and return the changes with their ids.

    In mode `plan` they include the write-backs that would follow.
    """
    changes, only_planned = list(plan.changes), run.mode is Mode.PLAN
    found: dict[str, object] = {"observed_at": run.now, "removals_blocked": plan.removals_blocked, "unchanged": False}
    if only_planned:
        found["planned_rejections"] = [noted(rejection) for rejection in plan.rejections]
    with run.engine.begin() as connection:
        note_progress(connection, run.run_id, run.id, "load", **found)
        store_observation(connection, run.id, state)
        if only_planned:
            changes += _store_for_reading(connection, run, state, plan)
        else:
            _store_findings(connection, run, state, plan)
        ids = stored.store_planned(connection, run.run_id, run.id, changes, run.now)
    return list(zip(ids, changes, strict=True))


def _store_findings(connection: Connection, run: LibraryRun, state: ReconcileState, plan: Plan) -> None:
    """Store what the plan found besides changes: absences, held-back fields, new and resolved rejections."""
    for link in state.changed_links.values():
        save_link(connection, run.id, link)
    confirm(connection, state.in_doubt.confirmed)
    defer(connection, [write.change_id for write in state.in_doubt.deferred], run.now)
    if _counts_absences(state):
        count_absences(connection, run.id, plan.absences, run.run_id, state.unreadable)
    before = open_codes(connection, run.id)
    new = [held for held in plan.held_back if (held.uuid, held.why) not in before]
    stored.store_held_back(connection, run.run_id, run.id, new, run.now)
    report_rejections(connection, run.id, plan.rejections, run.run_id, run.now)
    met = {(rejection.uuid, rejection.code) for rejection in plan.rejections}
    # An event that could not be read keeps its rejections.
    met |= {(uuid, code) for uuid, code in before if uuid in state.unreadable and code != UNREADABLE}
    limited = run.request.events or None
    resolve_rejections(connection, run.id, run.now, still=met, uuids=limited)
    planned = {change.uuid for change in [*plan.changes, *plan.stopped]} | state.unreadable.keys()
    waiting = {uuid for uuid, code in before if code in MET_WHEN_APPLYING} & planned
    still = met | {(uuid, code) for uuid in waiting for code in MET_WHEN_APPLYING}
    resolve_rejections(connection, run.id, run.now, still=still, codes=MET_WHEN_APPLYING, uuids=limited)


def _counts_absences(state: ReconcileState) -> bool:
    """Return whether absences from the snapshot count: from an empty one only if a person allows it."""
    return bool(state.snapshot or state.run.allow_mass_removal) and not state.run.events


def _store_for_reading(connection: Connection, run: LibraryRun, state: ReconcileState, plan: Plan) -> list[Change]:
    """Store what a run would not do, with the rule that stops it; return the write-backs that would follow."""
    due = forecast_write_backs(
        plan,
        state,
        standing=read_ticket_events(connection, run.id),
        failed=stored.failed_write_backs(connection, run.id),
    )
    unsaved = refused_before(due, read_refusals(connection, run.id, UNSAVED), run.now, by_hand=run.request.by_hand)
    resting = [replace(change, why=UNSAVED) for change in due if change.uuid in unsaved]
    held = [*plan.held_back, *plan.stopped, *resting, *_absent_once(state, plan)]
    stored.store_held_back(connection, run.run_id, run.id, held, run.now)
    return [change for change in due if change.uuid not in unsaved]


def _absent_once(state: ReconcileState, plan: Plan) -> list[Change]:
    if not _counts_absences(state):
        return []
    once = [link for link in state.links if 0 < plan.absences.get(link.uuid, 0) < ABSENCES_BEFORE_GONE]
    sold = [is_sold(state.currents.get(link.key)) for link in once]
    return [
        change_of(Kind.END_SALE if tickets else Kind.DELETE, link, link, (), Why.ABSENT_ONCE)
        for link, tickets in zip(once, sold, strict=True)
    ]


def _is_new(mapped: Mapped, state: ReconcileState, planned: Collection[str]) -> bool:
    """Return whether the link of a source event may not show it as it is now."""
    link = state.link_of.get(mapped.uuid)
    if link is None or mapped.uuid in planned:
        return True
    shown = link.title, link.series_uuid, link.starts_at, link.ends_at
    return shown != (mapped.title, mapped.series_uuid, mapped.starts_at, mapped.ends_at)


def store_result(
    run: LibraryRun, state: ReconcileState, planned: Sequence[tuple[int, Change]], result: LoadResult
) -> None:
    """Store the result of the changes: what was refused, with what was tried, and what is no longer refused."""
    by_event: dict[str, list[Change]] = {change.uuid: [] for _, change in planned}
    for change_id, change in planned:
        if change_id not in result.applied:
            by_event[change.uuid].append(change)
    # Applied changes are not planned again: only the others show whether the next plan is the same.
    tried = {uuid: fingerprint(changes) for uuid, changes in by_event.items()}
    with run.engine.begin() as connection:
        stored.close_unsent(connection, run.run_id, run.id, run.now)
        follow_source(connection, run.id, [mapped for mapped in state.snapshot if _is_new(mapped, state, by_event)])
        report_rejections(connection, run.id, result.rejections, run.run_id, run.now, tried)
        still = {(rejection.uuid, rejection.code) for rejection in result.rejections}
        settled = by_event.keys() & result.settled
        resolve_rejections(connection, run.id, run.now, still=still, codes=MET_WHEN_APPLYING, uuids=settled)
        if not result.errors:
            note_progress(connection, run.run_id, run.id, "load", loaded_at=run.now)
