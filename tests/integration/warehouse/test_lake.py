"""The lake: what is in it, what it follows, and what becomes of what broke off."""

import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from sqlalchemy import Engine, text

from billetbro.errors import Fatal, Retriable
from billetbro.models import Answer, PersonalDataPolicy
from billetbro.steps.personal_data import tidy_files
from billetbro.store.file_exports import date_of_change
from billetbro.warehouse.lake import delta_tables, schema
from billetbro.warehouse.lake.schema import EXPORTED, lake_schema, properties
from billetbro.warehouse.privacy.pseudonymise import Privacy
from tests.integration.warehouse.examples import (
    FIRST,
    HOUR,
    KEY,
    LIBRARY,
    MONDAY,
    PSEUDONYMISE,
    SECOND,
    Till,
    export,
    standing,
)
from tests.integration.warehouse.files import (
    EVERY_TABLE,
    export_to,
    lake_in,
    parquet_files,
    rows,
    stored_bytes,
    warehouse,
    write,
)
from tests.integration.warehouse.personal import FIRST_BUYER, KEEP, traces

ANSWERS_TOO = replace(PSEUDONYMISE, keep_answers=frozenset({"Hørt om os"}))
CANCELLED = Till({10: (FIRST, replace(SECOND, transaction_type="cancel"))})
DAY = timedelta(days=1)


def lake(root: Path) -> dict[str, list[dict[str, Any]]]:
    return {table.name: found for table in EXPORTED if (found := rows(root, table.name))}


def versions(root: Path) -> dict[str, int]:
    return {folder.name: DeltaTable(folder).version() for folder in root.iterdir()}


def test_lake_holds_every_row_of_every_table(engine: Engine, tmp_path: Path) -> None:
    export(engine, Till(), privacy=ANSWERS_TOO)
    assert (write(engine, tmp_path), lake(tmp_path)) == (EVERY_TABLE | {"answers": 1}, warehouse(engine))


def test_lake_of_an_export_that_changed_nothing_stays(engine: Engine, tmp_path: Path) -> None:
    export_to(tmp_path, engine, Till())
    before = stored_bytes(tmp_path)
    export(engine, Till(), MONDAY + HOUR, force=True)
    assert (write(engine, tmp_path, MONDAY + HOUR), stored_bytes(tmp_path)) == ({}, before)


def test_lake_gets_only_what_changed_and_has_one_row_of_each_key(engine: Engine, tmp_path: Path) -> None:
    export_to(tmp_path, engine, Till(), privacy=ANSWERS_TOO)
    export(engine, CANCELLED, MONDAY + HOUR, events=[standing(available_tickets=98)], privacy=ANSWERS_TOO)
    assert write(engine, tmp_path, MONDAY + HOUR) == {"events": 1, "purchases": 1}
    assert [row["transaction_type"] for row in rows(tmp_path, "purchases")] == ["completed", "cancel"]
    assert {name: len(found) for name, found in lake(tmp_path).items()} == EVERY_TABLE | {"answers": 1}


def test_lake_never_takes_an_older_row_for_a_newer(engine: Engine, tmp_path: Path) -> None:
    export(engine, Till())
    with engine.connect() as connection:
        (old,) = schema.changed_rows(connection, EXPORTED[2], LIBRARY, None)
    export_to(tmp_path, engine, CANCELLED, MONDAY + HOUR, force=True)
    lake_in(tmp_path).merge(EXPORTED[2], LIBRARY, old)
    assert [row["transaction_type"] for row in rows(tmp_path, "purchases")] == ["completed", "cancel"]


def test_lake_answers_to_a_purchase_as_a_whole_have_one_row_too(engine: Engine, tmp_path: Path) -> None:
    export_to(tmp_path, engine, Till(), privacy=ANSWERS_TOO)
    other = replace(FIRST, answers=(Answer(name="Hørt om os", value="Avis"),))
    export_to(tmp_path, engine, Till({10: (other, SECOND)}), MONDAY + HOUR, privacy=ANSWERS_TOO, force=True)
    assert [(row["ticket_id"], row["value"]) for row in rows(tmp_path, "answers")] == [(None, "Avis")]


def test_lake_has_one_schema_whatever_it_holds_and_its_comments(engine: Engine, tmp_path: Path) -> None:
    export_to(tmp_path, engine, Till(), privacy=Privacy(policy=PersonalDataPolicy.DROP, key=KEY))
    for table in EXPORTED[:5]:
        made = DeltaTable(tmp_path / table.name)
        assert pa.schema(made.schema().to_arrow()).equals(lake_schema(table), check_metadata=True)
        assert (made.metadata().description, made.metadata().partition_columns) == (table.comment, ["library"])
    types = {field.name: str(field.type) for field in lake_schema(EXPORTED[2])}
    found = (types["total_ore"], types["purchase_id"], types["created_at"])
    assert found == ("int64", "int64", "timestamp[us, tz=UTC]")


def test_lake_of_an_older_version_gets_the_new_columns(engine: Engine, tmp_path: Path) -> None:
    older = lake_schema(EXPORTED[2])
    older = older.remove(older.get_field_index("income_ore"))
    export(engine, Till())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(delta_tables, "lake_schema", lambda _: older)
        lake_in(tmp_path).tables.opened_or_made(EXPORTED[2])
    write(engine, tmp_path)
    assert [row["income_ore"] for row in rows(tmp_path, "purchases")] == [10000, 7500]


@pytest.mark.parametrize("same_run", [True, False], ids=["the next try", "the next run"])
def test_lake_that_cannot_be_written_is_made_up_for(engine: Engine, tmp_path: Path, *, same_run: bool) -> None:
    export(engine, Till())
    (tmp_path / "tickets").write_text("in the way")
    with pytest.raises(
        Retriable, match=rf"^The export's files could not be read from '{tmp_path}' \(OSError: .*tickets"
    ):
        write(engine, tmp_path)
    (tmp_path / "tickets").unlink()
    if not same_run:
        export(engine, CANCELLED, MONDAY + HOUR, force=True)
    assert (write(engine, tmp_path, MONDAY + HOUR), lake(tmp_path)) == (EVERY_TABLE, warehouse(engine))


def test_write_that_is_killed_leaves_the_last_version_and_is_made_up_for(engine: Engine, tmp_path: Path) -> None:
    export_to(tmp_path, engine, Till(), privacy=KEEP)
    before = lake(tmp_path)
    (file,) = parquet_files(tmp_path)
    broken_off = file.with_name("part-00000-00000000-0000-4000-8000-000000000000-c000.snappy.parquet")
    broken_off.write_bytes(file.read_bytes())
    assert lake(tmp_path) == before
    lake_in(tmp_path).remove_earlier_versions(LIBRARY)
    assert (broken_off.exists(), lake(tmp_path)) == (False, before)


def test_lake_in_another_place_begins_with_everything(engine: Engine, tmp_path: Path) -> None:
    export(engine, Till())
    write(engine, tmp_path / "old")
    assert write(engine, tmp_path / "new") == EVERY_TABLE


def test_lake_of_many_rows_is_written_in_parts(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "ROWS_AT_A_TIME", 2)
    export(engine, Till())
    assert write(engine, tmp_path) == EVERY_TABLE
    assert (lake(tmp_path) == warehouse(engine), len(parquet_files(tmp_path, "tickets"))) == (True, 2)


def test_change_is_dated_after_what_the_lake_holds_already(engine: Engine, tmp_path: Path) -> None:
    export(engine, Till(), MONDAY)
    write(engine, tmp_path)
    with engine.connect() as connection:
        dates = [date_of_change(connection, LIBRARY, MONDAY + late) for late in (-HOUR, HOUR)]
    assert dates == [MONDAY + timedelta(microseconds=1), MONDAY + HOUR]


def test_libraries_write_at_once_and_disturb_nobody(engine: Engine, tmp_path: Path) -> None:
    libraries = [f"library-{number}" for number in range(6)]
    for library in libraries:
        export(engine, Till(), library=library)

    def hours(library: str) -> None:
        write(engine, tmp_path, library=library)
        export(engine, CANCELLED, MONDAY + HOUR, library=library, force=True)
        write(engine, tmp_path, MONDAY + HOUR, library=library)
        lake_in(tmp_path).remove_earlier_versions(library)
        lake_in(tmp_path).compact(library)

    with ThreadPoolExecutor() as pool:
        list(pool.map(hours, libraries))

    def unseen(tables: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
        moved = ("last_seen_at", "exported_at")
        return [{name: row[name] for name in row if name not in moved} for found in tables.values() for row in found]

    assert unseen(lake(tmp_path)) == unseen(warehouse(engine))
    assert lake_in(tmp_path).libraries() == set(libraries)


def test_night_makes_one_file_of_many_and_removes_what_expired(engine: Engine, tmp_path: Path) -> None:
    for hours in range(3):
        till = Till({10: (FIRST, replace(SECOND, total_ore=7500 + hours, purchase_id=910 + hours))})
        export_to(tmp_path, engine, till, MONDAY + hours * HOUR, privacy=KEEP, force=True)
    before = lake(tmp_path)
    assert tidy_files(engine, engine, LIBRARY, lake_in(tmp_path), lambda: MONDAY + DAY) > 0
    lake_in(tmp_path).remove_expired()
    assert (lake(tmp_path), len(DeltaTable(tmp_path / "purchases").file_uris())) == (before, 1)
    assert tidy_files(engine, engine, LIBRARY, lake_in(tmp_path), lambda: MONDAY + DAY) == 0


@pytest.mark.parametrize(("kept", "left"), [("interval 1 days", 2), ("interval 0 days", 1)])
def test_versions_go_when_their_time_is_over_and_not_before(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str, left: int
) -> None:
    wanted = {name: kept if "Retention" in name else value for name, value in properties(EXPORTED[2]).items()}
    monkeypatch.setattr(delta_tables, "properties", lambda _: wanted)
    for number, till in enumerate((Till(), CANCELLED)):
        export_to(tmp_path, engine, till, MONDAY + number * HOUR, force=True)
    lake_in(tmp_path).remove_expired()
    assert len(parquet_files(tmp_path)) == left


def an_earlier_edition(root: Path) -> dict[str, Path]:
    day = root / "purchases" / f"library={LIBRARY}" / "day=2026-03-01"
    names = {
        "hour": day / "scheduled__2026-03-01T10-00-00-00-00-f74e3cb3-000000.parquet",
        "merged": day.with_name("day=2026-02-28") / "day-900-910.merged.parquet",
        "unfinished": day / "_run-000001.parquet.0af3.unfinished",
        "theirs in a day": day / "analysis.parquet",
        "theirs": day.parent / "analysis.parquet",
    }
    for path in names.values():
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({"purchase_id": [900], "email": ["test.testesen@example.com"]}), path)
    return names


def test_first_write_after_an_upgrade_makes_the_lake_anew_and_removes_the_earlier_files(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    export(engine, Till(), privacy=PSEUDONYMISE)
    before = an_earlier_edition(tmp_path)
    assert write(engine, tmp_path) == EVERY_TABLE
    theirs = [before["theirs"], before["theirs in a day"]]
    assert [path for path in before.values() if path.exists()] == theirs[::-1]
    assert [one for one in caplog.messages if "was not written by Billetbro: it was left" in one] == [
        f"'{path}' was not written by Billetbro: it was left as it is, and whoever put it there has to remove what it "
        "holds of buyers."
        for path in sorted(theirs)
    ]
    for path in theirs:
        path.unlink()
    assert (traces(engine, FIRST_BUYER[1:2], tmp_path), lake(tmp_path)) == ([], warehouse(engine))


def test_earlier_files_of_a_library_that_is_exported_no_longer_go_at_night(engine: Engine, tmp_path: Path) -> None:
    before = an_earlier_edition(tmp_path)
    assert lake_in(tmp_path).libraries() == {LIBRARY}
    tidy_files(engine, engine, LIBRARY, lake_in(tmp_path), lambda: MONDAY)
    assert [name for name, path in before.items() if path.exists()] == ["theirs in a day", "theirs"]


def test_table_of_somebody_else_is_left(engine: Engine, tmp_path: Path) -> None:
    export(engine, Till())
    DeltaTable.create(tmp_path / "purchases", lake_schema(EXPORTED[2]), partition_by=["library"])
    before = stored_bytes(tmp_path / "purchases")
    with pytest.raises(Fatal, match="did not make"):
        write(engine, tmp_path)
    assert stored_bytes(tmp_path / "purchases") == before


def test_damaged_file_is_removed_by_hand_and_the_library_written_anew(engine: Engine, tmp_path: Path) -> None:
    export_to(tmp_path, engine, Till())
    (damaged,) = parquet_files(tmp_path)
    damaged.write_bytes(b"not Parquet")
    with pytest.raises(Fatal, match=rf"^'{damaged}', a file of the library '{LIBRARY}', is not"):
        list(lake_in(tmp_path).rows(LIBRARY, "purchases", ("email",)))
    damaged.unlink()
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM warehouse.file_exports"))
    assert (write(engine, tmp_path), lake(tmp_path)) == (EVERY_TABLE, warehouse(engine))


FORKED = """
import os, sys
from datetime import date
from pathlib import Path
from tests.integration.warehouse.files import lake_in
from billetbro.warehouse.lake.schema import EXPORTED
child = os.fork()
if child == 0:
    lake_in(Path(sys.argv[1])).tables.opened_or_made(EXPORTED[0])
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_lake_works_in_a_process_that_was_forked_after_the_import(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", FORKED, str(tmp_path / "lake")], check=True, capture_output=True, text=True, timeout=120
    )
    assert (said.stdout, versions(tmp_path / "lake")) == ("7\n", {"events": 0})
