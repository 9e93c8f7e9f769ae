"""The steps of the hourly job, each for one library, with the connections that it needs.

Each function imports its own step, since every task starts a new process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from billetbro.messages.pluralize import pluralize
from billetbro.settings.libraries import Library, load_settings
from billetbro.steps.request import LibraryRun, RunRequest, utc_now
from billetbro_airflow.tasks.databases import ensure_reachable, privacy_of, warehouse_engine
from billetbro_airflow.tasks.sources import opened_source, source_of

if TYPE_CHECKING:
    from billetbro.api.place2book.client import Place2bookClient
    from billetbro.sources import Source


def extract(engine: Engine, library: Library, request: RunRequest) -> str:
    """Read every event of the library's source."""
    from billetbro.steps.extract import extract as extract_events

    with opened_source(library) as opened:
        count = extract_events(_run(engine, library, request), opened)
    return f"{pluralize(count, 'event', 'events')} read"


def transform(engine: Engine, library: Library, request: RunRequest) -> str:
    """Decide what each event is to be in Place2book."""
    from billetbro.steps.transform import transform as transform_events

    with _place2book(library) as client:
        outcomes = transform_events(_run(engine, library, request), client.host)
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())) or "no events"


def load(engine: Engine, library: Library, request: RunRequest) -> str:
    """Read Place2book, plan, gate and apply."""
    from billetbro.steps.load.load import load as load_events

    twin, source = load_settings().twin(library), partial(opened_source, library)
    with _place2book(library) as client:
        return str(load_events(_run(engine, library, request), client, twin=twin, source=source))


def writeback(engine: Engine, library: Library, request: RunRequest) -> str:
    """Write ticket links and sale states back to the source."""
    from billetbro.steps.writeback import write_back

    with apis_of(library) as (source, client):
        result = write_back(_run(engine, library, request), source, client.host)
    return f"{pluralize(result.written, 'event', 'events')} written, {len(result.rejections)} refused"


def export_purchases(engine: Engine, library: Library, request: RunRequest) -> str:
    """Bring the library's purchases into the warehouse, and what changed there into files, where they are wanted."""
    from billetbro.steps.export_purchases import export
    from billetbro_airflow.tasks.export_files import written_to_files

    warehouse = warehouse_engine()
    if warehouse is not engine:
        ensure_reachable(warehouse)
    files = written_to_files(engine, warehouse, library.id)
    with _place2book(library) as client, files as written:
        run = LibraryRun(engine=engine, library=library, request=request, now=written.now)
        summary = export(run, client, privacy_of(library), warehouse)
    return f"purchases of {pluralize(summary.events_exported, 'event', 'events')} read{written}"


def _run(engine: Engine, library: Library, request: RunRequest) -> LibraryRun:
    return LibraryRun(engine=engine, library=library, request=request, now=utc_now())


@contextmanager
def apis_of(library: Library) -> Iterator[tuple[Source, Place2bookClient]]:
    """Open the library's source and Place2book for a block."""
    with source_of(library) as source, _place2book(library) as client:
        yield source, client


@contextmanager
def _place2book(library: Library) -> Iterator[Place2bookClient]:
    from billetbro_airflow.hooks.place2book_hook import Place2bookHook

    hook = Place2bookHook(library.place2book.conn_id, **library.requests.model_dump())
    with hook.client as client:
        yield client
