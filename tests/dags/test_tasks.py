"""What the tasks learn from Airflow: how a run was asked for, and which tasks ended without a word."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from airflow.sdk import Context, Param
from airflow.sdk.execution_time.context import set_current_context

from billetbro.errors import SettingsError
from billetbro.messages.catalogue import Translator
from billetbro.models import Mode
from billetbro.models.message import Message
from billetbro.settings.libraries import load_settings
from billetbro.steps.library_threads import Limits
from billetbro.steps.request import Batch, RunRequest
from billetbro.store.runs import RunRecord
from billetbro_airflow.tasks.limits import batches_at_most, connections_at_most, limits
from billetbro_airflow.tasks.sync import request_of_this_run, share_of, silent_failures
from billetbro_airflow.tasks.trigger_form import FORCED_UPDATE, MONTHLY_REPORT, RETENTION, filled_in
from demo.environment import LIBRARIES
from tests.cases import cases

PARAMS = {
    "libraries": [],
    "events": ["5f0c", " 77aa "],
    "mode": "resync",
    "allow_mass_removal": True,
    "read_all_prices": False,
}


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
    params = {
        "libraries": given,
        "events": given,
        "mode": "sync",
        "allow_mass_removal": False,
        "read_all_prices": False,
    }
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
NOW = datetime(2026, 10, 1, tzinfo=UTC)


def record(library: str, mode: str = "sync", failed: str = "", **times: datetime) -> RunRecord:
    errors = {failed: Message("error.several")} if failed else {}
    return RunRecord(
        run_id="run 1", library=library, mode=mode, by_hand=False, started_at=NOW, errors=errors, **cast(Any, times)
    )


LOADED = [record("odder", loaded_at=NOW), record("ribe", loaded_at=NOW)]
FAILED = [record("odder", loaded_at=NOW), record("ribe", failed="load")]
KILLED = [record("odder"), record("ribe", failed="load")]
NOT_READ = [record("odder"), record("ribe", failed="extract")]
PLANNED = [record("odder", "plan", observed_at=NOW), record("ribe", "plan", failed="load")]
LOAD_1 = "library.load_1"


@cases(
    "states records named libraries",
    ("nothing failed", {"select_libraries": "success", "library.load_0": "success"}, LOADED, [], {}),
    ("said by itself", {LOAD_1: "failed"}, FAILED, ["ribe"], {}),
    ("said by itself in a plan", {LOAD_1: "failed"}, PLANNED, ["ribe"], {}),
    ("said nothing", {LOAD_1: "failed"}, LOADED, ["herlev"], {LOAD_1: "odder, ribe"}),
    ("killed after one had failed", {LOAD_1: "failed"}, KILLED, ["ribe"], {LOAD_1: "odder"}),
    ("one failed in another step", {LOAD_1: "failed"}, NOT_READ, ["ribe"], {LOAD_1: "odder"}),
    (
        "not of a library",
        {"announce_warehouse": "failed", "report": "running"},
        LOADED,
        ["herlev"],
        {"announce_warehouse": "announce_warehouse"},
    ),
    ("the first task", {"select_libraries": "failed"}, [], ["select_libraries"], {}),
    ("only followed", {"library.load_0": "upstream_failed", "library.writeback_0": None}, LOADED, [], {}),
)
def test_silent_failures_are_the_failed_tasks_with_libraries_that_nothing_is_said_of(
    states: dict[str, str | None], records: list[RunRecord], named: list[str], libraries: dict[str, str]
) -> None:
    said = {task: f"{names}: {SAID.format(task)}" for task, names in libraries.items()}
    found = silent_failures(states, BATCHES, records, named)
    assert {task: Translator("da").say(message) for task, message in found.items()} == said


@cases(
    "try_number max_tries again",
    ("the first", 1, 2, False),
    ("the second", 2, 2, True),
    ("the last", 3, 2, True),
    ("cleared after it succeeded", 2, 3, False),
    ("cleared after three", 4, 5, False),
    ("the second after it was cleared", 5, 5, True),
)
def test_task_is_tried_again_unless_a_person_cleared_it(
    libraries: None, try_number: int, max_tries: int, again: bool
) -> None:
    assert shared(["solbjerg"], try_number, max_tries).again is again


def test_task_takes_its_libraries_in_units_and_those_no_longer_listed_by_themselves(libraries: None) -> None:
    assert shared(["nordvig", "gone", "solbjerg"]).units == [["solbjerg"], ["nordvig"], ["gone"]]


def shared(batch: list[str], try_number: int = 1, max_tries: int = 2) -> Batch:
    task = SimpleNamespace(retries=2, execution_timeout=timedelta(minutes=45))
    ti = SimpleNamespace(try_number=try_number, max_tries=max_tries, task=task)
    with set_current_context(cast(Context, {"ti": ti})):
        return share_of("extract", batch, load_settings())


@pytest.fixture
def libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(LIBRARIES))


def test_limits_are_few_unless_the_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("BILLETBRO_BATCHES", "BILLETBRO_LIBRARIES_AT_ONCE", "BILLETBRO_LIBRARY_SECONDS")
    for name in names:
        monkeypatch.delenv(name, raising=False)
    usual = (batches_at_most(), limits(timedelta(minutes=45)), connections_at_most())
    assert usual == (4, Limits(libraries=8, seconds=600, altogether=40.5 * 60), 20)
    for name, value in zip(names, ("16", " 2 ", "90"), strict=True):
        monkeypatch.setenv(name, value)
    given = (batches_at_most(), limits(None), connections_at_most())
    assert given == (16, Limits(libraries=2, seconds=90), 8)


@pytest.mark.parametrize("given", ["0", "-1", "four", "1.5", "1e3", "²", "1_0"])
def test_limit_that_is_no_whole_number_is_a_mistake_in_the_settings(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("BILLETBRO_BATCHES", given)
    with pytest.raises(SettingsError) as raised:
        batches_at_most()
    said = f"The environment variable BILLETBRO_BATCHES must be a whole number of at least 1, but is '{given}'."
    assert str(raised.value) == said
