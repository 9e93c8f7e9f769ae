"""The lake when somebody is to be forgotten: no byte of any file tells of them, the log's neither."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from deltalake import DeltaTable
from sqlalchemy import Engine

from billetbro.warehouse.lake import delta_tables
from billetbro.warehouse.lake.lake import FilesTrouble
from billetbro.warehouse.privacy.pseudonymise import Row
from billetbro.warehouse.privacy.redact_stored import blank_files
from tests.integration.warehouse.examples import FIRST, HOUR, LIBRARY, MONDAY, SECOND, Till, export
from tests.integration.warehouse.files import (
    everything_in,
    export_to,
    lake_in,
    parquet_files,
    rows,
    stored_bytes,
    write,
)
from tests.integration.warehouse.personal import FIRST_BUYER, KEEP, SECOND_BUYER, found_in

OTHER = "nordvig"


@pytest.fixture
def root(engine: Engine, tmp_path: Path) -> Path:
    export_to(tmp_path, engine, Till(), privacy=KEEP)
    changed = Till({10: (replace(FIRST, total_ore=12500), SECOND)})
    export_to(tmp_path, engine, changed, MONDAY + HOUR, privacy=KEEP, force=True)
    return tmp_path


def told(root: Path, values: tuple[str, ...]) -> list[str]:
    return found_in(everything_in(root), values)


def emptied(row: Row) -> Row:
    return row | {"email": None}


def test_erasing_leaves_no_byte_of_a_buyer_in_any_file(root: Path) -> None:
    assert told(root, FIRST_BUYER) == list(FIRST_BUYER)
    amounts = [row["total_ore"] for row in rows(root, "purchases")]
    counts = blank_files(lake_in(root), LIBRARY, {900})
    lake_in(root).remove_earlier_versions(LIBRARY)
    assert counts == {"purchases": 1, "answers": 2}
    assert (told(root, FIRST_BUYER), told(root, SECOND_BUYER)) == ([], list(SECOND_BUYER))
    assert [row["total_ore"] for row in rows(root, "purchases")] == amounts == [12500, 7500]


def test_log_tells_of_nobody_whatever_is_done(engine: Engine, root: Path) -> None:
    lake = lake_in(root)
    blank_files(lake, LIBRARY, {910})
    lake.compact(LIBRARY)
    lake.remove_expired()
    export(engine, Till(), MONDAY + 2 * HOUR, privacy=KEEP, force=True)
    write(engine, root, MONDAY + 2 * HOUR)
    for table in root.iterdir():
        DeltaTable(table).create_checkpoint()
    logs = "".join(everything_in(table / "_delta_log") for table in root.iterdir()).casefold()
    assert found_in(logs, (*FIRST_BUYER, *SECOND_BUYER)) == []
    assert ("minvalues" in logs, "purchase_id" in logs, "checkpoint" in str(stored_bytes(root).keys())) == (True,) * 3


def test_erasing_leaves_the_lake_alone_where_nothing_changes(root: Path) -> None:
    blank_files(lake_in(root), LIBRARY, {910})
    before = stored_bytes(root)
    assert blank_files(lake_in(root), LIBRARY, {910}) == {"purchases": 0, "answers": 0}
    assert (blank_files(lake_in(root), OTHER, {900}), stored_bytes(root)) == ({"purchases": 0, "answers": 0}, before)


def test_erasing_leaves_other_libraries_and_their_earlier_versions(engine: Engine, root: Path) -> None:
    for hours, purchase in ((0, FIRST), (1, replace(FIRST, total_ore=1))):
        export(engine, Till({10: (purchase,)}), MONDAY + hours * HOUR, privacy=KEEP, force=True, library=OTHER)
        write(engine, root, MONDAY + hours * HOUR, library=OTHER)
    theirs = {path: path.read_bytes() for path in parquet_files(root, library=OTHER)}
    blank_files(lake_in(root), LIBRARY, {900})
    lake_in(root).remove_earlier_versions(LIBRARY)
    assert {path: path.read_bytes() for path in parquet_files(root, library=OTHER)} == theirs
    assert (len(theirs), len(parquet_files(root))) == (2, 1)


def test_what_another_task_is_writing_meanwhile_is_left(root: Path) -> None:
    theirs = root / "purchases" / f"library={OTHER}" / parquet_files(root)[0].name.replace("0", "1")
    theirs.parent.mkdir()
    theirs.write_bytes(b"not committed yet")
    lake_in(root).remove_earlier_versions(LIBRARY)
    lake_in(root).remove_expired()
    assert theirs.exists()


def test_rows_have_the_named_columns_only_and_null_for_one_that_is_not_there(root: Path) -> None:
    read = list(lake_in(root).rows(LIBRARY, "answers", ("library", "purchase_id", "value", "shoe"), {900}))
    blank: Row = {"library": LIBRARY, "purchase_id": 900, "shoe": None}
    assert sorted(read, key=str) == [blank | {"value": "Nødder"}, blank | {"value": "Plakat"}]


def test_libraries_are_those_that_have_files_and_looking_makes_none(root: Path, tmp_path: Path) -> None:
    nothing = lake_in(tmp_path / "nothing")
    assert (lake_in(root).libraries(), nothing.libraries()) == ({LIBRARY}, frozenset())
    assert list(nothing.rows(LIBRARY, "purchases", ("email",))) == []
    assert not (tmp_path / "nothing").exists()


def test_erasing_what_another_changed_meanwhile_undoes_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delta_tables, "LONGEST_PAUSE", 0)
    tries = []

    def meanwhile(row: Row) -> Row:
        if not tries:
            blank_files(lake_in(root), LIBRARY, {910})
        tries.append(row)
        return emptied(row)

    assert lake_in(root).rewrite(LIBRARY, "purchases", ("email",), meanwhile, {900}) == 1
    assert ([row["email"] for row in rows(root, "purchases")], len(tries)) == ([None, None], 2)


def test_erasing_that_is_disturbed_every_time_fails_and_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delta_tables, "LONGEST_PAUSE", 0)
    monkeypatch.setattr(delta_tables, "TRIES", 2)
    others = iter(range(10))

    def every_time(row: Row) -> Row:
        told = f"{next(others)}@example.com"
        lake_in(root).rewrite(LIBRARY, "purchases", ("email",), lambda other: other | {"email": told}, {910})
        return emptied(row)

    with pytest.raises(FilesTrouble, match=rf"^The export's files could not be written to '{root}' \(Commit\w+\)\.$"):
        lake_in(root).rewrite(LIBRARY, "purchases", ("email",), every_time, {900})


def test_erasing_by_several_at_once_leaves_nobody(root: Path) -> None:
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda one: blank_files(lake_in(root), LIBRARY, {one}), [900, 910] * 2))
    lake_in(root).remove_earlier_versions(LIBRARY)
    assert (told(root, FIRST_BUYER), told(root, SECOND_BUYER)) == ([], [])
