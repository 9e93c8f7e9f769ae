"""The names of the exports' files."""

import pytest

from billetbro.warehouse.lake.contents import is_name_of_day, may_be_in
from billetbro.warehouse.lake.write import LONGEST_RUN_ID, file_name


@pytest.mark.parametrize(
    ("run_id", "times", "name"),
    [
        ("nightly", 0, "nightly-000000.parquet"),
        ("nightly", 41, "nightly-000041.parquet"),
        ("manual__2026-03-02T10:00:00+00:00", 1, "manual__2026-03-02T10-00-00-00-00-becdfe79-000001.parquet"),
        ("../../secrets", 2, "secrets-9a39e1c4-000002.parquet"),
        ("_hidden", 3, "hidden-7a1f9c09-000003.parquet"),
    ],
    ids=["safe", "later", "moment", "another folder", "passed by by readers"],
)
def test_name_of_a_file_is_safe_in_every_store(run_id: str, times: int, name: str) -> None:
    assert file_name(run_id, times) == name


def test_name_of_a_file_tells_runs_apart_whose_ids_look_alike() -> None:
    long = "x" * (LONGEST_RUN_ID + 1)
    names = {file_name(run_id, 0) for run_id in ("a:b", "a+b", "a-b", long, long + "y")}
    assert (len(names), max(map(len, names)) < 160) == (5, True)


@pytest.mark.parametrize("run_id", ["day", "day-900", "day-900-910.merged", "day.merged", "day-900-910.merged.parquet"])
def test_name_of_a_runs_file_is_never_taken_for_that_of_a_day(run_id: str) -> None:
    assert [is_name_of_day(file_name(run_id, times)) for times in (0, 910, 1_000_000)] == [False] * 3


@pytest.mark.parametrize(
    ("name", "may_be"),
    [
        ("day-900-910.merged.parquet", True),
        ("day-901-909.merged.parquet", True),
        ("day-906-910.merged.parquet", False),
        ("day-800-904.merged.parquet", False),
        ("day.merged.parquet", True),
        ("day-906-000910.parquet", True),
    ],
)
def test_name_of_a_days_file_tells_what_cannot_be_in_it(name: str, may_be: bool) -> None:
    assert (may_be_in(name, [905]), may_be_in(name, None), may_be_in(name, [])) == (
        may_be,
        True,
        not is_name_of_day(name) or name.startswith("day."),
    )
