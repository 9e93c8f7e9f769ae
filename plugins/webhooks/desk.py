"""What becomes of a signed request: it counts once, its event must exist, and one run that waits serves all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from include.api.errors import BilletbroError
from include.api.yesplan_webhook import TakeAction
from include.pipeline.request import utc_now
from include.store import webhook_requests as stored
from webhooks.answers import NotAnswered

MOST_A_MINUTE = 30
MOST_WAITING = 10
RETRY_SECONDS = 60
log = logging.getLogger(__name__)


HasEvent = Callable[[str], bool]


class Runs(Protocol):
    """The runs of the hourly job, as Airflow keeps them. Both raise NotAnswered when it cannot help."""

    def waiting(self, library: str) -> Collection[str]:
        """Return the ids of the runs that were asked for here for a library, and have not begun."""
        ...

    def start(self, library: str, uuid: str, run_id: str) -> None:
        """Have one event of a library brought up to date, as soon as no other run is under way."""
        ...


class RunDesk:
    """Remembers requests in Billetbro's own tables, and starts runs.

    `events_of` gives what asks a library's Yesplan whether it has an event, or raises when no run can go well now.
    """

    def __init__(self, engine: Callable[[], Engine], runs: Runs, events_of: Callable[[str], HasEvent]) -> None:
        self._engine = engine
        self._runs = runs
        self._events_of = events_of

    def remember(self, library: str, signature: str) -> None:
        """Let a request count once, and not too many of them in a minute."""
        now = utc_now()
        with _help(library), self._alone(library) as connection:
            if stored.count_since(connection, library, now - timedelta(minutes=1)) >= MOST_A_MINUTE:
                raise _too_many(f"{library}: {MOST_A_MINUTE} requests in a minute")
            if not stored.remember(connection, library, signature, now):
                raise NotAnswered(401, f"{library}: the request came before")

    def take(self, library: str, asked: TakeAction, signature: str) -> None:
        """See that a run which has not begun will bring the event up to date."""
        with _help(library):
            self._see_that_it_exists(library, asked.uuid)
            with self._alone(library) as connection:
                waiting = self._runs.waiting(library)
                run_id = stored.run_for(connection, library, asked.uuid, waiting)
                if run_id is None:
                    if len(waiting) >= MOST_WAITING:
                        raise _too_many(f"{library}: {MOST_WAITING} runs wait")
                    run_id = f"yesplan__{library}__{utc_now():%Y%m%dT%H%M%S.%f}"
                    self._runs.start(library, asked.uuid, run_id)
                stored.note_run(connection, signature, asked.uuid, asked.action, run_id)
        log.info("%s: %s of event %s in run %s", library, asked.action.value, asked.uuid, run_id)

    def _see_that_it_exists(self, library: str, uuid: str) -> None:
        has_event = self._events_of(library)
        with self._engine().connect() as connection:
            if stored.is_known(connection, library, uuid):
                return
        if not has_event(uuid):
            raise NotAnswered(404, f"{library}: Yesplan has no such event")

    def _alone(self, library: str) -> AbstractContextManager[Connection]:
        return stored.one_at_a_time(self._engine(), library)


class _help(AbstractContextManager[None]):  # noqa: N801
    """Answer that it is not possible now when settings, connections, a database, its tables or Yesplan are no help."""

    def __init__(self, library: str) -> None:
        self._library = library

    def __exit__(self, kind: object, error: BaseException | None, at: object) -> None:
        if isinstance(error, BilletbroError):
            raise NotAnswered(503, f"{self._library}: {error}", retry_after=RETRY_SECONDS) from None
        if isinstance(error, DBAPIError | NoConnectionFree):
            why = f"a database cannot be used ({type(error).__name__}); place2book_sync brings tables up to date"
            raise NotAnswered(503, f"{self._library}: {why}", retry_after=RETRY_SECONDS) from None


def _too_many(why: str) -> NotAnswered:
    return NotAnswered(429, why, retry_after=RETRY_SECONDS)
