"""Files that are written already, when somebody is to be forgotten."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from billetbro.errors import Fatal
from billetbro.models import PersonalDataPolicy
from billetbro.warehouse.lake.files import FilesTrouble
from billetbro.warehouse.lake.personal_files import Bought
from billetbro.warehouse.lake.rewrite import RewritableFiles
from billetbro.warehouse.privacy.policy import Privacy, Row
from billetbro.warehouse.privacy.redact import blank_files
from tests.integration.warehouse.examples import FIRST, HOUR, LIBRARY, MONDAY, SECOND, Till, export
from tests.integration.warehouse.files import a_store, paths, rows, stored_bytes, write
from tests.integration.warehouse.personal import files_in

AS_IT_IS = Privacy(policy=PersonalDataPolicy.KEEP, keep_answers=frozenset({"Hørt om os"}))
TOLD_OF_FIRST = ("Test Testesen", "test.testesen@example.com", "12 34 56 78", "2730", "77001122", "Plakat")
TOLD_OF_SECOND = ("Prøve Prøvesen", "proeve@example.com", "+4587654321")


@pytest.fixture
def root(engine: Engine, tmp_path: Path) -> Path:
    """Give a folder with two exports' files, in both of which the first purchase is, and the second in one."""
    export(engine, Till(), privacy=AS_IT_IS)
    write(engine, a_store(tmp_path))
    changed = Till({10: (replace(FIRST, total_ore=12500), SECOND)})
    export(engine, changed, MONDAY + HOUR, privacy=AS_IT_IS, force=True)
    write(engine, a_store(tmp_path), "run-2", MONDAY + HOUR)
    return tmp_path


def text_of(root: Path) -> str:
    """Return every row of every file, and every byte, as text."""
    read = [str(rows(root, table.name)) for table in root.iterdir()]
    return "\n".join([*read, *(content.decode(errors="ignore") for content in stored_bytes(root).values())])


def these(*purchase_ids: int) -> Bought:
    return Bought(frozenset(purchase_ids))


def told(root: Path, values: Sequence[str]) -> list[str]:
    return [value for value in values if value in text_of(root)]


def test_rewriting_leaves_nothing_of_a_purchase_in_any_file(root: Path) -> None:
    assert told(root, TOLD_OF_FIRST) == list(TOLD_OF_FIRST)
    amounts = [row["total_ore"] for row in rows(root, "purchases")]

    counts = blank_files(RewritableFiles(a_store(root)), LIBRARY, these(900))

    assert counts == {"purchases": 2, "answers": 1}
    assert (told(root, TOLD_OF_FIRST), told(root, TOLD_OF_SECOND)) == ([], list(TOLD_OF_SECOND))
    assert [row["total_ore"] for row in rows(root, "purchases")] == amounts


def test_rewriting_leaves_files_alone_in_which_nothing_changes(root: Path) -> None:
    before = {name: (root / name).stat().st_ino for name in paths(root)}

    counts = blank_files(RewritableFiles(a_store(root)), LIBRARY, these(910))

    after = stored_bytes(root)
    assert counts == {"purchases": 1, "answers": 0}
    assert [name for name, inode in before.items() if (root / name).stat().st_ino != inode] == [
        f"purchases/library={LIBRARY}/day=2026-03-02/run-1-000000.parquet"
    ]
    assert blank_files(RewritableFiles(a_store(root)), LIBRARY, these(910)) == {"purchases": 0, "answers": 0}
    assert stored_bytes(root) == after


def test_rewriting_another_library_leaves_the_files(root: Path) -> None:
    before = stored_bytes(root)

    assert blank_files(RewritableFiles(a_store(root)), "nordvig", these(900)) == {"purchases": 0, "answers": 0}
    assert stored_bytes(root) == before


def test_rewriting_removes_what_a_broken_write_left(root: Path) -> None:
    before = paths(root)
    leftover = root / "purchases" / f"library={LIBRARY}" / "day=2026-03-02" / "_run-3-000002.parquet.unfinished"
    leftover.write_text("Test Testesen")

    blank_files(RewritableFiles(a_store(root)), LIBRARY, these())

    assert paths(root) == before


def test_reading_leaves_alone_what_is_being_written(root: Path) -> None:
    unfinished = root / "purchases" / f"library={LIBRARY}" / "day=2026-03-02" / "_run-3-000002.parquet.unfinished"
    unfinished.write_text("not at its end")
    before = paths(root)

    read = list(RewritableFiles(a_store(root)).rows(LIBRARY, "purchases", ("zip_code",)))

    assert (read, paths(root)) == ([{"zip_code": "2730"}] * 2, before)


def test_rewriting_with_a_broken_file_names_it(root: Path) -> None:
    broken = root / "purchases" / f"library={LIBRARY}" / "day=2026-03-02" / "another.parquet"
    broken.write_text("not Parquet")

    with pytest.raises(Fatal, match=rf"^'{broken}', a file of the library '{LIBRARY}', is not a Parquet file "):
        blank_files(RewritableFiles(a_store(root)), LIBRARY, these(900))


def test_rows_of_files_are_read_with_the_named_columns_only(root: Path) -> None:
    read = list(RewritableFiles(a_store(root)).rows(LIBRARY, "answers", ("library", "purchase_id", "value", "shoe")))

    expected: list[Row] = [{"library": LIBRARY, "purchase_id": 900, "value": "Plakat", "shoe": None}]
    assert read == expected


def test_libraries_are_those_that_have_files(root: Path, tmp_path: Path) -> None:
    assert RewritableFiles(a_store(root)).libraries() == {LIBRARY}
    assert RewritableFiles(a_store(tmp_path / "nothing")).libraries() == frozenset()


def damage_the_rows(file: Path) -> None:
    """Make the rows unreadable, and leave the end of the file, which tells what can be in them."""
    content = bytearray(file.read_bytes())
    length = int.from_bytes(content[-8:-4], "little") + 8
    content[4:-length] = b"x" * (len(content) - length - 4)
    file.write_bytes(content)


def test_rewriting_reads_no_file_that_cannot_hold_the_purchases(root: Path) -> None:
    second = max((root / "purchases").rglob("*.parquet"))
    damage_the_rows(second)
    assert blank_files(files_in(root), LIBRARY, these(910, 5)) == {"purchases": 1, "answers": 0}
    with pytest.raises(Fatal, match=f"^'{second}'"):
        blank_files(files_in(root), LIBRARY, these(900))


def test_rewriting_reads_no_file_of_a_day_before_the_purchases(root: Path) -> None:
    first = min((root / "purchases").rglob("*.parquet"))
    earlier = first.parent.with_name("day=2026-02-28") / first.name
    earlier.parent.mkdir()
    damage_the_rows(first)
    first.rename(earlier)
    assert blank_files(files_in(root), LIBRARY, Bought(frozenset({900}), date(2026, 3, 1)))["purchases"] == 1
    with pytest.raises(Fatal, match=f"^'{earlier}'"):
        blank_files(files_in(root), LIBRARY, Bought(frozenset({900}), date(2026, 2, 28)))


def test_rewriting_reads_no_file_in_which_nothing_is_left(root: Path) -> None:
    blank_files(files_in(root), LIBRARY, these(900, 910))
    for file in (root / "purchases").rglob("*.parquet"):
        damage_the_rows(file)
    assert blank_files(files_in(root), LIBRARY, these(900, 910)) == {"purchases": 0, "answers": 0}
    assert list(files_in(root).rows(LIBRARY, "purchases", ("email",))) == []


def test_rewriting_a_file_that_another_replaced_meanwhile_leaves_what_the_other_did(root: Path) -> None:
    def meanwhile(row: Row) -> Row:
        blank_files(files_in(root), LIBRARY, these(910))
        return row | {"email": None}

    with pytest.raises(FilesTrouble, match="was changed by somebody else meanwhile; it was left as it is"):
        files_in(root).rewrite(LIBRARY, "purchases", ("email",), meanwhile, these(900))
    assert told(root, TOLD_OF_SECOND) == []
    files_in(root).rewrite(LIBRARY, "purchases", ("email",), lambda row: row | {"email": None}, these(900))
    assert [row["email"] for row in rows(root, "purchases")] == [None] * 3


def test_rewriting_a_file_that_was_merged_meanwhile_brings_nobody_back(root: Path) -> None:
    def meanwhile(row: Row) -> Row:
        list(files_in(root).merge_days(LIBRARY, date(2026, 3, 3)))
        return row | {"email": None}

    with pytest.raises(FilesTrouble, match="was changed by somebody else meanwhile"):
        files_in(root).rewrite(LIBRARY, "purchases", ("email",), meanwhile, these(910))
    assert [path for path in paths(root) if path.startswith("purchases")] == [
        f"purchases/library={LIBRARY}/day=2026-03-02/day-900-910.merged.parquet"
    ]
    assert len(rows(root, "purchases")) == 2


def test_rewriting_by_several_at_once_leaves_whole_files_and_nobody(root: Path) -> None:
    def until_done(purchase_id: int) -> None:
        for _ in range(20):
            with suppress(FilesTrouble):
                blank_files(files_in(root), LIBRARY, these(purchase_id))
                return
        raise AssertionError("it was disturbed every time")

    with ThreadPoolExecutor() as pool:
        list(pool.map(until_done, [900, 910] * 4))
    assert sorted(row["purchase_id"] for row in rows(root, "purchases")) == [900, 900, 910]
    until_done(900)
    until_done(910)
    assert (told(root, TOLD_OF_FIRST), told(root, TOLD_OF_SECOND)) == ([], [])
    assert [path for path in paths(root) if path.endswith(".unfinished")] == []
