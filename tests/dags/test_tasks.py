"""What the tasks learn from Airflow: how a run was asked for, and which tasks ended without a word."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from airflow.sdk import Context
from airflow.sdk.execution_time.context import set_current_context

from include.models import Mode
from include.pipeline.request import RunRequest
from jobs.tasks import request_of_this_run, silent_failures

PARAMS = {"libraries": [], "events": ["5f0c", " 77aa "], "mode": "resync", "allow_mass_removal": True}


@pytest.mark.parametrize(
    ("run_type", "by_hand"),
    [("scheduled", False), ("manual", True), ("backfill", False), ("asset_triggered", False)],
)
def test_request_of_a_run_is_by_hand_only_when_a_person_started_it(run_type: str, by_hand: bool) -> None:
    context = cast(Context, {"params": PARAMS, "dag_run": SimpleNamespace(run_id="run 1", run_type=run_type)})
    with set_current_context(context):
        request = request_of_this_run()
    assert request == RunRequest(
        run_id="run 1",
        mode=Mode.RESYNC,
        by_hand=by_hand,
        events=frozenset({"5f0c", "77aa"}),
        allow_mass_removal=True,
    )


BATCHES = [["herlev"], ["odder", "ribe"]]
SAID = "opgaven {0} fejlede uden forklaring; se dens log. / the task {0} failed without an explanation; see its log."
SILENT = {
    "nothing failed": ({"select_libraries": "success", "library.load_0": "success"}, [], []),
    "said by itself": ({"library.load_1": "failed"}, ["ribe"], []),
    "said nothing": (
        {"library.load_1": "failed"},
        ["herlev"],
        [f"odder, ribe: {SAID.format('library.load_1')}"],
    ),
    "not of a library": (
        {"announce_warehouse": "failed", "report": "running"},
        ["herlev"],
        [f"announce_warehouse: {SAID.format('announce_warehouse')}"],
    ),
    "only followed": ({"library.load_0": "upstream_failed", "library.writeback_0": None}, [], []),
}


@pytest.mark.parametrize(("states", "named", "sentences"), SILENT.values(), ids=SILENT.keys())
def test_silent_failures_are_the_failed_tasks_of_which_no_library_is_named(
    states: dict[str, str | None], named: list[str], sentences: list[str]
) -> None:
    assert silent_failures(states, BATCHES, named) == sentences
