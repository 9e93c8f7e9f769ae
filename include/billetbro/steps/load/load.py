"""Third step: bring one library's ticket events in line with its source (behaviour 3 to 6).

0. Nothing has changed since a run that had nothing to do: end
1. Read the state: our tables, then Place2book
2. Resolve the writes in doubt
3. Match source events with ticket events
4. Plan, from the prices last read, and from those of now for each event that the plan concerns
5. Apply the policies
6. Store what was read and what is planned
7. Check that the source's login may write the links of what goes on sale
8. Execute the plan, and store the result

The order makes it safe: everything is read before anything is planned, and everything is planned and stored before
anything is sent. Mode `plan` runs the same lines and stops before 8.
"""

from collections.abc import Sequence
from dataclasses import replace

from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import BilletbroError, Retriable
from billetbro.models import Change, Mode
from billetbro.reconcile.in_doubt import resolve_in_doubt
from billetbro.reconcile.matching.identity import match_events
from billetbro.reconcile.planning.plan import make_plan
from billetbro.reconcile.planning.plan_parts import Plan
from billetbro.reconcile.policies import apply_policies, goes_on_sale
from billetbro.reconcile.price_reading import planned_on_earlier_prices
from billetbro.reconcile.state import ReconcileState
from billetbro.settings.libraries import Library
from billetbro.steps.load.execute import LoadResult, execute
from billetbro.steps.load.observe import Place2bookList, read_prices
from billetbro.steps.load.reconcile_state import read_state
from billetbro.steps.load.settled import is_settled, settle
from billetbro.steps.load.store_plan import store_plan, store_result
from billetbro.steps.load.twins import twins_lock
from billetbro.steps.login import OpenSource, ensure_login_works
from billetbro.steps.request import LibraryRun
from billetbro.store.database import library_lock
from billetbro.store.in_doubt import close_leftovers
from billetbro.store.runs import read_run


def load(run: LibraryRun, client: Place2bookClient, *, twin: Library | None, source: OpenSource) -> LoadResult:
    """Bring one library's ticket events in line with its source; in mode `plan` only store what would be done.

    `twin`: the library with the same events, if any. `source` is opened only when something goes on sale: nothing is
    sent unless its login may write the links. Raises NothingToDo without a mapped snapshot of this run and, after
    everything that was possible, the error that stopped the load.
    """
    with library_lock(run.engine, run.id), twins_lock(run.engine, run.library, twin):
        with run.engine.begin() as connection:
            close_leftovers(connection, run.id, run.now)
        lists = Place2bookList(client)
        if is_settled(run, lists, twin):
            return LoadResult()
        state = read_state(run, lists, twin)
        state = resolve_in_doubt(state)
        state = match_events(state)
        state, plan = _plan(client, state)
        plan = apply_policies(plan, state)
        planned = store_plan(run, state, plan)
        result = LoadResult(planned=len(planned) if run.mode is Mode.PLAN else None)
        try:
            _ensure_links_can_be_written(run, source, plan.changes)
        except BilletbroError as error:
            result.errors.append(error)
        if run.mode is not Mode.PLAN:
            result = result if result.errors else execute(run, client, state, plan, planned)
            store_result(run, state, planned, result)
            settle(run, lists, twin, state, plan)
    if result.errors:
        raise _worst(result.errors)
    return result


def _plan(client: Place2bookClient, state: ReconcileState) -> tuple[ReconcileState, Plan]:
    """Make the plan, from prices that were read in this run for each event that it concerns."""
    state = read_prices(client, state, state.to_plan)
    plan = make_plan(state)
    while concerned := planned_on_earlier_prices(plan, state):
        state = replace(state, concerned=state.concerned | concerned)
        state = read_prices(client, state, state.to_plan)
        plan = make_plan(state)
    return state, plan


def _ensure_links_can_be_written(run: LibraryRun, source: OpenSource, changes: Sequence[Change]) -> None:
    """Try the source's login when something goes on sale, unless this run already has; raises its errors."""
    if not goes_on_sale(changes):
        return
    with run.engine.connect() as connection:
        since = read_run(connection, run.run_id, run.id).extracted_at
    with source() as opened:
        ensure_login_works(run, opened, since=since)


def _worst(errors: Sequence[Exception]) -> Exception:
    """Return the error to raise: a retriable one only if all are."""
    return next((error for error in errors if not isinstance(error, Retriable)), errors[0])
