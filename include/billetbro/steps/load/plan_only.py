"""Mode `plan`: store what a run in mode `sync` would do, and what it would leave undone, and touch nothing else.

Besides the plan itself, a reader is shown what was held back and by which rule, what would be rejected, and the
write-back that would follow. Links, rejections, absences and drift stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection, Engine

from billetbro.models import Change, Kind
from billetbro.reconcile.planning.parts import change_of
from billetbro.reconcile.planning.plan import Plan
from billetbro.reconcile.planning.removal import ABSENCES_BEFORE_GONE, is_sold
from billetbro.reconcile.policies import UNSAVED, Guarded, leave_refused_alone
from billetbro.reconcile.reasons import Why
from billetbro.steps.load.forecast import forecast_write_backs
from billetbro.steps.load.reconcile_state import Known, store_observation
from billetbro.steps.request import RunRequest
from billetbro.store import changes as stored
from billetbro.store.rejections import noted, read_refusals
from billetbro.store.runs import note_progress
from billetbro.store.snapshots import read_ticket_events


def store_plan_only(
    engine: Engine,
    library: str,
    request: RunRequest,
    known: Known,
    plan: Plan,
    guarded: Guarded,
    sendable: Sequence[Change],
) -> list[Change]:
    """Store a plan for reading, and return the changes that a run would make; `sendable` passed both guards."""
    now = known.run.now
    with engine.begin() as connection:
        refusals = read_refusals(connection, library)
        changes = leave_refused_alone(sendable, refusals, now=now, by_hand=request.by_hand)
        note_progress(
            connection,
            request.run_id,
            library,
            "load",
            observed_at=now,
            removals_blocked=guarded.blocked,
            planned_rejections=[noted(rejection) for rejection in plan.rejections],
        )
        store_observation(connection, library, known)
        due = _write_backs(connection, library, request, known, plan, changes)
        unsaved = read_refusals(connection, library, UNSAVED)
        write_backs = leave_refused_alone(due, unsaved, now=now, by_hand=request.by_hand)
        held = [
            *plan.held_back,
            *_dropped(plan.changes, guarded.changes, "removals_blocked"),
            *_dropped(guarded.changes, sendable, "price_unit_doubted"),
            *_dropped(sendable, changes, "refused_by_place2book"),
            *_dropped(due, write_backs, UNSAVED),
            *_absent_once(request, known, plan),
        ]
        stored.store_planned(connection, request.run_id, library, held, now, status="held_back")
        foreseen = [*changes, *write_backs]
        stored.store_planned(connection, request.run_id, library, foreseen, now)
    return foreseen


def _write_backs(
    connection: Connection, library: str, request: RunRequest, known: Known, plan: Plan, changes: Sequence[Change]
) -> list[Change]:
    return forecast_write_backs(
        changes,
        plan,
        known,
        standing=read_ticket_events(connection, library),
        failed=stored.failed_write_backs(connection, library),
        events=request.events,
    )


def _absent_once(request: RunRequest, known: Known, plan: Plan) -> list[Change]:
    """Return the removals that wait for a second snapshot, where the run would count this one."""
    if request.events or not (known.snapshot or request.allow_mass_removal):
        return []
    once = [link for link in known.links if 0 < plan.absences.get(link.uuid, 0) < ABSENCES_BEFORE_GONE]
    sold = [is_sold(known.currents.get(link.key)) for link in once]
    return [
        change_of(Kind.END_SALE if tickets else Kind.DELETE, link, link, (), Why.ABSENT_ONCE)
        for link, tickets in zip(once, sold, strict=True)
    ]


def _dropped(before: Iterable[Change], after: Sequence[Change], code: str) -> list[Change]:
    """Return the changes that a guard let not pass, with the code of its rule for a reason."""
    passed = {id(change) for change in after}
    return [replace(change, why=code) for change in before if id(change) not in passed]
