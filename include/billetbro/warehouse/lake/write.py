"""Write what the exports changed to Parquet files, for those whose warehouse is BigQuery, Snowflake or Fabric.

How far a library's files go is noted once all of them are written: what fails is made up for by the next run, and what
was written already is then met twice. Readers take the latest row of each key (docs/files.md).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlalchemy import Connection, Engine, Table, func, select

from billetbro.store.file_exports import FilesWritten, files_written, note_files_written
from billetbro.store.schema.warehouse_tables import additional_sales, answers, events, prices, purchases, tickets
from billetbro.warehouse.lake.files import SUFFIX, FileStore, temporary_file
from billetbro.warehouse.lake.schema import file_columns, file_schema

EXPORTED = (events, prices, purchases, tickets, additional_sales, answers)
CHANGED = "changed_at"
ROWS_AT_A_TIME = 20_000
"""So many rows are in memory at once, and in a row group of a file."""
LONGEST_RUN_ID = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSummary:
    """The rows that were written, by table; tables without a file are left out."""

    rows: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """Say it in words, for a log."""
        return ", ".join(f"{rows} {table}" for table, rows in self.rows.items()) or "nothing new"


def write_files(engine: Engine, store: FileStore, library: str, run_id: str, now: datetime) -> FileSummary:
    """Write the library's rows that changed since the last files, a file for each table; the caller holds its lock.

    `engine` is the warehouse's. The day in the path is `now`'s in UTC. A task that is tried again writes over its own
    files. Raises Retriable when the store cannot be written to: the rows stay due.
    """
    day = now.astimezone(UTC).date().isoformat()
    # One snapshot for all tables, so that no file tells of a row that another file lacks.
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        before = files_written(connection, library, store.name)
        latest = _latest_changes(connection, library, before.until)
        name = file_name(run_id, before.times)
        written: dict[str, int] = {}
        for table in EXPORTED:
            if table.name in latest:
                with temporary_file() as local:
                    written[table.name] = _write(connection, table, library, before.until, local)
                    store.put(local, table.name, library, day, name)
    if latest:
        with engine.begin() as connection:
            until = max(latest.values())
            note_files_written(connection, library, store.name, FilesWritten(until=until, times=before.times + 1), now)
    return FileSummary(rows=written)


def file_name(run_id: str, times: int) -> str:
    """Return the file's name: the run's id in safe letters, and how many times files were written before.

    The number keeps a run that is started over after it wrote its files from writing over them.
    """
    safe = re.sub(r"[^A-Za-z0-9_.]+", "-", run_id)[:LONGEST_RUN_ID].lstrip("._-")
    if safe != run_id:
        safe += f"-{hashlib.sha256(run_id.encode()).hexdigest()[:8]}"
    return f"{safe}-{times:06d}{SUFFIX}"


def _latest_changes(connection: Connection, library: str, after: datetime | None) -> dict[str, datetime]:
    """Return when a row of each table changed last, for the tables in which any did since."""
    latest = {}
    for table in EXPORTED:
        query = select(func.max(table.c[CHANGED])).where(table.c.library == library)
        found = connection.scalar(query if after is None else query.where(table.c[CHANGED] > after))
        if found is not None:
            latest[table.name] = found
    return latest


def _write(connection: Connection, table: Table, library: str, after: datetime | None, file: Path) -> int:
    """Write the table's changed rows, in order of their key, and return how many they are."""
    schema = file_schema(table)
    count = 0
    with pq.ParquetWriter(file, schema) as writer:
        for rows in _changed_rows(connection, table, library, after):
            by_column = zip(zip(*rows, strict=True), schema, strict=True)
            columns = [pa.array(values, field.type) for values, field in by_column]
            writer.write_batch(pa.record_batch(columns, schema=schema))
            count += len(rows)
    return count


def _changed_rows(
    connection: Connection, table: Table, library: str, after: datetime | None
) -> Iterator[Sequence[Sequence[object]]]:
    query = select(*file_columns(table)).where(table.c.library == library).order_by(*table.primary_key)
    if after is not None:
        query = query.where(table.c[CHANGED] > after)
    with connection.execute(query, execution_options={"yield_per": ROWS_AT_A_TIME}) as result:
        yield from result.partitions()
