"""The alert before the next hour: kept by the scheduler's DAG, found by the triggerer, worded for a person."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db
from airflow.models.dagbag import DBDagBag
from airflow.models.deadline import Deadline
from airflow.triggers.callback import CallbackTrigger
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState
from airflow.utils.types import DagRunTriggeredByType, DagRunType
from sqlalchemy import select

from demo.environment import ROOT
from include.alerts import run_is_late

DUE = datetime(2026, 11, 2, 9, tzinfo=UTC)
PATH = "include.alerts.run_is_late"


@pytest.fixture
def serialized(airflow_home: Path) -> Iterator[None]:
    """Store the DAG as the DAG processor does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        DagBundlesManager().sync_bundles_to_db()  # type: ignore[no-untyped-call]
        bag = BundleDagBag(ROOT / "dags", bundle_path=ROOT / "dags", bundle_name="dags-folder")
        sync_bag_to_db(bag, "dags-folder", None)
        yield


def test_deadline_of_a_scheduled_run_is_before_the_next_however_late_it_begins(serialized: None) -> None:
    with create_session() as session:
        dag = DBDagBag().get_latest_version_of_dag("place2book_sync", session=session)
        assert dag is not None
        run = dag.create_dagrun(
            run_id="scheduled__late",
            logical_date=DUE,
            run_after=DUE,
            run_type=DagRunType.SCHEDULED,
            triggered_by=DagRunTriggeredByType.TIMETABLE,
            state=DagRunState.QUEUED,
            session=session,
        )
        session.flush()
        found = session.scalars(select(Deadline).where(Deadline.dagrun_id == run.id)).all()
        assert [(deadline.deadline_time, deadline.callback.data["path"]) for deadline in found] == [
            (DUE + timedelta(minutes=50), PATH)
        ]
        session.rollback()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (
            "running",
            [
                "place2book_sync has not finished 50 minutes after it was due (run scheduled__9): the next hour's run "
                "waits for it. Look at the run's slowest task, and at requests.per_second in libraries.yaml."
            ],
        ),
        ("failed", []),
    ],
    ids=["still running", "ended red, which was told of already"],
)
def test_alert_is_found_and_worded_by_the_triggerer(
    caplog: pytest.LogCaptureFixture, state: str, said: list[str]
) -> None:
    run = {"dag_id": "place2book_sync", "dag_run_id": "scheduled__9", "state": state}
    trigger = CallbackTrigger(PATH, {"context": {"dag_run": run, "deadline": {}}})

    async def states() -> list[object]:
        return [event.payload["state"] async for event in trigger.run()]

    with caplog.at_level(logging.ERROR, logger=run_is_late.__module__):
        assert [str(state) for state in asyncio.run(states())] == ["running", "success"]
    assert caplog.messages == said
