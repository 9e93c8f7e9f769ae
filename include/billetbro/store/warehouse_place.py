"""Remember that the schema `warehouse` lies in a database of its own: no buyer lands in the other by mistake."""

from datetime import datetime

from sqlalchemy import Engine, insert, select, text

from billetbro.store.schema.tables import warehouse_elsewhere


def remember_elsewhere(engine: Engine, now: datetime) -> None:
    """Note, in the database of the schema `sync`, that the warehouse is not in it; noted once."""
    with engine.begin() as connection:
        if connection.scalar(select(warehouse_elsewhere.c.since)) is None:
            connection.execute(insert(warehouse_elsewhere), {"since": now})


def is_elsewhere(engine: Engine) -> bool:
    """Return whether that was noted; false in a database that has not got so far yet."""
    with engine.connect() as connection:
        if connection.scalar(text(f"SELECT to_regclass('{warehouse_elsewhere.fullname}')")) is None:
            return False
        return connection.scalar(select(warehouse_elsewhere.c.since)) is not None
