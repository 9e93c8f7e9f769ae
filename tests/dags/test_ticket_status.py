"""The wiring of the DAG between two hourly runs: how often, how long, and that it is its own retry."""

from datetime import timedelta

import pytest
from airflow.sdk import DAG, CronTriggerTimetable


@pytest.fixture
def dag(dags: dict[str, DAG]) -> DAG:
    return dags["ticket_status"]


def test_schedule_is_every_five_minutes_one_run_at_a_time_and_none_made_up_for(dag: DAG) -> None:
    assert dag.timetable == CronTriggerTimetable("*/5 * * * *", timezone="UTC")
    assert (dag.catchup, dag.max_active_runs, dag.params.dump()) == (False, 1, {})


def test_run_is_one_task_that_is_not_tried_again(dag: DAG) -> None:
    assert [(task.task_id, task.retries, task.execution_timeout) for task in dag.tasks] == [
        ("follow_sale_windows", 0, timedelta(minutes=10))
    ]


def test_text_is_danish_and_english(dag: DAG) -> None:
    assert [word for word in ("Every five minutes", "Hvert femte minut") if word not in (dag.doc_md or "")] == []
