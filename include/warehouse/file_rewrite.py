"""Change rows in files that are written already: what `forget`, retention and a new policy need of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from include.api.errors import Fatal
from include.warehouse.file_store import FileStore, StoragePath, temporary_file
from include.warehouse.files import EXPORTED, ROWS_AT_A_TIME
from include.warehouse.personal_files import Change
from include.warehouse.privacy import Row

AT_ONCE = 8
"""So many files are read and replaced at once: each has to be asked for over the network."""


@dataclass(frozen=True, slots=True)
class RewritableFiles:
    """The files of a store, as `PersonalDataFiles`; whoever changes them holds the library's lock.

    A file that lacks one of the columns, being older than it, has null in its place.
    """

    store: FileStore

    def libraries(self) -> frozenset[str]:
        """Return the libraries that have files."""
        return frozenset().union(*(self.store.libraries(table.name) for table in EXPORTED))

    def rows(self, library: str, table: str, columns: Sequence[str]) -> Iterator[Row]:
        """Read the named columns of every row of the library's files."""
        for stored in self.store.files(table, library):
            with self.store.fetched(stored) as local, _parquet(stored, local) as file:
                for batch in _batches(file):
                    yield from _rows(batch, library, columns)

    def rewrite(self, library: str, table: str, columns: Sequence[str], change: Change) -> int:
        """Put what `change` returns in the place of each row's named columns; return how many rows changed.

        A file in which nothing changes is left alone, another is replaced whole. A few files are worked on at once, so
        `change` may be called from several threads.
        """
        self.store.remove_unfinished(table, library)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return sum(pool.map(partial(self._rewritten, library, columns, change), self.store.files(table, library)))

    def _rewritten(self, library: str, columns: Sequence[str], change: Change, stored: StoragePath) -> int:
        with self.store.fetched(stored) as local, temporary_file() as rewritten:
            with _parquet(stored, local) as file:
                changed = _rewrite(file, rewritten, library, columns, change)
            if changed:
                self.store.replace(stored, rewritten)
        return changed


@contextmanager
def _parquet(stored: StoragePath, local: Path) -> Iterator[pq.ParquetFile]:
    """Open a local copy; raises Fatal naming the stored file, since whoever was in it may still be."""
    try:
        file = pq.ParquetFile(local)
    except pa.ArrowInvalid as error:
        raise Fatal(f"'{stored}' is not a Parquet file that can be read; put it right, or remove it.") from error
    with file:
        yield file


def _batches(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    yield from file.iter_batches(batch_size=ROWS_AT_A_TIME)


def _rows(batch: pa.RecordBatch, library: str, columns: Sequence[str]) -> list[Row]:
    known = [name for name in columns if name in batch.schema.names]
    blank: Row = {name: library if name == "library" else None for name in columns}
    return [blank | row for row in batch.select(known).to_pylist()]


def _rewrite(file: pq.ParquetFile, target: Path, library: str, columns: Sequence[str], change: Change) -> int:
    count = 0
    with pq.ParquetWriter(target, file.schema_arrow) as writer:
        for batch in _batches(file):
            before = _rows(batch, library, columns)
            after = [change(row) for row in before]
            count += sum(old != new for old, new in zip(before, after, strict=True))
            writer.write_batch(_with(batch, columns, after))
    return count


def _with(batch: pa.RecordBatch, columns: Sequence[str], rows: Sequence[Row]) -> pa.RecordBatch:
    arrays = [
        pa.array([row[field.name] for row in rows], field.type) if field.name in columns else batch.column(field.name)
        for field in batch.schema
    ]
    return pa.record_batch(arrays, schema=batch.schema)
