"""The hourly job's wiring: its tasks and their order, when it runs, what a person may ask of it."""

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from airflow.sdk import DAG, CronTriggerTimetable
from airflow.sdk.exceptions import AirflowRuntimeError, AirflowTaskTimeout, ErrorType, ParamValidationError
from airflow.sdk.execution_time.comms import ErrorResponse
from sqlalchemy.exc import InterfaceError, OperationalError

from billetbro import errors
from billetbro.settings.libraries import LibrariesFileError
from demo.environment import ROOT
from tests.cases import cases

STEPS = ["library.extract", "library.transform", "library.load", "library.writeback", "library.export_purchases"]
TASKS = ["select_libraries", *STEPS, "announce_warehouse", "report"]
ASSETS = ["additional_sales", "answers", "events", "prices", "purchases", "tickets"]


def test_tasks_follow_one_another_in_this_order(dag: DAG) -> None:
    following = {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks}
    one_by_one = {task: [after] for task, after in pairwise(TASKS)}
    # What a mapped group is mapped over comes before each task of the group.
    assert following == {**one_by_one, "select_libraries": sorted(STEPS), "report": []}


def test_tasks_have_a_time_out_and_retries(dag: DAG) -> None:
    given = {task.task_id: (task.execution_timeout, task.retries) for task in dag.tasks}
    assert given == dict.fromkeys(TASKS, (timedelta(minutes=45), 2))


def test_tasks_run_whatever_became_of_the_ones_before_unless_they_are_the_first(dag: DAG) -> None:
    first = {"select_libraries": "all_success", "library.extract": "all_success"}
    assert {task.task_id: task.trigger_rule.value for task in dag.tasks} == dict.fromkeys(TASKS, "all_done") | first


@cases(
    "batch label",
    ("one", ["herlev"], "herlev"),
    ("three", ["herlev", "odder", "ribe"], "herlev, odder, ribe"),
    ("four", ["herlev", "odder", "ribe", "vejle"], "herlev … vejle (4)"),
    ("many", [f"lib{number:02}" for number in range(1, 26)], "lib01 … lib25 (25)"),
)
def test_tasks_of_a_batch_are_labelled_with_its_libraries(dag: DAG, batch: list[str], label: str) -> None:
    templates = {task.task_id: task.map_index_template for task in dag.tasks if task.map_index_template}
    task = SimpleNamespace(op_args=[batch])
    environment = dag.get_template_env()
    labels = {name: environment.from_string(template).render(task=task) for name, template in templates.items()}
    assert labels == dict.fromkeys(STEPS, label)


RETRIED = {
    "retriable": (errors.Retriable("later"), "retry"),
    "bad answer": (errors.InvalidResponse("half of it"), "retry"),
    "outcome unknown": (errors.OutcomeUnknown("lost"), "retry"),
    "database gone": (OperationalError("", None, Exception()), "retry"),
    "database connection lost": (InterfaceError("", None, Exception()), "retry"),
    "airflow itself": (AirflowRuntimeError(ErrorResponse(error=ErrorType.GENERIC_ERROR)), "retry"),
    "fatal": (errors.Fatal("somebody must act"), "fail"),
    "wrong credentials": (errors.WrongCredentials("no"), "fail"),
    "settings": (LibrariesFileError("mistakes"), "fail"),
    "refused": (errors.Refused("no"), "fail"),
    "a mistake of ours": (KeyError("x"), "fail"),
    "took too long": (AirflowTaskTimeout("45 minutes"), "fail"),
}


@pytest.mark.parametrize(("error", "action"), RETRIED.values(), ids=RETRIED.keys())
def test_retry_is_for_what_can_get_better_by_itself(dag: DAG, error: BaseException, action: str) -> None:
    decided = {
        task.task_id: policy.evaluate(error, try_number=1, max_tries=2).action.value
        for task in dag.tasks
        if (policy := task.retry_policy) is not None
    }
    assert decided == dict.fromkeys(TASKS, action)


@pytest.mark.parametrize(("seconds", "delay"), [(None, 60), ("0", 0), ("300", 300)], ids=["default", "none", "longer"])
def test_retry_waits_as_long_as_the_environment_says(
    read_dags: Callable[[Path], dict[str, DAG]], monkeypatch: pytest.MonkeyPatch, seconds: str | None, delay: int
) -> None:
    monkeypatch.delenv("BILLETBRO_RETRY_SECONDS", raising=False)
    if seconds is not None:
        monkeypatch.setenv("BILLETBRO_RETRY_SECONDS", seconds)
    tasks = read_dags(ROOT / "dags")["place2book_sync"].tasks
    assert {task.retry_delay for task in tasks} == {timedelta(seconds=delay)}


def test_schedule_is_every_hour_one_run_at_a_time_and_none_made_up_for(dag: DAG) -> None:
    assert dag.timetable == CronTriggerTimetable("0 * * * *", timezone="UTC")
    assert (dag.catchup, dag.max_active_runs) == (False, 1)


def test_assets_of_the_warehouse_are_announced_by_one_task_only(dag: DAG) -> None:
    outlets = {task.task_id: sorted(outlet.name for outlet in task.outlets) for task in dag.tasks if task.outlets}
    assert outlets == {"announce_warehouse": [f"billetbro_{table}" for table in ASSETS]}


def test_params_ask_for_nothing_by_themselves(dag: DAG) -> None:
    assert dag.params.dump() == {
        "libraries": [],
        "events": [],
        "mode": "sync",
        "allow_mass_removal": False,
        "read_all_prices": False,
    }


def test_params_are_explained_in_danish_and_english(dag: DAG) -> None:
    said = {name: (param.schema["title"], param.description or "") for name, param in dag.params.items()}
    assert [name for name, texts in said.items() if not all(" / " in text for text in texts)] == []


LISTS = [
    ("place2book_sync", "libraries"),
    ("place2book_sync", "events"),
    ("personal_data_retention", "libraries"),
    ("monthly_report", "libraries"),
    ("monthly_report", "month"),
]


@pytest.mark.parametrize(("dag_id", "name"), LISTS, ids=lambda part: part)
def test_param_that_was_emptied_in_the_form_is_taken(dags: dict[str, DAG], dag_id: str, name: str) -> None:
    params = deepcopy(dags[dag_id].params)
    params.update({name: None})
    params.validate()
    assert params.dump()[name] is None


WRONG = {
    "unknown mode": {"mode": "force"},
    "libraries as text": {"libraries": "solbjerg"},
    "library as number": {"libraries": [1]},
    "empty library": {"libraries": [" "]},
    "events as text": {"events": "5f0c"},
    "removal as text": {"allow_mass_removal": "yes"},
    "a null among libraries": {"libraries": [None]},
    "no mode": {"mode": None},
    "neither yes nor no": {"allow_mass_removal": None},
}


@pytest.mark.parametrize("conf", WRONG.values(), ids=WRONG.keys())
def test_params_that_cannot_be_meant_are_refused(dag: DAG, conf: dict[str, object]) -> None:
    params = deepcopy(dag.params)
    with pytest.raises(ParamValidationError):
        params.update(conf)
