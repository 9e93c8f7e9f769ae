"""Second step: decide of each source event what it is to us, and what it should be in Place2book."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import Engine

from include.models import Mode
from include.pipeline.request import NothingToDo, RunRequest
from include.pipeline.rules import rules_of
from include.settings import Library
from include.store.database import library_lock
from include.store.links import forget_cleared
from include.store.runs import note_progress, read_run
from include.store.snapshots import read_snapshot, store_mapped
from include.sync.mapping import map_event


def transform(engine: Engine, library: Library, request: RunRequest, sales_host: str, now: datetime) -> Counter[str]:
    """Map the latest snapshot and return how many events came to which outcome.

    `sales_host` is the Place2book connection's host: links to it are Place2book's. Raises NothingToDo when this run
    has no complete snapshot.
    """
    with library_lock(engine, library.id), engine.begin() as connection:
        if read_run(connection, request.run_id, library.id).extracted_at is None:
            raise NothingToDo(library.id)
        rules = rules_of(connection, library, sales_host)
        mapped = [map_event(event, rules, now) for event in read_snapshot(connection, library.id)]
        store_mapped(connection, library.id, mapped)
        if request.mode is not Mode.PLAN:
            forget_cleared(connection, library.id)
        note_progress(connection, request.run_id, library.id, "transform", transformed_at=now)
    return Counter(event.outcome.value for event in mapped)
