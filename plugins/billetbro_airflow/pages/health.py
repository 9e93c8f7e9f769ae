"""`GET /billetbro/health`: how old each library's last good run is, for a monitoring system. Nobody is signed in here.

Status 503 when one is too old, or our tables cannot be read. The answer names libraries by their ids, and nothing else.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from threading import Lock

from fastapi import APIRouter
from psycopg.errors import InvalidSchemaName, UndefinedTable
from sqlalchemy.exc import OperationalError, ProgrammingError
from starlette.responses import JSONResponse, Response

from billetbro.errors import BilletbroError
from billetbro.steps.request import utc_now
from billetbro.store.pages.freshness import TOO_OLD, LibraryRuns, read_library_runs
from billetbro_airflow.pages.known_libraries import known_libraries
from billetbro_airflow.tasks.databases import billetbro_engine

KEPT_SECONDS = 5.0
"""Whoever asks more often gets the same answer: nobody has to be known to ask."""
router = APIRouter()


@dataclass(slots=True)
class _Kept:
    until: float = float("-inf")
    status: int = 503
    content: dict[str, object] | None = None


@router.get("/health")
def health() -> Response:
    """Return the age of each library's last good run, in seconds."""
    kept, lock = _kept()
    with lock:
        if time.monotonic() >= kept.until:
            kept.status, kept.content = _looked_up()
            kept.until = time.monotonic() + KEPT_SECONDS
        return JSONResponse(kept.content, status_code=kept.status)


@cache
def _kept() -> tuple[_Kept, Lock]:
    return _Kept(), Lock()


def _looked_up() -> tuple[int, dict[str, object]]:
    libraries = [library.id for library in known_libraries()]
    if not libraries:
        return 503, {"status": "no_settings", "libraries": {}}
    try:
        with billetbro_engine().connect() as connection:
            runs = read_library_runs(connection, libraries)
    except ProgrammingError as error:
        if not isinstance(error.orig, UndefinedTable | InvalidSchemaName):
            raise
        # Before the first run, which makes the tables.
        runs = tuple(LibraryRuns(library=library) for library in libraries)
    except (BilletbroError, OperationalError):
        return 503, {"status": "no_database", "libraries": {}}
    now = utc_now()
    too_old = any(run.is_too_old(now) for run in runs)
    return (503 if too_old else 200), {
        "status": "too_old" if too_old else "ok",
        "limit_seconds": int(TOO_OLD.total_seconds()),
        "libraries": {run.library: _told(run, now) for run in runs},
    }


def _told(run: LibraryRuns, now: datetime) -> dict[str, object]:
    age = None if run.good_at is None else max(0, int((now - run.good_at).total_seconds()))
    return {"age_seconds": age, "too_old": run.is_too_old(now)}
