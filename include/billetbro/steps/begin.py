"""Before the first step: migrate the schemas, and add a row to `sync.runs` for each library."""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from billetbro.errors import SettingsError
from billetbro.settings.libraries import Library
from billetbro.steps.load.twins import in_units
from billetbro.steps.request import RunRequest, batches
from billetbro.store.database import migrate, migrate_warehouse
from billetbro.store.runs import start_run
from billetbro.store.warehouse_place import is_elsewhere, remember_elsewhere
from billetbro.warehouse.privacy.erasure_log import bring_forgotten

log = logging.getLogger(__name__)


def begin(
    engine: Engine, libraries: Sequence[Library], request: RunRequest, now: datetime, warehouse: Engine | None = None
) -> list[list[str]]:
    """Begin a run for these libraries and return their ids in batches, one for each task; twins share a batch.

    A warehouse in a separate database that is down or read-only, or whose connection was removed (None), does not stop
    the run: the exports report it.
    """
    migrate(engine)
    _look_after(engine, warehouse, now)
    ids = [library.id for library in libraries]
    start_run(engine, request.run_id, ids, request.mode.value, by_hand=request.by_hand, now=now)
    units = {unit[0]: unit for unit in in_units(libraries)}
    return [[member for first in batch for member in units[first]] for batch in batches(list(units))]


def _look_after(engine: Engine, warehouse: Engine | None, now: datetime) -> None:
    """Migrate the schema `warehouse` in its database, and apply erasures made while it was elsewhere."""
    if warehouse is None and is_elsewhere(engine):
        return
    if warehouse is None or warehouse is engine:
        migrate_warehouse(engine)
        return
    remember_elsewhere(engine, now)
    try:
        migrate_warehouse(warehouse)
        bring_forgotten(engine, warehouse, now)
    except (DBAPIError, SettingsError) as error:
        why = error.orig if isinstance(error, DBAPIError) else error
        log.warning("The warehouse's database cannot be used, so that its tables were not looked at: %s", why)
