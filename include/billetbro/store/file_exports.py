"""How far each library's lake is written; in the schema `warehouse`, whose rows it holds."""

from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Table, Text, func, select
from sqlalchemy.dialects.postgresql import insert

from billetbro.store.schema.metadata import Time, library_key, warehouse_metadata

file_exports = Table(
    "file_exports",
    warehouse_metadata,
    library_key(),
    Column("store", Text, primary_key=True, comment="Where the lake lies, as BILLETBRO_FILES names it"),
    Column("written_until", Time, nullable=False, comment="The lake holds every row whose changed_at is no later"),
    Column("written_at", Time, nullable=False, comment="When the lake was last written"),
    comment="How far the lake goes for each library; without its row a library is written whole again",
)


def files_written_until(connection: Connection, library: str, store: str) -> datetime | None:
    """Return until when changes are in the lake; None if nothing is."""
    query = select(file_exports.c.written_until)
    return connection.scalar(query.where(file_exports.c.library == library, file_exports.c.store == store))


def note_files_written(connection: Connection, library: str, store: str, until: datetime, now: datetime) -> None:
    """Store until when the library's changes are in the lake."""
    values = {"written_until": until, "written_at": now}
    new = insert(file_exports).values(library=library, store=store, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["library", "store"], set_=values))


def date_of_change(connection: Connection, library: str, now: datetime) -> datetime:
    """Return the `changed_at` for a change made `now`, so that the lake does not miss it.

    It is `now`, unless the lake is written further already: when `now` was taken before the library's lock, or when
    clocks differ between workers.
    """
    until = connection.scalar(select(func.max(file_exports.c.written_until)).where(file_exports.c.library == library))
    return now if until is None else max(now, until + timedelta(microseconds=1))
