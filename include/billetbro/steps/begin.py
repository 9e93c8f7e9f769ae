"""Before the first step: migrate the schemas, add a row to `sync.runs` for each library, and form batches."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from billetbro.errors import SettingsError
from billetbro.settings.libraries import Library, in_units
from billetbro.steps.request import RunRequest
from billetbro.store.database import migrate, migrate_warehouse
from billetbro.store.library_names import store_names
from billetbro.store.runs import failed_in_the_run_before, start_run
from billetbro.store.warehouse_place import is_elsewhere, remember_elsewhere
from billetbro.warehouse.privacy.erasure_log import bring_forgotten

log = logging.getLogger(__name__)


def begin(
    engine: Engine, libraries: Sequence[Library], request: RunRequest, now: datetime, warehouse: Engine | None = None
) -> None:
    """Begin a run for these libraries.

    A warehouse in a separate database that is down or read-only, or whose connection was removed (None), does not stop
    the run: the exports report it.
    """
    migrate(engine)
    _look_after(engine, warehouse, {library.id: library.name for library in libraries}, now)
    ids = [library.id for library in libraries]
    mode, events = request.mode.value, request.events
    start_run(engine, request.run_id, ids, mode, by_hand=request.by_hand, now=now, events=events)


def in_batches(engine: Engine, request: RunRequest, libraries: Sequence[Library], at_most: int) -> list[list[str]]:
    """Return the ids of a run's libraries in at most so many batches, one for each task; twins share a batch.

    Where there is room, the libraries that failed in the run before are by themselves: a step of a batch ends with its
    last library, and a site that is down takes its time.
    """
    with engine.connect() as connection:
        failed = failed_in_the_run_before(connection, request.run_id)
    units = in_units(libraries)
    well = [unit for unit in units if failed.isdisjoint(unit)]
    ill = [unit for unit in units if not failed.isdisjoint(unit)]
    if not (well and ill) or at_most == 1:
        return _spread(units, at_most)
    batches = _spread(well, at_most - 1)
    return [*batches, *_spread(ill, at_most - len(batches))]


def _spread(units: Sequence[Sequence[str]], at_most: int) -> list[list[str]]:
    """Return the libraries of the units in order, in batches of nearly as many units each."""
    number = min(at_most, len(units))
    bounds = [len(units) * place // (number or 1) for place in range(number + 1)]
    return [[library for unit in units[start:end] for library in unit] for start, end in pairwise(bounds)]


def _look_after(engine: Engine, warehouse: Engine | None, names: Mapping[str, str], now: datetime) -> None:
    """Migrate the schema `warehouse`, store the libraries' names, and apply erasures made while it was elsewhere."""
    if warehouse is None and is_elsewhere(engine):
        return
    if warehouse is None or warehouse is engine:
        migrate_warehouse(engine)
        store_names(engine, names)
        return
    remember_elsewhere(engine, now)
    try:
        migrate_warehouse(warehouse)
        store_names(warehouse, names)
        bring_forgotten(engine, warehouse, now)
    except (DBAPIError, SettingsError) as error:
        why = error.orig if isinstance(error, DBAPIError) else error
        log.warning("The warehouse's database cannot be used, so that its tables were not looked at: %s", why)
