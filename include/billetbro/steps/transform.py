"""Second step: decide of each source event what it is to us, and what it should be in Place2book."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import Engine

from billetbro.models import Mode
from billetbro.reconcile.mapping.event import map_event
from billetbro.settings.libraries import Library
from billetbro.steps.library_rules import rules_of
from billetbro.steps.request import NothingToDo, RunRequest
from billetbro.store.database import library_lock
from billetbro.store.links import forget_cleared
from billetbro.store.runs import note_progress, read_run
from billetbro.store.snapshots import read_snapshot, store_mapped


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
