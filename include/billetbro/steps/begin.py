"""Before the first step: the schemas up to date, and a row in `sync.runs` for each library."""

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
    """Begin a run for these libraries and return their ids in the batches that tasks work on; twins are in the same.

    A warehouse in a database of its own that does not answer or lets nothing be written, or whose connection is gone
    (None, where it was one), keeps nobody from selling: the exports will say so.
    """
    migrate(engine)
    _look_after(engine, warehouse, now)
    ids = [library.id for library in libraries]
    start_run(engine, request.run_id, ids, request.mode.value, by_hand=request.by_hand, now=now)
    units = {unit[0]: unit for unit in in_units(libraries)}
    return [[member for first in batch for member in units[first]] for batch in batches(list(units))]


def _look_after(engine: Engine, warehouse: Engine | None, now: datetime) -> None:
    """Bring the schema `warehouse` up to date where it lies, and tell it who was forgotten while it lay elsewhere."""
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
