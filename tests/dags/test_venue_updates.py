"""Runs that venues ask for: a DAG of their own, so that no hourly run waits for them (behaviour 8)."""

from collections.abc import Iterator

import airflow.sdk
import pytest
from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from sqlalchemy import delete, update

from billetbro_airflow.started_runs import DAG, VENUES, known_runs
from billetbro_airflow.webhooks.airflow_runs import AirflowRuns
from billetbro_airflow.webhooks.answers import NotAnswered


def pause(dag_id: str, *, paused: bool) -> None:
    with create_session() as session:
        session.execute(update(DagModel).where(DagModel.dag_id == dag_id).values(is_paused=paused))


@pytest.fixture
def runs(serialized: None) -> Iterator[AirflowRuns]:
    """Give the webhook's runs while the hourly job goes on."""
    pause(DAG, paused=False)
    yield AirflowRuns()
    pause(DAG, paused=True)
    with create_session() as session:
        session.execute(delete(DagRun))


def test_hourly_run_does_not_wait_for_runs_that_venues_asked_for(runs: AirflowRuns) -> None:
    ids = [f"yesplan__theater__{number}" for number in range(3)]
    for number, run_id in enumerate(ids):
        runs.start("theater", [f"1-{number}"], run_id)
    with create_session() as session:
        # What the scheduler counts before it makes a run of a DAG.
        counted = DagRun.active_runs_of_dags(dag_ids=[DAG, VENUES], exclude_backfill=True, session=session)
    assert counted == {VENUES: 3}
    assert runs.waiting("theater") == set(known_runs(ids)) == set(ids)


def test_venues_are_told_to_wait_while_the_hourly_job_is_paused(runs: AirflowRuns) -> None:
    for paused in (DAG, VENUES):
        pause(paused, paused=True)
        with pytest.raises(NotAnswered, match=paused) as raised:
            runs.start("theater", ["1-1"], "yesplan__theater__1")
        assert (raised.value.status, runs.waiting("theater")) == (503, frozenset())
        pause(paused, paused=False)


def test_upgrade_leaves_the_dag_of_venues_ready(dags: dict[str, airflow.sdk.DAG]) -> None:
    assert dags[VENUES].is_paused_upon_creation is False


def test_run_that_a_venue_asked_for_does_what_the_hourly_run_does(dags: dict[str, airflow.sdk.DAG]) -> None:
    wired = {dag: {task.task_id: task.downstream_task_ids for task in dags[dag].tasks} for dag in (DAG, VENUES)}
    assert wired[DAG] == wired[VENUES]
