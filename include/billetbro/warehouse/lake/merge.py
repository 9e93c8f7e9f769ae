"""Make one file of a day's hourly files, once the day is over: a year of hours is too many to open one by one.

The day's file is written whole before the files that it replaces are removed. A reader meets every row all the time,
for a moment twice, of which the latest counts (docs/files.md); a process that dies in between leaves files that the
next night merges again.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from functools import partial
from itertools import groupby, islice

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlalchemy import Table

from billetbro.warehouse.ingest.upsert import natural_key
from billetbro.warehouse.lake.contents import StoredFile, is_name_of_day, name_of_day, opened
from billetbro.warehouse.lake.files import FileStore, StoragePath, day_of, temporary_file
from billetbro.warehouse.lake.schema import IN_THE_PATH, file_schema
from billetbro.warehouse.lake.write import CHANGED, EXPORTED, ROWS_AT_A_TIME

DAYS_AT_ONCE = 8


def merge_days(store: FileStore, library: str, today: date) -> Generator[int]:
    """Merge each table's files of each day (UTC) before `today`; yield of how many, a few days at a time.

    The caller holds the library's lock. Files that we did not write, or with columns that are not known (any longer),
    stay as they are.
    """
    with ThreadPoolExecutor(DAYS_AT_ONCE) as pool:
        for table in EXPORTED:
            store.remove_unfinished(table.name, library)
            days = groupby(store.files(table.name, library), day_of)
            due = iter([files for day, some in days if day < today.isoformat() and not _is_one(files := list(some))])
            while some := list(islice(due, DAYS_AT_ONCE)):
                yield sum(pool.map(partial(_merge, store, library, table), some))


def _is_one(files: Sequence[StoragePath]) -> bool:
    return len(files) == 1 and is_name_of_day(files[0].name)


def _merge(store: FileStore, library: str, table: Table, files: Sequence[StoragePath]) -> int:
    with ExitStack() as stack:
        read = [stack.enter_context(opened(store, library, stored)) for stored in files]
        ours = [file for file in read if file.is_of(table.name) and _is_known(file.schema, file_schema(table))]
        if not ours:
            return 0
        rows = _latest(table, ours)
        target = files[0].with_name(name_of_day(rows))
        before = {file.stored.name: file for file in read}.get(target.name)
        if ours == [before] or (before is not None and before not in ours):
            return 0
        merged = stack.enter_context(temporary_file())
        pq.write_table(rows, merged, row_group_size=ROWS_AT_A_TIME)
        if before is None:
            store.replace(target, merged)
        else:
            store.replace_unchanged(target, before.local, merged)
        for file in ours:
            if file is not before:
                store.remove_unchanged(file.stored, file.local)
    return len(ours)


def _is_known(schema: pa.Schema, wanted: pa.Schema) -> bool:
    """Return whether every column is one of today's: those of an older version are, being fewer."""
    return all(
        wanted.get_field_index(field.name) >= 0 and field.type == wanted.field(field.name).type for field in schema
    )


def _latest(table: Table, files: Sequence[StoredFile]) -> pa.Table:
    """Return the latest row of each key, in order of the key, with today's columns: null where a file lacks one."""
    schema = file_schema(table)
    rows = pa.concat_tables(
        [pa.Table.from_batches(file.batches(), file.schema).replace_schema_metadata() for file in files],
        promote_options="default",
    )
    key = [column.name for column in natural_key(table) if column.name not in IN_THE_PATH]
    rows = rows.sort_by([(name, "ascending") for name in (*key, CHANGED)])
    keys = list(zip(*(rows.column(name).to_pylist() for name in key), strict=True))
    rows = rows.filter(pa.array([one != following for one, following in zip(keys, [*keys[1:], None], strict=True)]))
    columns = [
        rows.column(field.name) if field.name in rows.column_names else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)
