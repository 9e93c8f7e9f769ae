"""Which sale windows open or close now, from our tables alone: all that a round with nothing due imports and asks."""

from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import ProgrammingError

from billetbro.reconcile.sale_status.windows import is_due
from billetbro.store.database import migrate
from billetbro.store.sale_windows import LastReading, bounds_in_reach

NO_TABLE, NO_COLUMN = "42P01", "42703"


def libraries_due(engine: Engine, now: datetime) -> frozenset[str]:
    """Return the libraries with an event whose button has to be checked.

    None before the tables exist. Tables of an earlier version are migrated first.
    """
    try:
        due = due_sales(engine, now)
    except ProgrammingError as error:
        match getattr(error.orig, "sqlstate", None):
            case code if code == NO_TABLE:
                return frozenset()
            case code if code != NO_COLUMN:
                raise
        migrate(engine)
        due = due_sales(engine, now)
    return frozenset(reading.library for reading in due)


def due_sales(engine: Engine, now: datetime, library: str | None = None) -> list[LastReading]:
    """Return the events, of all libraries or one, whose buttons have to be checked."""
    with engine.connect() as connection:
        in_reach = bounds_in_reach(connection, now, library)
    return [
        reading for reading in in_reach if is_due(reading.mapped, reading.link, reading.event, reading.read_at, now)
    ]
