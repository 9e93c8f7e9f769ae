"""How far the Parquet files of a library go, in the schema `warehouse`, since they hold its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Column, Connection, DateTime, Table, Text, func, select
from sqlalchemy.dialects.postgresql import insert

from billetbro.store.schema.metadata import warehouse_metadata

Time = DateTime(timezone=True)

file_exports = Table(
    "file_exports",
    warehouse_metadata,
    Column("library", Text, primary_key=True, comment="The library's id in libraries.yaml"),
    Column("store", Text, primary_key=True, comment="Where the files lie, as BILLETBRO_FILES names it"),
    Column("written_until", Time, nullable=False, comment="The files hold every row whose changed_at is no later"),
    Column("times", BigInteger, nullable=False, comment="How many times files were written; numbers their names"),
    Column("written_at", Time, nullable=False, comment="When files were last written"),
    comment="How far the Parquet files of each library go; without its row a library is written whole again",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesWritten:
    """How far a library's files go: what changed `until` then is in them, None is nothing; so many `times`."""

    until: datetime | None = None
    times: int = 0


def files_written(connection: Connection, library: str, store: str) -> FilesWritten:
    """Return how far the library's files in a store go."""
    query = select(file_exports.c.written_until, file_exports.c.times)
    row = connection.execute(query.where(file_exports.c.library == library, file_exports.c.store == store)).first()
    return FilesWritten() if row is None else FilesWritten(until=row[0], times=row[1])


def note_files_written(connection: Connection, library: str, store: str, written: FilesWritten, now: datetime) -> None:
    """Note how far the library's files in a store go."""
    values = {"written_until": written.until, "times": written.times, "written_at": now}
    new = insert(file_exports).values(library=library, store=store, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["library", "store"], set_=values))


def date_of_change(connection: Connection, library: str, now: datetime) -> datetime:
    """Return the moment to put into `changed_at` for a change that is made `now`, so that the files do not miss it.

    It is `now`, unless files go further already: as when `now` was taken before the library's lock, or when the clocks
    of two workers differ.
    """
    until = connection.scalar(select(func.max(file_exports.c.written_until)).where(file_exports.c.library == library))
    return now if until is None else max(now, until + timedelta(microseconds=1))
