"""The names of the exports' files."""

import pytest

from include.warehouse.files import LONGEST_RUN_ID, file_name


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
