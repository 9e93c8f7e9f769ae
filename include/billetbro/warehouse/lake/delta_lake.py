"""The lake as Delta Lake tables: written by merges, erased by rewriting and by removing earlier versions.

A Delta table keeps the files of earlier versions. After an erasure, every file of the library that the current version
does not use is removed, as `vacuum` does, but for one library: a `vacuum` of the whole table would also remove what
another library's task has written and not yet committed.
"""

import logging
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from deltalake import DeltaTable
from deltalake.table import TableMerger
from pyarrow.dataset import Expression, Fragment  # type: ignore[import-untyped]
from sqlalchemy import Engine, Table

from billetbro.errors import Fatal
from billetbro.store.file_exports import files_written_until, note_files_written
from billetbro.store.schema.privacy_tables import forgotten
from billetbro.warehouse.lake.delta_tables import READ, DeltaTables, of_library
from billetbro.warehouse.lake.lake import Change, FilesTrouble, FileSummary, LakePlace
from billetbro.warehouse.lake.schema import (
    CHANGED,
    EXPORTED,
    TABLES,
    changed_rows,
    key_names,
    lake_schema,
    latest_changes,
)
from billetbro.warehouse.privacy.personal_columns import PERSONAL
from billetbro.warehouse.privacy.pseudonymise import Row

KEY = "purchase_id"
OURS = re.compile(r"part-\d{5}-[0-9a-f-]{36}-c\d{3}\.\w+\.parquet")
OF_EARLIER_EDITIONS = re.compile(r".+-\d{6}\.parquet|day(-\d+-\d+)?\.merged\.parquet|_.+\.unfinished")
"""Names of files from before there were Delta tables, in folders `day=`."""
log = logging.getLogger(__name__)


class DeltaLake:
    """Implements `Lake`, which documents the methods."""

    def __init__(self, place: LakePlace) -> None:
        self.name = place.name
        self.tables = DeltaTables(place)

    def write(self, warehouse: Engine, library: str, now: datetime) -> FileSummary:
        written: dict[str, int] = {}
        # One snapshot, so that no table refers to a row that another lacks.
        with warehouse.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            before = files_written_until(connection, library, self.name)
            latest = latest_changes(connection, library, before)
            for table in EXPORTED:
                if table.name in latest:
                    for rows in changed_rows(connection, table, library, before):
                        self.tables.changed(partial(self.merge, table, library, rows, repair=before is None))
                        written[table.name] = written.get(table.name, 0) + rows.num_rows
        if before is None:
            self._remove_all_but_the_present(library, EXPORTED)
        if before is None or latest:
            with warehouse.begin() as connection:
                note_files_written(connection, library, self.name, max(latest.values(), default=now), now)
        return FileSummary(rows=written)

    def libraries(self) -> frozenset[str]:
        folders = [one.base_name for table in TABLES for one in self.tables.files(table)]
        return frozenset(name.removeprefix("library=") for name in folders if name.startswith("library="))

    def rows(
        self, library: str, table: str, columns: Sequence[str], purchases: Collection[int] | None = None
    ) -> Iterator[Row]:
        if (opened := self.tables.opened(TABLES[table])) is not None:
            for batch in self._sought(opened, library, table, columns, purchases):
                yield from _rows(batch, columns)

    def rewrite(
        self, library: str, table: str, columns: Sequence[str], change: Change, purchases: Collection[int] | None = None
    ) -> int:
        def once() -> int:
            opened = self.tables.opened(TABLES[table])
            if opened is None:
                return 0
            wanted = [*dict.fromkeys([*key_names(TABLES[table]), *columns])]
            found = self._sought(opened, library, table, wanted, purchases, columns)
            changed = [after for batch in found if (after := _changed(batch, table, wanted, columns, change)).num_rows]
            if changed:
                merger = _merger(opened, TABLES[table], library, pa.concat_tables(changed))
                merger.when_matched_update({name: f"new.{name}" for name in columns}).execute()
            return sum(after.num_rows for after in changed)

        return self.tables.changed(once)

    def remove_earlier_versions(self, library: str) -> int:
        return self._remove_all_but_the_present(library, [TABLES[name] for name in PERSONAL])

    def keep_erasures(self, library: str, erased: Mapping[int, datetime]) -> None:
        rows = [{"library": library, "purchase_id": one, "forgotten_at": at} for one, at in sorted(erased.items())]
        if rows:
            given = pa.Table.from_pylist(rows, pa.schema([lake_schema(forgotten).field(name) for name in rows[0]]))
            self.tables.changed(partial(self._add_erasures, library, given))

    def _add_erasures(self, library: str, rows: pa.Table) -> None:
        values = {name: f"new.{name}" for name in rows.column_names}
        merger = _merger(self.tables.opened_or_made(forgotten), forgotten, library, rows)
        merger.when_not_matched_insert(values).execute()

    def erasures(self, library: str) -> frozenset[int]:
        if (opened := self.tables.opened(forgotten)) is None:
            return frozenset()
        with self.tables.trouble(READ):
            found = opened.to_pyarrow_table(filters=[("library", "=", library)], columns=["purchase_id"])
        return frozenset(found["purchase_id"].to_pylist())

    def compact(self, library: str) -> int:
        return sum(self.tables.changed(partial(self._compact, library, table)) for table in EXPORTED)

    def remove_expired(self) -> None:
        for table in EXPORTED:
            self.tables.changed(partial(self._remove_expired, table))

    def merge(self, table: Table, library: str, rows: pa.Table, *, repair: bool = False) -> None:
        """Replace the rows with the same keys unless they are newer, and add the others."""
        opened = self.tables.opened_or_made(table)
        if repair:
            opened.repair()  # forget damaged files that somebody removed
        merger = _merger(opened, table, library, rows, merge_schema=True)
        newer = merger.when_matched_update_all(predicate=f"new.{CHANGED} >= old.{CHANGED}")
        newer.when_not_matched_insert_all().execute()

    def _compact(self, library: str, table: Table) -> int:
        opened = self.tables.opened(table)
        if opened is None:
            return 0
        return int(opened.optimize.compact(partition_filters=[("library", "=", library)])["numFilesRemoved"])

    def _remove_expired(self, table: Table) -> None:
        if (opened := self.tables.opened(table)) is not None:
            opened.vacuum(dry_run=False)
            opened.create_checkpoint()
            opened.cleanup_metadata()

    def _sought(
        self,
        opened: DeltaTable,
        library: str,
        table: str,
        columns: Sequence[str],
        purchases: Collection[int] | None,
        holding: Sequence[str] | None = None,
    ) -> Iterator[pa.RecordBatch]:
        """Yield these columns of the rows with a personal value in them, or in those of `holding`.

        It has many arguments: one query serves erasure, the policy's change, and counting.
        """
        with self.tables.trouble(READ):
            dataset = opened.to_pyarrow_dataset(file_pruning_predicate=[("library", "=", library)])
        known = [name for name in columns if name in dataset.schema.names]
        personal = [name for name in holding or columns if name in PERSONAL[table] and name in known]
        condition = _any_valid(personal)
        if purchases is not None:
            condition &= pc.field(KEY).isin(pa.array(sorted(purchases), pa.int64()))
        for fragment in dataset.get_fragments():
            named = f"{self.name}/{table}/{fragment.path}"
            yield from _batches(fragment, named, library, schema=dataset.schema, columns=known, filter=condition)

    def _remove_all_but_the_present(self, library: str, tables: Iterable[Table]) -> int:
        removed = 0
        for table in tables:
            opened = self.tables.opened(table)
            present = {uri.rpartition("/")[2] for uri in opened.file_uris()} if opened else set()
            found = [
                one
                for one in self.tables.files(table.name, f"library={library}", below=True)
                if one.is_file and one.base_name not in present
            ]
            ours = [one.path for one in found if _is_ours(one.path)]
            for path in sorted({one.path for one in found}.difference(ours)):
                log.warning(
                    "'%s' was not written by Billetbro: it was left as it is, and whoever put it there has to remove "
                    "what it holds of buyers.",
                    f"{self.name}/{path}",
                )
            self.tables.remove(ours)
            removed += len(ours)
        return removed


def _merger(opened: DeltaTable, table: Table, library: str, rows: pa.Table, **options: bool) -> TableMerger:
    matching = of_library(table, library)
    return opened.merge(rows, matching, source_alias="new", target_alias="old", **options)  # type: ignore[arg-type]


def _is_ours(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    of_a_day = folder.rpartition("/")[2].startswith("day=")
    return (OF_EARLIER_EDITIONS if of_a_day else OURS).fullmatch(name) is not None


def _batches(fragment: Fragment, name: str, library: str, **wanted: object) -> Iterator[pa.RecordBatch]:
    """Read a file; raises Fatal, naming it but none of its content, if it is damaged."""
    try:
        yield from fragment.scanner(**wanted).to_batches()
    except (pa.ArrowException, OSError) as error:
        kind = Fatal if isinstance(error, pa.ArrowException | FileNotFoundError) else FilesTrouble
        raise kind("error.damaged_file", file=name, library=library) from None


def _any_valid(columns: Sequence[str]) -> Expression:
    condition = pc.scalar(False)
    for name in columns:
        condition |= pc.field(name).is_valid()
    return condition


def _rows(batch: pa.RecordBatch, columns: Sequence[str]) -> list[Row]:
    blank: Row = dict.fromkeys(columns)
    return [blank | row for row in batch.to_pylist()]


def _changed(
    batch: pa.RecordBatch, table: str, wanted: Sequence[str], columns: Sequence[str], change: Change
) -> pa.Table:
    """Return the key and the columns of the rows that change."""
    changed = []
    for row in _rows(batch, wanted):
        before = {name: row[name] for name in columns}
        if (after := change(before)) != before:
            changed.append(row | after)
    schema = lake_schema(TABLES[table])
    return pa.Table.from_pylist(changed, pa.schema([schema.field(name).remove_metadata() for name in wanted]))
