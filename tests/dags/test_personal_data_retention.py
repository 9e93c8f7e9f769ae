"""The nightly removal's wiring: when it runs, what it may be asked, what is tried again."""

from datetime import timedelta

import pytest
from airflow.sdk import DAG, CronTriggerTimetable

from billetbro import errors

RETRIED = {
    "library at work": (errors.Retriable("later"), "retry"),
    "key missing": (errors.Fatal("somebody must act"), "fail"),
    "a mistake of ours": (KeyError("x"), "fail"),
}


@pytest.fixture
def dag(dags: dict[str, DAG]) -> DAG:
    return dags["personal_data_retention"]


def test_schedule_is_every_danish_night_without_being_switched_on_and_none_is_made_up_for(dag: DAG) -> None:
    assert dag.timetable == CronTriggerTimetable("30 3 * * *", timezone="Europe/Copenhagen")
    assert (dag.catchup, dag.max_active_runs, dag.is_paused_upon_creation) == (False, 1, False)


def test_tasks_are_two_for_all_libraries_and_the_second_runs_whatever_became_of_the_first(dag: DAG) -> None:
    given = {task.task_id: (task.execution_timeout, task.retries, task.upstream_task_ids) for task in dag.tasks}
    patience = (timedelta(minutes=45), 2)
    assert given == {"remove": (*patience, set()), "prune": (*patience, {"remove"})}
    assert dag.get_task("prune").trigger_rule == "all_done"


def test_params_are_the_libraries_alone(dag: DAG) -> None:
    assert dag.params.dump() == {"libraries": []}


def test_text_is_danish_and_english(dag: DAG) -> None:
    text = dag.doc_md or ""
    assert ("Every night" in text, "Hver nat" in text) == (True, True)


@pytest.mark.parametrize(("error", "action"), RETRIED.values(), ids=RETRIED.keys())
def test_retry_is_for_what_can_get_better_by_itself(dag: DAG, error: BaseException, action: str) -> None:
    policy = dag.get_task("remove").retry_policy
    assert policy is not None
    assert policy.evaluate(error, try_number=1, max_tries=2).action.value == action
