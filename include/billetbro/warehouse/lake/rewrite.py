"""Change rows in files that are written already: what `forget`, retention and a new policy need of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from billetbro.warehouse.lake.contents import KEY, StoredFile, may_be_in, opened
from billetbro.warehouse.lake.files import FileStore, StoragePath, day_of, temporary_file
from billetbro.warehouse.lake.merge import merge_days
from billetbro.warehouse.lake.personal_files import Bought, Change
from billetbro.warehouse.lake.write import EXPORTED
from billetbro.warehouse.privacy.personal_columns import PERSONAL
from billetbro.warehouse.privacy.policy import Row

AT_ONCE = 8
"""So many files are read and replaced at once: each has to be asked for over the network."""
log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RewritableFiles:
    """The files of a store, as `PersonalDataFiles`; whoever changes them holds the library's lock.

    A file that lacks one of the columns, being older than it, has null in its place. One that we did not write is left
    alone, and told of in the log.
    """

    store: FileStore

    def libraries(self) -> frozenset[str]:
        """Return the libraries that have files."""
        return frozenset().union(*(self.store.libraries(table.name) for table in EXPORTED))

    def rows(self, library: str, table: str, columns: Sequence[str], bought: Bought | None = None) -> Iterator[Row]:
        """Read the named columns of the rows that hold any personal value in them."""
        sought = _sought(library, table, columns, bought)
        for found in self._each(sought, self._read):
            yield from found

    def rewrite(
        self, library: str, table: str, columns: Sequence[str], change: Change, bought: Bought | None = None
    ) -> int:
        """Put what `change` returns in the place of the named columns of these rows; return how many rows changed.

        A file in which nothing changes is left alone, another is replaced whole. A few files are worked on at once, so
        `change` may be called from several threads.
        """
        self.store.remove_unfinished(table, library)
        sought = _sought(library, table, columns, bought)
        return sum(self._each(sought, partial(self._rewritten, change=change)))

    def merge_days(self, library: str, today: date) -> Generator[int]:
        """Make one file of each table's files of each day before `today`; yield of how many, now and then."""
        yield from merge_days(self.store, library, today)

    def _each(self, sought: _Sought, work: Callable[[_Sought, StoragePath], T]) -> Iterator[T]:
        """Do the work for each file, a few at once, in the files' order."""
        stored = self.store.files(sought.table, sought.library)
        files = (one for one in stored if day_of(one) >= sought.since and may_be_in(one.name, sought.purchase_ids))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while some := list(islice(files, AT_ONCE)):
                yield from pool.map(partial(work, sought), some)

    def _read(self, sought: _Sought, stored: StoragePath) -> list[Row]:
        with opened(self.store, sought.library, stored) as file:
            if not _concerned(file, sought):
                return []
            known = [name for name in dict.fromkeys([*sought.columns, KEY]) if name in file.schema.names]
            return [row for batch in file.batches(known) for row in sought.rows(batch.filter(sought.mask(batch)))]

    def _rewritten(self, sought: _Sought, stored: StoragePath, change: Change) -> int:
        with opened(self.store, sought.library, stored) as file, temporary_file() as rewritten:
            changed = _rewrite(file, rewritten, sought, change) if _concerned(file, sought) else 0
            if changed:
                self.store.replace_unchanged(stored, file.local, rewritten)
        return changed


@dataclass(frozen=True, slots=True)
class _Sought:
    """Which columns of which rows are meant: those with a personal value, of these purchases where any are named."""

    library: str
    table: str
    columns: tuple[str, ...]
    purchase_ids: list[int] | None
    since: str

    @property
    def personal(self) -> list[str]:
        return [name for name in self.columns if name in PERSONAL[self.table]]

    def mask(self, batch: pa.RecordBatch) -> pa.Array:
        """Return for each row whether it is meant."""
        meant = pa.array([False] * batch.num_rows)
        for name in self.personal:
            if name in batch.schema.names:
                meant = pc.or_(meant, pc.is_valid(batch.column(name)))
        if self.purchase_ids is not None:
            theirs = pa.array(self.purchase_ids, batch.schema.field(KEY).type)
            meant = pc.and_(meant, pc.is_in(batch.column(KEY), theirs))
        return meant

    def rows(self, batch: pa.RecordBatch) -> list[Row]:
        known = [name for name in self.columns if name in batch.schema.names]
        blank: Row = {name: self.library if name == "library" else None for name in self.columns}
        return [blank | row for row in batch.select(known).to_pylist()]


def _sought(library: str, table: str, columns: Sequence[str], bought: Bought | None) -> _Sought:
    if bought is None:
        return _Sought(library, table, tuple(columns), None, "")
    return _Sought(library, table, tuple(columns), sorted(bought.purchase_ids), bought.since.isoformat())


def _concerned(file: StoredFile, sought: _Sought) -> bool:
    if not file.is_of(sought.table):
        log.warning(
            "'%s' was not written by Billetbro: it was left as it is, and whoever put it there has to remove what it "
            "holds of buyers.",
            file.stored,
        )
        return False
    return file.may_hold(sought.personal, sought.purchase_ids)


def _rewrite(file: StoredFile, target: Path, sought: _Sought, change: Change) -> int:
    count = 0
    with pq.ParquetWriter(target, file.schema) as writer:
        for batch in file.batches():
            mask = sought.mask(batch)
            before = sought.rows(batch.filter(mask))
            after = [change(row) for row in before]
            changed = sum(old != new for old, new in zip(before, after, strict=True))
            writer.write_batch(_with(batch, mask, sought.columns, after) if changed else batch)
            count += changed
    return count


def _with(batch: pa.RecordBatch, mask: pa.Array, columns: Sequence[str], rows: Sequence[Row]) -> pa.RecordBatch:
    """Put the rows' columns in the place of those that the mask names."""
    arrays = []
    for field in batch.schema:
        column = batch.column(field.name)
        if field.name in columns:
            column = pc.replace_with_mask(column, mask, pa.array([row[field.name] for row in rows], field.type))
        arrays.append(column)
    return pa.record_batch(arrays, schema=batch.schema)
