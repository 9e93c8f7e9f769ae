"""Before the first step: the schemas up to date, and a row in `sync.runs` for each library."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from include.pipeline.request import RunRequest, batches
from include.settings import Library
from include.store.database import migrate, migrate_warehouse
from include.store.runs import start_run
from include.warehouse.forget import bring_forgotten

log = logging.getLogger(__name__)


def begin(
    engine: Engine,
    libraries: Sequence[Library],
    request: RunRequest,
    now: datetime,
    warehouse: Engine | None = None,
) -> list[list[str]]:
    """Begin a run for these libraries and return their ids in the batches that tasks work on.

    A warehouse in a database of its own that does not answer keeps nobody from selling: the exports will say so.
    """
    migrate(engine)
    try:
        migrate_warehouse(warehouse or engine)
        if warehouse not in (None, engine):
            bring_forgotten(engine, warehouse)
    except OperationalError as error:
        if warehouse in (None, engine):
            raise
        log.warning("The warehouse's database does not answer, so that its tables were not looked at: %s", error.orig)
    ids = [library.id for library in libraries]
    start_run(engine, request.run_id, ids, request.mode.value, by_hand=request.by_hand, now=now)
    return batches(ids)
