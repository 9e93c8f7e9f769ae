"""What the tasks learn from Airflow: how a run was asked for, and which tasks ended without a word."""

from types import SimpleNamespace
from typing import cast

import pytest
from airflow.sdk import Context, Param
from airflow.sdk.execution_time.context import set_current_context

from billetbro.messages.catalogue import Translator
from billetbro.models import Mode
from billetbro.steps.request import RunRequest
from billetbro_airflow.tasks.sync import request_of_this_run, silent_failures
from billetbro_airflow.tasks.trigger_form import FORCED_UPDATE, MONTHLY_REPORT, RETENTION, filled_in
from tests.cases import cases

PARAMS = {"libraries": [], "events": ["5f0c", " 77aa "], "mode": "resync", "allow_mass_removal": True}


@pytest.mark.parametrize(
    ("run_type", "by_hand"), [("scheduled", False), ("manual", True), ("backfill", False), ("asset_triggered", False)]
)
def test_request_of_a_run_is_by_hand_only_when_a_person_started_it(run_type: str, by_hand: bool) -> None:
    context = cast(Context, {"params": PARAMS, "dag_run": SimpleNamespace(run_id="run 1", run_type=run_type)})
    with set_current_context(context):
        request = request_of_this_run()
    assert request == RunRequest(
        run_id="run 1", mode=Mode.RESYNC, by_hand=by_hand, events=frozenset({"5f0c", "77aa"}), allow_mass_removal=True
    )


@pytest.mark.parametrize("given", [None, []], ids=["null", "empty"])
def test_request_of_a_run_with_an_empty_list_of_events_is_for_all_of_them(given: list[str] | None) -> None:
    run = SimpleNamespace(run_id="run 1", run_type="manual", logical_date=None)
    params = {"libraries": given, "events": given, "mode": "sync", "allow_mass_removal": False}
    with set_current_context(cast(Context, {"params": params, "dag_run": run})):
        assert (request_of_this_run().events, filled_in(FORCED_UPDATE)["libraries"]) == (frozenset(), [])
        assert filled_in(FORCED_UPDATE) == {**params, "libraries": [], "events": []}


@cases(
    "form given meant",
    ("retention", RETENTION, {"libraries": None}, {"libraries": []}),
    ("report", MONTHLY_REPORT, {"month": None, "libraries": None}, {"month": "", "libraries": []}),
    (
        "filled-in",
        MONTHLY_REPORT,
        {"month": "2026-10", "libraries": ["herlev"]},
        {"month": "2026-10", "libraries": ["herlev"]},
    ),
)
def test_form_with_a_null_is_read_as_one_with_an_empty_field(
    form: dict[str, Param], given: dict[str, object], meant: dict[str, object]
) -> None:
    with set_current_context(cast(Context, {"params": given})):
        assert filled_in(form) == meant


BATCHES = [["herlev"], ["odder", "ribe"]]
SAID = "opgaven {0} fejlede uden forklaring; se dens log."
SILENT = {
    "nothing failed": ({"select_libraries": "success", "library.load_0": "success"}, [], []),
    "said by itself": ({"library.load_1": "failed"}, ["ribe"], []),
    "said nothing": ({"library.load_1": "failed"}, ["herlev"], [f"odder, ribe: {SAID.format('library.load_1')}"]),
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
    assert silent_failures(states, BATCHES, named, Translator("da")) == sentences
