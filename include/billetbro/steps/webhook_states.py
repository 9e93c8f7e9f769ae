"""After a run: show the state of each event for which the source requested it.

| the run, the event                                                  | reported as                            |
|---------------------------------------------------------------------|----------------------------------------|
| the library's part of the requested run failed before purchases, or never began | `failed` |
| so did that of a later run                                          | nothing yet: the next run may report   |
| something of the event is rejected                                  | `rejected`                             |
| its ticket event was retired                                        | `over`                                 |
| it has a ticket event, and was to be withdrawn                      | `kept`: the source still says it is ours |
| it has a ticket event                                               | `published`                            |
| it has none, or none any more                                       | `absent`                               |

A group of events is reported after its events, with the first of `FIRST_TOLD` that one of them has. If the requested
run was stopped, deleted or could not reach the source, the library's next run that includes the event reports it; a
group needs a run of all events. Mode `plan` writes nothing and reports nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import ProgrammingError

from billetbro.errors import BilletbroError, Refused
from billetbro.models import LinkStatus, Mode, WebhookAction, WebhookState
from billetbro.sources import ShowsUpdates
from billetbro.steps.request import RunRequest
from billetbro.store.live_libraries import Live, read_live
from billetbro.store.rejections import open_codes
from billetbro.store.runs import read_run
from billetbro.store.schema.tables import links
from billetbro.store.webhook_requests import Pending, events_of_group, note_told, pending_of

STEPS = ("extract", "transform", "load", "writeback")
FIRST_TOLD = (
    WebhookState.FAILED,
    WebhookState.REJECTED,
    WebhookState.KEPT,
    WebhookState.PUBLISHED,
    WebhookState.OVER,
    WebhookState.ABSENT,
)
"""The state of a group, by priority: what needs attention comes first."""


def whom_to_tell(engine: Engine, request: RunRequest) -> Sequence[Pending]:
    """Return the requests that wait for the end of a run, of libraries that are live."""
    if request.mode is Mode.PLAN:
        return ()
    try:
        with engine.connect() as connection:
            pending = pending_of(connection, request.run_id, request.events)
            live = read_live(connection, {one.library for one in pending})
            return [one for one in pending if live[one.library] is Live.YES]
    except ProgrammingError:
        return ()


def tell(
    engine: Engine, run_id: str, source: ShowsUpdates, pending: Sequence[Pending], now: datetime
) -> list[BilletbroError]:
    """Show a library's source the state of each requested event; return the errors.

    What the source refuses is not retried; when it is down, the rest waits for the library's next run.
    """
    mistakes: list[BilletbroError] = []
    down: BilletbroError | None = None
    for one in pending:
        with engine.connect() as connection:
            state = state_of(connection, run_id, one)
        if state is None:
            continue
        refused: BilletbroError | None = None
        if down is None:
            try:
                source.show_update(one.uuid, state, of_group=one.is_group)
            except Refused as problem:
                refused = problem
                mistakes.append(refused)
            except BilletbroError as problem:
                down = problem
                mistakes.append(down)
        with engine.begin() as connection:
            note_told(connection, one.signature, None if down else now, down or refused)
    return mistakes


def state_of(connection: Connection, run_id: str, asked: Pending) -> WebhookState | None:
    """Return the state of an event or group after a run, by the table above; None to report nothing."""
    if not _got_through(connection, run_id, asked.library):
        return WebhookState.FAILED if asked.run_id == run_id else None
    if not asked.is_group:
        return _state_of_event(connection, asked, asked.uuid)
    uuids = events_of_group(connection, asked.signature)
    return min((_state_of_event(connection, asked, uuid) for uuid in uuids), key=FIRST_TOLD.index)


def _state_of_event(connection: Connection, asked: Pending, uuid: str) -> WebhookState:
    if any(rejected == uuid for rejected, _ in open_codes(connection, asked.library)):
        return WebhookState.REJECTED
    status = connection.scalar(select(links.c.status).where(links.c.library == asked.library, links.c.uuid == uuid))
    if status == LinkStatus.RETIRED:
        return WebhookState.OVER
    if status != LinkStatus.LIVE:
        return WebhookState.ABSENT
    return WebhookState.KEPT if asked.action is WebhookAction.WITHDRAW else WebhookState.PUBLISHED


def _got_through(connection: Connection, run_id: str, library: str) -> bool:
    """Tell whether a run finished the library's events, regardless of their purchases."""
    try:
        run = read_run(connection, run_id, library)
    except KeyError:
        return False
    return run.loaded_at is not None and run.errors.keys().isdisjoint(STEPS)
