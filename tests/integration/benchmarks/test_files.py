"""The benchmark of files finds the same before and after days are merged, and asks for less."""

from datetime import date
from pathlib import Path

import pytest

from benchmarks.files import FarFolder, measure, write_year


@pytest.mark.long
def test_files_are_the_same_when_merged_and_fewer(tmp_path: Path) -> None:
    night = write_year(tmp_path, 2000, date(2026, 3, 2), kept_days=12, before=6)
    measured = {one.name: one for one in measure(FarFolder(tmp_path), night)}
    found = {name: one.concerned for name, one in measured.items()}
    assert found["hours: read the night's purchases"] == found["days: the night's purchases"] > 0
    assert found["hours: look for an e-mail"] == found["days: look for an e-mail"] == 1
    assert (found["merge without news"], found["days: the same once more"]) == (0, 0)
    hours, days = (measured[f"{stored}: read the night's purchases"] for stored in ("hours", "days"))
    assert (days.concerned, days.requests < hours.requests) == (hours.concerned, True)
