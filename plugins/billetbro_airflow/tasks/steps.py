"""The steps of the hourly job, each for one library, with the connections that it needs.

Each function imports its own step, since every task starts a new process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from billetbro.messages.pluralize import pluralize
from billetbro.settings.libraries import Library, Settings
from billetbro.steps.request import LibraryRun, RunRequest, library_run, utc_now
from billetbro_airflow.tasks.databases import ensure_reachable, privacy_of, warehouse_engine
from billetbro_airflow.tasks.sources import opened_source, source_of

if TYPE_CHECKING:
    from billetbro.api.place2book.client import Place2bookClient
    from billetbro.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One library's part of a step: its database, all settings, the library, and what the run asks for."""

    engine: Engine
    settings: Settings
    library: Library
    request: RunRequest

    def run(self) -> LibraryRun:
        """Return the library's part of the run, as of now."""
        return library_run(self.engine, self.library, self.request, utc_now())


def extract(job: Job) -> str:
    """Read every event of the library's source."""
    from billetbro.steps.extract import extract as extract_events

    with opened_source(job.library) as opened:
        count = extract_events(job.run(), opened)
    return f"{pluralize(count, 'event', 'events')} read"


def transform(job: Job) -> str:
    """Decide what each event is to be in Place2book."""
    from billetbro.steps.transform import transform as transform_events

    with place2book_of(job.library) as client:
        outcomes = transform_events(job.run(), client.host)
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())) or "no events"


def load(job: Job) -> str:
    """Read Place2book, plan, gate and apply."""
    from billetbro.steps.load.load import load as load_events

    twin, source = job.settings.twin(job.library), partial(opened_source, job.library)
    with place2book_of(job.library) as client:
        return str(load_events(job.run(), client, twin=twin, source=source))


def writeback(job: Job) -> str:
    """Write ticket links and sale states back to the source."""
    from billetbro.steps.writeback import write_back

    with apis_of(job.library) as (source, client):
        result = write_back(job.run(), source, client.host)
    return f"{pluralize(result.written, 'event', 'events')} written, {len(result.rejections)} refused"


def export_purchases(job: Job) -> str:
    """Bring the library's purchases into the warehouse, and what changed there into files, where they are wanted."""
    from billetbro.steps.export_purchases import export
    from billetbro_airflow.tasks.export_files import written_to_files

    warehouse = warehouse_engine()
    if warehouse is not job.engine:
        ensure_reachable(warehouse)
    files = written_to_files(job.engine, warehouse, job.library.id)
    with place2book_of(job.library) as client, files as written:
        run = replace(job.run(), now=written.now)
        summary = export(run, client, privacy_of(job.library), warehouse)
    return f"purchases of {pluralize(summary.events_exported, 'event', 'events')} read{written}"


@contextmanager
def apis_of(library: Library) -> Iterator[tuple[Source, Place2bookClient]]:
    """Open the library's source and Place2book for a block."""
    with source_of(library) as source, place2book_of(library) as client:
        yield source, client


@contextmanager
def place2book_of(library: Library) -> Iterator[Place2bookClient]:
    """Open Place2book for a block, within the library's limits of requests."""
    from billetbro_airflow.hooks.place2book_hook import Place2bookHook

    hook = Place2bookHook(library.place2book.conn_id, **library.requests.model_dump())
    with hook.client as client:
        yield client
