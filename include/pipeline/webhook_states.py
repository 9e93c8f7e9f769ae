"""After a run: tell who asked for it in the source itself how the event stands now.

| the run, the event                                                  | is told                                |
|---------------------------------------------------------------------|----------------------------------------|
| the library's run failed before purchases, or never came so far     | `failed`                               |
| something of the event is rejected                                  | `rejected`                             |
| it has a ticket event, and was to be withdrawn                      | `kept`: the source still says it is ours |
| it has a ticket event                                               | `published`                            |
| it has none                                                         | `absent`                               |
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import ProgrammingError

from include.api.errors import BilletbroError, Refused
from include.models import LinkStatus, WebhookAction, WebhookState
from include.pipeline.request import in_words
from include.sources import ShowsUpdates
from include.store.rejections import open_codes
from include.store.runs import read_run
from include.store.tables import links
from include.store.webhook_requests import Pending, note_told, pending_of

STEPS = ("extract", "transform", "load", "writeback")


def whom_to_tell(engine: Engine, run_id: str) -> Sequence[Pending]:
    """Return the requests that wait for the end of a run; none where nothing was ever asked for."""
    try:
        with engine.connect() as connection:
            return pending_of(connection, run_id)
    except ProgrammingError:
        return ()


def tell(engine: Engine, run_id: str, source: ShowsUpdates, pending: Sequence[Pending], now: datetime) -> list[str]:
    """Show a library's source the state of each event that was asked for; return in words what went wrong.

    What the source refuses is not tried again; when it is down, all that is left waits for the library's next run.
    """
    mistakes: list[str] = []
    down: str | None = None
    for one in pending:
        refused = None
        if down is None:
            try:
                source.show_update(one.uuid, _state(engine, run_id, one))
            except Refused as problem:
                refused = in_words(problem)
                mistakes.append(refused)
            except BilletbroError as problem:
                down = in_words(problem)
                mistakes.append(down)
        with engine.begin() as connection:
            note_told(connection, one.signature, None if down else now, down or refused)
    return mistakes


def _state(engine: Engine, run_id: str, asked: Pending) -> WebhookState:
    with engine.connect() as connection:
        return state_of(connection, run_id, asked)


def state_of(connection: Connection, run_id: str, asked: Pending) -> WebhookState:
    """Return how an event stands after a run, by the table above."""
    try:
        run = read_run(connection, run_id, asked.library)
    except KeyError:
        return WebhookState.FAILED
    if run.loaded_at is None or not run.errors.keys().isdisjoint(STEPS):
        return WebhookState.FAILED
    if any(uuid == asked.uuid for uuid, _ in open_codes(connection, asked.library)):
        return WebhookState.REJECTED
    status = select(links.c.status).where(links.c.library == asked.library, links.c.uuid == asked.uuid)
    if connection.scalar(status) != LinkStatus.LIVE:
        return WebhookState.ABSENT
    return WebhookState.KEPT if asked.action is WebhookAction.WITHDRAW else WebhookState.PUBLISHED
