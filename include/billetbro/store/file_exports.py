"""How far the lake goes for a library, in the schema `warehouse`, since it holds the rows of that."""

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
    """Return until when what changed is in the lake, None when nothing is."""
    query = select(file_exports.c.written_until)
    return connection.scalar(query.where(file_exports.c.library == library, file_exports.c.store == store))


def note_files_written(connection: Connection, library: str, store: str, until: datetime, now: datetime) -> None:
    """Note how far the lake goes for the library."""
    values = {"written_until": until, "written_at": now}
    new = insert(file_exports).values(library=library, store=store, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["library", "store"], set_=values))


def date_of_change(connection: Connection, library: str, now: datetime) -> datetime:
    """Return the moment to put into `changed_at` for a change that is made `now`, so that the lake does not miss it.

    It is `now`, unless the lake goes further already: as when `now` was taken before the library's lock, or when the
    clocks of two workers differ.
    """
    until = connection.scalar(select(func.max(file_exports.c.written_until)).where(file_exports.c.library == library))
    return now if until is None else max(now, until + timedelta(microseconds=1))
