"""Before the first step: the schemas up to date, and a row in `sync.runs` for each library."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from include.pipeline.request import RunRequest, batches
from include.settings import Library
from include.store.database import migrate, migrate_warehouse
from include.store.runs import start_run


def begin(engine: Engine, libraries: Sequence[Library], request: RunRequest, now: datetime) -> list[list[str]]:
    """Begin a run for these libraries and return their ids in the batches that tasks work on."""
    migrate(engine)
    migrate_warehouse(engine)
    ids = [library.id for library in libraries]
    start_run(engine, request.run_id, ids, request.mode.value, by_hand=request.by_hand, now=now)
    return batches(ids)
