"""Handle a signed request: it counts once, its event must exist, and a queued run serves all requests for it.

A group means its events, in one run: those that Yesplan lists or, where it does not list them, those of the latest
snapshot with the group as their series.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from billetbro.api.yesplan.webhook import TakeAction
from billetbro.errors import BilletbroError
from billetbro.steps.request import utc_now
from billetbro.store import webhook_requests as stored
from billetbro_airflow.webhooks.answers import NotAnswered

MOST_A_MINUTE = 30
MOST_WAITING = 10
MOST_OF_A_GROUP = 200
RETRY_SECONDS = 60
log = logging.getLogger(__name__)


class Events(Protocol):
    """The events in a library's Yesplan. Both methods raise BilletbroError."""

    def has_event(self, uuid: str) -> bool:
        """Tell whether there is such an event."""

    def of_group(self, group: str) -> Sequence[str] | None:
        """Return the events of a group, none if unknown, None if there is no such group."""


class Runs(Protocol):
    """The runs of `venue_updates` in Airflow. Both methods raise NotAnswered when Airflow is unavailable."""

    def waiting(self, library: str) -> Collection[str]:
        """Return the ids of a library's runs that were requested here and have not begun."""

    def start(self, library: str, uuids: Sequence[str], run_id: str) -> None:
        """Queue a run for these events of a library."""


class RunDesk:
    """Remembers requests in Billetbro's tables, and starts runs.

    `events_of` returns a library's events in Yesplan, or raises when no run can succeed now.
    """

    def __init__(self, engine: Callable[[], Engine], runs: Runs, events_of: Callable[[str], Events]) -> None:
        self._engine = engine
        self._runs = runs
        self._events_of = events_of

    def remember(self, library: str, signature: str) -> None:
        """Refuse a repeated request, and too many requests in a minute."""
        now = utc_now()
        with _unavailable(library), self._alone(library) as connection:
            if stored.count_since(connection, library, now - timedelta(minutes=1)) >= MOST_A_MINUTE:
                raise _too_many(f"{library}: {MOST_A_MINUTE} requests in a minute")
            if not stored.remember(connection, library, signature, now):
                raise NotAnswered(401, f"{library}: the request came before")

    def take(self, library: str, asked: TakeAction, signature: str) -> None:
        """Make sure that a queued run will update the event, or all events of the group."""
        with _unavailable(library):
            uuids = self._events(library, asked)
            with self._alone(library) as connection:
                waiting = self._runs.waiting(library)
                run_id = stored.run_for(connection, library, uuids, waiting)
                if run_id is None:
                    if len(waiting) >= MOST_WAITING:
                        raise _too_many(f"{library}: {MOST_WAITING} runs wait")
                    run_id = f"yesplan__{library}__{utc_now():%Y%m%dT%H%M%S.%f}"
                    self._runs.start(library, uuids, run_id)
                stored.note_run(connection, signature, asked.uuid, asked.action, run_id)
                if asked.is_group:
                    stored.note_events(connection, signature, uuids)
        kind = "group" if asked.is_group else "event"
        log.info("%s: %s of %s %s in run %s", library, asked.action.value, kind, asked.uuid, run_id)

    def _events(self, library: str, asked: TakeAction) -> Sequence[str]:
        """Return the requested event, or the events of the group: at least one."""
        events = self._events_of(library)
        if asked.is_group:
            return self._events_of_group(library, asked.uuid, events)
        with self._engine().connect() as connection:
            known = stored.is_known(connection, library, asked.uuid)
        if not known and not events.has_event(asked.uuid):
            raise NotAnswered(404, f"{library}: Yesplan has no such event")
        return (asked.uuid,)

    def _events_of_group(self, library: str, group: str, events: Events) -> Sequence[str]:
        uuids = events.of_group(group)
        if uuids is None:
            raise NotAnswered(404, f"{library}: Yesplan has no such group of events")
        if not uuids:
            with self._engine().connect() as connection:
                uuids = stored.events_in_series(connection, library, group)
        if not uuids:
            raise NotAnswered(404, f"{library}: the group has no events")
        if len(uuids) > MOST_OF_A_GROUP:
            raise NotAnswered(422, f"{library}: the group has more than {MOST_OF_A_GROUP} events, ask at those in it")
        return uuids

    def _alone(self, library: str) -> AbstractContextManager[Connection]:
        return stored.one_at_a_time(self._engine(), library)


class _unavailable(AbstractContextManager[None]):  # noqa: N801
    """Answer 503 when settings, connections, a database, its tables or Yesplan fail."""

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
