"""`GET /billetbro/health`: how old each library's last good run is, for a monitoring system. Nobody is signed in here.

Status 503 when one is too old, when our tables cannot be read, or when libraries.yaml has a mistake.
The answer names libraries by their ids, and nothing else.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from threading import Lock

from fastapi import APIRouter
from psycopg.errors import InvalidSchemaName, UndefinedTable
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from starlette.responses import JSONResponse, Response

from billetbro.errors import BilletbroError
from billetbro.steps.request import utc_now
from billetbro.store.live_libraries import Live, read_live
from billetbro.store.pages.freshness import TOO_OLD, LibraryRuns, read_library_runs
from billetbro_airflow.pages.known_libraries import known_libraries
from billetbro_airflow.tasks.databases import billetbro_engine

KEPT_SECONDS = 5.0
"""Whoever asks more often gets the same answer: nobody has to be known to ask."""
MOST_MILLISECONDS = 3000
router = APIRouter()


@dataclass(slots=True)
class _Kept:
    until: float = float("-inf")
    status: int = 503
    content: dict[str, object] = field(default_factory=lambda: {"status": "not_known_yet", "libraries": {}})


@router.get("/health")
def health() -> Response:
    """Return the age of each library's last good run, in seconds."""
    kept, lock = _kept()
    # While one caller waits for the database, no other takes a thread for it.
    if time.monotonic() >= kept.until and lock.acquire(blocking=False):
        try:
            kept.status, kept.content = _looked_up()
            kept.until = time.monotonic() + KEPT_SECONDS
        finally:
            lock.release()
    return JSONResponse(kept.content, status_code=kept.status)


@cache
def _kept() -> tuple[_Kept, Lock]:
    return _Kept(), Lock()


def _looked_up() -> tuple[int, dict[str, object]]:
    known = known_libraries()
    libraries = [library.id for library in known.libraries]
    if not known.whole:
        return 503, {"status": "mistake_in_settings", "libraries": {}}
    try:
        with billetbro_engine().connect() as connection:
            connection.execute(text(f"SET LOCAL statement_timeout = {MOST_MILLISECONDS}"))
            runs = read_library_runs(connection, libraries)
            live = read_live(connection, libraries)
    except ProgrammingError as error:
        if not isinstance(error.orig, UndefinedTable | InvalidSchemaName):
            raise
        # Before the first run, which makes the tables.
        runs = tuple(LibraryRuns(library=library) for library in libraries)
        live = dict.fromkeys(libraries, Live.NEVER_SAID)
    except (BilletbroError, SQLAlchemyError):
        return 503, {"status": "no_database", "libraries": {}}
    now = utc_now()
    too_old = any(_is_too_old(run, live[run.library], now) for run in runs)
    return (503 if too_old else 200), {
        "status": "too_old" if too_old else "ok",
        "limit_seconds": int(TOO_OLD.total_seconds()),
        "libraries": {run.library: _told(run, live[run.library], now) for run in runs},
    }


def _is_too_old(run: LibraryRuns, live: Live, now: datetime) -> bool:
    """Return whether no run was good for too long; one that nobody let go live is not waited for."""
    return live is not Live.NEVER_SAID and run.is_too_old(now)


def _told(run: LibraryRuns, live: Live, now: datetime) -> dict[str, object]:
    age = None if run.good_at is None else max(0, int((now - run.good_at).total_seconds()))
    return {"age_seconds": age, "too_old": _is_too_old(run, live, now), "live": live is Live.YES}
