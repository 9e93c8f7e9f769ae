"""The files of a day that is over become one, and no reader ever misses a row."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path, PosixPath

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from airflow.sdk import ObjectStoragePath
from airflow.sdk.io import attach
from fsspec.implementations.memory import MemoryFileSystem
from sqlalchemy import Engine

from billetbro.errors import Fatal
from billetbro.steps.personal_data import merge_files
from billetbro.warehouse.ingest.upsert import natural_key
from billetbro.warehouse.lake.files import FilesTrouble
from billetbro.warehouse.lake.rewrite import RewritableFiles
from billetbro.warehouse.lake.write import EXPORTED
from tests.integration.warehouse.examples import FIRST, HOUR, LIBRARY, MONDAY, SECOND, Till, export
from tests.integration.warehouse.files import a_store, paths, rows, rows_of_file, stored_bytes, write
from tests.integration.warehouse.personal import KEEP, files_in

TUESDAY = date(2026, 3, 3)
DAY = f"library={LIBRARY}/day=2026-03-02"

OTHERS = {
    "events": "day.merged.parquet",
    "prices": "day.merged.parquet",
    "tickets": "day-900-910.merged.parquet",
    "additional_sales": "day.merged.parquet",
    "answers": "day-900-900.merged.parquet",
}
"""The other tables, each with one hour's file on Monday, and what that is called afterwards."""


@pytest.fixture
def root(engine: Engine, tmp_path: Path) -> Path:
    """Give a folder with the files of three hours of Monday, and one of Tuesday; purchase 910 changed in each.

    A later run's file has the name that sorts before an earlier one's.
    """
    for hours in (0, 1, 2, 15):
        till = Till({10: (FIRST, replace(SECOND, total_ore=7500 + hours))})
        export(engine, till, MONDAY + hours * HOUR, privacy=KEEP, force=True)
        write(engine, a_store(tmp_path), f"run-{20 - hours}", MONDAY + hours * HOUR)
    return tmp_path


def merge(root: Path, today: date = TUESDAY) -> int:
    return sum(files_in(root).merge_days(LIBRARY, today))


def latest(root: Path) -> dict[str, list[dict[str, object]]]:
    """Return the latest row of each key, as docs/files.md tells readers to look for it."""
    told = {}
    for table in EXPORTED:
        if (root / table.name).exists():
            key = [column.name for column in natural_key(table)]
            in_time = sorted(rows(root, table.name), key=lambda row: (row["changed_at"], row["day"]))
            by_key = {tuple(row[name] for name in key): row for row in in_time}
            order = [column.name for column in table.primary_key]
            newest = sorted(by_key.values(), key=lambda row: [row[name] for name in order])
            told[table.name] = [row | {"day": ""} for row in newest]
    return told


def test_merging_makes_one_file_of_a_past_day_and_leaves_today(engine: Engine, root: Path) -> None:
    before = latest(root)
    assert merge(root) == 3 + len(OTHERS)
    assert paths(root) == sorted(
        [
            f"purchases/{DAY}/day-900-910.merged.parquet",
            f"purchases/library={LIBRARY}/day=2026-03-03/run-5-000003.parquet",
            *(f"{table}/{DAY}/{name}" for table, name in OTHERS.items()),
        ]
    )
    assert latest(root) == before
    kept = rows_of_file(root / "purchases" / DAY / "day-900-910.merged.parquet")
    assert [(row["purchase_id"], row["total_ore"]) for row in kept] == [(900, 10000), (910, 7502)]


def test_merging_twice_changes_nothing_and_takes_in_what_came_late(engine: Engine, root: Path) -> None:
    merge(root)
    once = stored_bytes(root)
    assert (merge(root), stored_bytes(root)) == (0, once)
    export(engine, Till({10: (FIRST, SECOND)}), MONDAY + 16 * HOUR, privacy=KEEP, force=True)
    write(engine, a_store(root), "late", MONDAY + 3 * HOUR)
    before = latest(root)
    assert (merge(root), latest(root)) == (2, before)
    assert [path for path in paths(root) if path.startswith(f"purchases/{DAY}")] == [
        f"purchases/{DAY}/day-900-910.merged.parquet"
    ]


class Dying(PosixPath):
    """A folder in which no file of purchases can be removed, as when the process dies before it comes to that."""

    def unlink(self, missing_ok: bool = False) -> None:
        """Fail."""
        if "purchases" in self.parts:
            raise OSError("no more")
        super().unlink(missing_ok)


def test_merging_that_dies_before_it_removes_what_it_merged_loses_nothing(root: Path) -> None:
    before = latest(root)
    with pytest.raises(FilesTrouble):
        list(RewritableFiles(a_store(Dying(root))).merge_days(LIBRARY, TUESDAY))
    assert (f"purchases/{DAY}/day-900-910.merged.parquet" in paths(root), latest(root)) == (True, before)
    assert (merge(root), latest(root)) == (4 + 3, before)
    assert len([path for path in paths(root) if path.startswith(f"purchases/{DAY}")]) == 1


def test_merging_takes_files_of_an_older_version_and_leaves_those_of_a_newer(root: Path) -> None:
    _, newer, older = sorted((root / "purchases" / DAY).iterdir())
    pq.write_table(pq.read_table(older).drop_columns(["zip_code"]), older)
    table = pq.read_table(newer)
    pq.write_table(table.append_column("shoe_size", pa.array([44] * table.num_rows)), newer)
    kept = newer.read_bytes()
    assert merge(root) == 2 + len(OTHERS)
    assert (newer.read_bytes(), older.exists()) == (kept, False)
    merged = rows_of_file(root / "purchases" / DAY / "day-900-910.merged.parquet")
    assert [(row["purchase_id"], row["zip_code"], row["total_ore"]) for row in merged] == [
        (900, None, 10000),
        (910, None, 7502),
    ]


@pytest.mark.parametrize("name", ["analysis.parquet", "day-900-910.merged.parquet"])
def test_files_of_somebody_else_are_left_and_told_of(root: Path, caplog: pytest.LogCaptureFixture, name: str) -> None:
    theirs = root / "purchases" / DAY / name
    pq.write_table(pa.table({"purchase_id": [900], "email": ["test.testesen@example.com"]}), theirs)
    kept = theirs.read_bytes()
    merge(root)
    found = {row["email"] for row in files_in(root).rows(LIBRARY, "purchases", ("email",))}
    assert (theirs.read_bytes(), found) == (kept, {"test.testesen@example.com", "proeve@example.com"})
    assert [one for one in caplog.messages if one.startswith(f"'{theirs}' was not written by Billetbro: it was left")]
    assert "testesen" not in caplog.text


def test_merging_with_a_truncated_file_names_it_and_changes_nothing(root: Path) -> None:
    broken = max((root / "purchases" / DAY).iterdir())
    broken.write_bytes(broken.read_bytes()[:-20])
    before = {name: found for name, found in stored_bytes(root).items() if name.startswith("purchases")}
    with pytest.raises(Fatal, match=rf"^'{broken}', a file of the library '{LIBRARY}', is not .* damaged or cut short"):
        merge(root)
    assert {name: found for name, found in stored_bytes(root).items() if name.startswith("purchases")} == before


@pytest.mark.filterwarnings("ignore:GitWildMatchPattern:DeprecationWarning")
def test_merging_and_rewriting_work_in_an_object_store(engine: Engine, tmp_path: Path) -> None:
    attach("memory", fs=MemoryFileSystem(skip_instance_cache=True))
    memory = ObjectStoragePath(f"memory://bucket{tmp_path}")
    store = a_store(memory, appears_whole=True)
    for hours in (0, 1):
        till = Till({10: (FIRST, replace(SECOND, total_ore=7500 + hours))})
        export(engine, till, MONDAY + hours * HOUR, privacy=KEEP, force=True)
        write(engine, store, f"run-{hours}", MONDAY + hours * HOUR)
    files = RewritableFiles(store)
    assert sum(files.merge_days(LIBRARY, TUESDAY)) == 2 + len(OTHERS)
    assert files.rewrite(LIBRARY, "purchases", ("email",), lambda row: row | {"email": None}) == 2
    memory.fs.get(memory.path, str(tmp_path / "fetched"), recursive=True)
    assert [
        (row["purchase_id"], row["email"], row["total_ore"]) for row in rows(tmp_path / "fetched", "purchases")
    ] == [
        (900, None, 10000),
        (910, None, 7501),
    ]


def test_merging_ends_when_its_time_is_over_and_goes_on_the_next_night(engine: Engine, root: Path) -> None:
    before = latest(root)

    def nights() -> Iterator[int]:
        while merged := merge_files(engine, LIBRARY, files_in(root), lambda: MONDAY + timedelta(days=1), seconds=0):
            yield merged

    assert (list(nights()), latest(root)) == ([1, 1, 3, 1, 1, 1], before)
