"""What a stored Parquet file tells of itself: whether it is ours, and whose rows it can hold."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from billetbro.errors import Fatal
from billetbro.warehouse.lake.files import SUFFIX, FileStore, StoragePath

KEY = "purchase_id"
MERGED = ".merged"
OF_A_DAY = re.compile(rf"day(?:-(\d+)-(\d+))?{re.escape(MERGED + SUFFIX)}")
"""The name of a day's one file; of rows of purchases with the smallest and the largest number of them."""
ROWS_AT_A_TIME = 20_000
"""So many rows are in memory at once."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a library's rows: where it is stored, and its local copy, opened."""

    library: str
    stored: StoragePath
    local: Path
    parquet: pq.ParquetFile

    @property
    def schema(self) -> pa.Schema:
        """Return its columns."""
        return self.parquet.schema_arrow

    def is_of(self, table: str) -> bool:
        """Return whether we wrote it, of this table; anybody can put a file of their own beside ours."""
        told: str = ((self.schema.metadata or {}).get(b"table") or b"").decode(errors="replace")
        return told.rpartition(".")[2] == table

    def may_hold(self, personal: Sequence[str], purchase_ids: Sequence[int] | None) -> bool:
        """Return whether a row can have a value in one of these columns, and be of one of these purchases, in order.

        Goes by the statistics at the file's end; what they do not tell may be.
        """
        metadata = self.parquet.metadata
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        return any(_may_hold(group, personal, purchase_ids) for group in groups)

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Read the rows, or only these columns of them; raises Fatal naming the file when it is damaged."""
        batches = self.parquet.iter_batches(batch_size=ROWS_AT_A_TIME, columns=columns)
        while True:
            with _named_when_damaged(self.stored, self.library):
                batch = next(batches, None)
            if batch is None:
                return
            yield batch


def name_of_day(rows: pa.Table) -> str:
    """Return the name of a day's one file; no run's file can have it, since theirs end in how often files were written.

    The numbers in it spare the nights to come from opening it for purchases that are not in it.
    """
    if KEY not in rows.column_names or rows.num_rows == 0:
        return f"day{MERGED}{SUFFIX}"
    among = pc.min_max(rows.column(KEY)).as_py()
    return f"day-{among['min']}-{among['max']}{MERGED}{SUFFIX}"


def is_name_of_day(name: str) -> bool:
    """Return whether a file has the name of a day's one file."""
    return OF_A_DAY.fullmatch(name) is not None


def may_be_in(name: str, purchase_ids: Sequence[int] | None) -> bool:
    """Return whether a file of this name can hold any of these purchases, in order."""
    told = OF_A_DAY.fullmatch(name)
    return (
        purchase_ids is None
        or told is None
        or told[1] is None
        or _any_between(purchase_ids, int(told[1]), int(told[2]))
    )


@contextmanager
def opened(store: FileStore, library: str, stored: StoragePath) -> Iterator[StoredFile]:
    """Fetch a file and open it; raises FilesTrouble, and Fatal naming the file when it is damaged or cut short."""
    with store.fetched(stored) as local:
        with _named_when_damaged(stored, library):
            parquet = pq.ParquetFile(local)
        with parquet:
            yield StoredFile(library, stored, local, parquet)


@contextmanager
def _named_when_damaged(stored: StoragePath, library: str) -> Iterator[None]:
    """Say which file it is, and nothing of what is in it: whoever was in it may still be."""
    try:
        yield
    except (pa.ArrowException, OSError):
        raise Fatal("error.damaged_file", file=str(stored), library=library) from None


def _may_hold(group: pq.RowGroupMetaData, personal: Sequence[str], purchase_ids: Sequence[int] | None) -> bool:
    columns = {(column := group.column(number)).path_in_schema: column for number in range(group.num_columns)}
    if all(name not in columns or _is_null(columns[name], group.num_rows) for name in personal):
        return False
    key = columns.get(KEY)
    statistics = key.statistics if key is not None else None
    if purchase_ids is None or statistics is None or not statistics.has_min_max:
        return True
    return _any_between(purchase_ids, statistics.min, statistics.max)


def _any_between(purchase_ids: Sequence[int], smallest: int, largest: int) -> bool:
    place = bisect_left(purchase_ids, smallest)
    return place < len(purchase_ids) and purchase_ids[place] <= largest


def _is_null(column: pq.ColumnChunkMetaData, rows: int) -> bool:
    statistics = column.statistics
    return statistics is not None and statistics.has_null_count and statistics.null_count == rows
