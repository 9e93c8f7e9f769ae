"""Record that the schema `warehouse` is in a separate database, so that no buyer is stored in the other by mistake."""

from datetime import datetime

from sqlalchemy import Engine, insert, select, text

from billetbro.store.schema.tables import warehouse_elsewhere


def remember_elsewhere(engine: Engine, now: datetime) -> None:
    """Record once, in the database of the schema `sync`, that the warehouse is elsewhere."""
    with engine.begin() as connection:
        if connection.scalar(select(warehouse_elsewhere.c.since)) is None:
            connection.execute(insert(warehouse_elsewhere), {"since": now})


def is_elsewhere(engine: Engine) -> bool:
    """Return whether that is recorded; false before the table exists."""
    with engine.connect() as connection:
        if connection.scalar(text(f"SELECT to_regclass('{warehouse_elsewhere.fullname}')")) is None:
            return False
        return connection.scalar(select(warehouse_elsewhere.c.since)) is not None
