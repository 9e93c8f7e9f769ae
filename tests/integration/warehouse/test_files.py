"""Exports as Parquet files: what is in them, when there are none, and what is made up for."""

import resource
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from airflow.sdk import ObjectStoragePath
from airflow.sdk.io import attach
from fsspec.implementations.memory import MemoryFileSystem
from sqlalchemy import Engine

from billetbro.errors import Retriable
from billetbro.models import PersonalDataPolicy
from billetbro.store.file_exports import date_of_change
from billetbro.warehouse.lake import write as files_module
from billetbro.warehouse.lake.files import CHUNK
from billetbro.warehouse.lake.schema import file_schema
from billetbro.warehouse.lake.write import EXPORTED
from billetbro.warehouse.privacy.policy import Privacy
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
    a_store,
    paths,
    rows,
    rows_of_file,
    stored_bytes,
    warehouse,
    write,
)

ANSWERS_TOO = replace(PSEUDONYMISE, keep_answers=frozenset({"Hørt om os"}))
AIRFLOW_LOOKS_FOR_PROVIDERS = pytest.mark.filterwarnings("ignore:GitWildMatchPattern:DeprecationWarning")
CANCELLED = Till({10: (FIRST, replace(SECOND, transaction_type="cancel"))})


def file_of(table: str, name: str = "run-1-000000", day: str = "2026-03-02") -> str:
    return f"{table}/library={LIBRARY}/day={day}/{name}.parquet"


@AIRFLOW_LOOKS_FOR_PROVIDERS
@pytest.mark.parametrize("kind", ["folder", "file", "object store"])
def test_files_hold_every_row_of_every_table(engine: Engine, tmp_path: Path, kind: str) -> None:
    export(engine, Till(), privacy=ANSWERS_TOO)
    root, store = tmp_path, a_store(tmp_path)
    if kind == "file":
        store = a_store(ObjectStoragePath(f"file://{tmp_path}"))
    if kind == "object store":
        attach("memory", fs=MemoryFileSystem(skip_instance_cache=True))
        memory = ObjectStoragePath(f"memory://bucket{tmp_path}")
        store = a_store(memory, appears_whole=True)

    assert write(engine, store) == EVERY_TABLE | {"answers": 1}

    if kind == "object store":
        memory.fs.get(memory.path, str(tmp_path / "fetched"), recursive=True)
        root = tmp_path / "fetched"
    assert paths(root) == sorted(file_of(table) for table in [*EVERY_TABLE, "answers"])
    shown = {table: [row | {"day": "2026-03-02"} for row in found] for table, found in warehouse(engine).items()}
    assert {table: rows(root, table) for table in shown} == shown


def test_files_of_an_export_that_changed_nothing_are_not_written(engine: Engine, tmp_path: Path) -> None:
    export(engine, Till())
    write(engine, a_store(tmp_path))
    before = stored_bytes(tmp_path)

    export(engine, Till(), MONDAY + HOUR, force=True)

    assert write(engine, a_store(tmp_path), "run-2", MONDAY + HOUR) == {}
    assert stored_bytes(tmp_path) == before


def test_files_hold_only_what_changed_since_the_last(engine: Engine, tmp_path: Path) -> None:
    export(engine, Till())
    write(engine, a_store(tmp_path))

    export(engine, CANCELLED, MONDAY + HOUR, events=[standing(available_tickets=98)])

    assert write(engine, a_store(tmp_path), "run-2", MONDAY + HOUR) == {"events": 1, "purchases": 1}
    changed = rows_of_file(tmp_path / file_of("purchases", "run-2-000001"))
    assert [(row["purchase_id"], row["transaction_type"], row["changed_at"]) for row in changed] == [
        (910, "cancel", MONDAY + HOUR)
    ]


def test_files_latest_row_of_each_key_is_the_warehouse(engine: Engine, tmp_path: Path) -> None:
    for number, till in enumerate([Till(), CANCELLED, Till({10: (FIRST,)})]):
        now = MONDAY + number * timedelta(hours=14)
        export(engine, till, now, force=True)
        write(engine, a_store(tmp_path), f"run-{number}", now)

    read = pd.read_parquet(tmp_path / "purchases").sort_values(["changed_at", "day"])
    latest = read.drop_duplicates(["library", "purchase_id", "event_id"], keep="last").sort_values("purchase_id")

    assert len(read) > len(latest)
    assert set(read["day"].astype(str)) == {"2026-03-02", "2026-03-03"}
    told = latest[["purchase_id", "transaction_type", "total_ore"]].to_dict("records")
    stored = warehouse(engine)["purchases"]
    assert told == [{name: row[name] for name in ("purchase_id", "transaction_type", "total_ore")} for row in stored]


def test_files_have_one_schema_whatever_they_hold(engine: Engine, tmp_path: Path) -> None:
    export(engine, Till(), privacy=Privacy(policy=PersonalDataPolicy.DROP, key=KEY))
    write(engine, a_store(tmp_path / "null"))
    export(engine, Till(), MONDAY + HOUR, force=True)
    write(engine, a_store(tmp_path / "full"))

    for table in EXPORTED:
        if table.name in EVERY_TABLE:
            schemas = [pq.read_schema(tmp_path / kind / file_of(table.name)) for kind in ("null", "full")]
            assert [one.equals(file_schema(table), check_metadata=True) for one in schemas] == [True, True]
    email = pq.read_schema(tmp_path / "null" / file_of("purchases")).field("email")
    assert (str(email.type), email.metadata[b"comment"].decode().startswith("Buyer's e-mail")) == ("string", True)


def test_files_that_cannot_be_written_are_made_up_for_by_the_next_try(engine: Engine, tmp_path: Path) -> None:
    export(engine, Till())
    (tmp_path / "tickets").write_text("in the way")

    with pytest.raises(Retriable, match=rf"^The export's files could not be written to '{tmp_path}' \(\w+Error\)\.$"):
        write(engine, a_store(tmp_path))
    (tmp_path / "tickets").unlink()

    assert write(engine, a_store(tmp_path)) == EVERY_TABLE
    assert paths(tmp_path) == sorted(file_of(table) for table in EVERY_TABLE)


def test_files_that_cannot_be_written_are_made_up_for_by_the_next_run(engine: Engine, tmp_path: Path) -> None:
    export(engine, Till())
    (tmp_path / "tickets").write_text("in the way")
    with pytest.raises(Retriable):
        write(engine, a_store(tmp_path))
    (tmp_path / "tickets").unlink()
    export(engine, CANCELLED, MONDAY + HOUR, force=True)

    assert write(engine, a_store(tmp_path), "run-2", MONDAY + HOUR) == EVERY_TABLE
    assert len(rows(tmp_path, "tickets")) == EVERY_TABLE["tickets"]


def test_file_that_breaks_off_is_not_there_and_the_one_before_it_is(tmp_path: Path) -> None:
    place, store = ("purchases", LIBRARY, "2026-03-02", "run-1-000000.parquet"), a_store(tmp_path / "store")
    (tmp_path / "short").write_bytes(b"whole")
    (tmp_path / "long").write_bytes(bytes(3 * CHUNK))
    store.put(tmp_path / "short", *place)
    before = stored_bytes(tmp_path / "store")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * CHUNK, limits[1]))
    try:
        with pytest.raises(Retriable, match="could not be written to"):
            store.put(tmp_path / "long", *place)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert stored_bytes(tmp_path / "store") == before


def test_files_of_a_run_that_is_started_over_leave_its_first_ones(engine: Engine, tmp_path: Path) -> None:
    export(engine, Till())
    write(engine, a_store(tmp_path))
    before = stored_bytes(tmp_path)

    export(engine, CANCELLED, MONDAY + HOUR, force=True)
    write(engine, a_store(tmp_path), now=MONDAY + HOUR)

    after = stored_bytes(tmp_path)
    assert {name: after[name] for name in before} == before
    assert sorted(after.keys() - before.keys()) == [file_of("purchases", "run-1-000001")]


def test_files_in_another_place_begin_with_everything(engine: Engine, tmp_path: Path) -> None:
    export(engine, Till())
    write(engine, a_store(tmp_path / "old"))

    assert write(engine, a_store(tmp_path / "new"), "run-2") == EVERY_TABLE


def test_files_of_many_rows_are_written_a_few_at_a_time(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_module, "ROWS_AT_A_TIME", 2)
    export(engine, Till())
    write(engine, a_store(tmp_path))

    file = pq.ParquetFile(tmp_path / file_of("tickets"))
    groups = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    assert (groups, [row["ticket_id"] for row in file.read().to_pylist()]) == ([2, 1], [901, 902, 911])


def test_change_is_dated_after_what_the_files_hold_already(engine: Engine, tmp_path: Path) -> None:
    export(engine, Till(), MONDAY)
    write(engine, a_store(tmp_path))

    with engine.connect() as connection:
        dates = [date_of_change(connection, LIBRARY, MONDAY + late) for late in (-HOUR, HOUR)]

    assert dates == [MONDAY + timedelta(microseconds=1), MONDAY + HOUR]
