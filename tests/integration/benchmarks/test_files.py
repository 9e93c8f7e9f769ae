"""The benchmark of files finds what it wrote, and removes it."""

from datetime import date
from pathlib import Path

import pytest

from benchmarks.files import HOURS, measure


@pytest.mark.long
def test_files_of_a_year_are_found_emptied_and_fewer(tmp_path: Path) -> None:
    measured = {one.name: one for one in measure(tmp_path, 2000, date(2026, 3, 2))}
    found = {name: one.concerned for name, one in measured.items()}
    assert (found["write the year"], found[f"write {HOURS} hours"]) == (2493, 3 * HOURS)
    assert found["read the night's purchases"] == found["empty the night's purchases"] > 0
    assert (found["look for an e-mail"], found["the same once more"]) == (1, 0)
    assert measured["remove earlier versions"].stored < measured["empty the night's purchases"].stored
