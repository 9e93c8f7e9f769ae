"""The monthly report's wiring: when it runs, what it may be asked, what is tried again."""

from datetime import timedelta

import pytest
from airflow.exceptions import ParamValidationError
from airflow.sdk import DAG, CronTriggerTimetable

from billetbro import errors
from tests.cases import cases


@pytest.fixture
def dag(dags: dict[str, DAG]) -> DAG:
    return dags["monthly_report"]


def test_schedule_is_the_first_of_each_danish_month_and_none_is_made_up_for(dag: DAG) -> None:
    assert dag.timetable == CronTriggerTimetable("0 5 1 * *", timezone="Europe/Copenhagen")
    assert (dag.catchup, dag.max_active_runs) == (False, 1)


def test_tasks_are_one_for_each_library_after_the_choice_of_them(dag: DAG) -> None:
    given = {task.task_id: (task.execution_timeout, task.retries, task.upstream_task_ids) for task in dag.tasks}
    assert given == {
        "select_libraries": (timedelta(minutes=45), 2, set()),
        "report": (timedelta(minutes=45), 2, {"select_libraries"}),
    }


def test_params_are_the_month_and_the_libraries(dag: DAG) -> None:
    assert dag.params.dump() == {"month": "", "libraries": []}


@pytest.mark.parametrize(("month", "fits"), [("", True), ("2026-10", True), ("2026-13", False), ("oktober", False)])
def test_month_is_written_as_a_year_and_a_month(dag: DAG, month: str, fits: bool) -> None:
    param = dag.params.get_param("month")
    if fits:
        assert param.resolve(month) == month
    else:
        with pytest.raises(ParamValidationError):
            param.resolve(month)


def test_text_is_danish_and_english(dag: DAG) -> None:
    text = dag.doc_md or ""
    assert ("On the 1st of each month" in text, "Den 1. i hver måned" in text) == (True, True)


@cases(
    "error action",
    ("can get better", errors.Retriable("later"), "retry"),
    ("somebody must act", errors.Fatal("somebody must act"), "fail"),
)
def test_retry_is_for_what_can_get_better_by_itself(dag: DAG, error: BaseException, action: str) -> None:
    policy = dag.get_task("report").retry_policy
    assert policy is not None
    assert policy.evaluate(error, try_number=1, max_tries=2).action.value == action
