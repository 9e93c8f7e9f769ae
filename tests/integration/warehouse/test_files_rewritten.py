"""Files that are written already, when somebody is to be forgotten."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from include.api.errors import Fatal
from include.models import PersonalDataPolicy
from include.warehouse.blanking import blank_files
from include.warehouse.file_rewrite import RewritableFiles
from include.warehouse.personal_files import Bought
from include.warehouse.privacy import Privacy, Row
from tests.integration.warehouse.examples import FIRST, HOUR, LIBRARY, MONDAY, SECOND, Till, export
from tests.integration.warehouse.files import a_store, paths, rows, stored_bytes, write

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
