"""The alert before the next hour: kept by the scheduler's DAG, found by the triggerer, worded for a person."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.models.dagbag import DBDagBag
from airflow.models.deadline import Deadline
from airflow.triggers.callback import CallbackTrigger
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState
from airflow.utils.types import DagRunTriggeredByType, DagRunType
from sqlalchemy import select

from billetbro_airflow.notifications import alerts
from tests.cases import cases

DUE = datetime(2026, 11, 2, 9, tzinfo=UTC)
FIFTY_MINUTES = timedelta(minutes=50)
IS_LATE = "billetbro_airflow.notifications.alerts.run_is_late"
ASKED_FOR_IS_LATE = "billetbro_airflow.notifications.alerts.asked_for_run_is_late"


SCHEDULED = {"run_type": DagRunType.SCHEDULED, "triggered_by": DagRunTriggeredByType.TIMETABLE, "logical_date": DUE}
ASKED_FOR = {"run_type": DagRunType.MANUAL, "triggered_by": DagRunTriggeredByType.REST_API}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def deadlines_of(**run: Any) -> tuple[datetime, dict[str, datetime]]:
    with create_session() as session:
        dag = DBDagBag().get_latest_version_of_dag("place2book_sync", session=session)
        assert dag is not None
        made = dag.create_dagrun(
            run_id=f"{run['run_type'].value}__late",
            **{"run_after": DUE, "state": DagRunState.QUEUED, "session": session, **run},
        )
        session.flush()
        found = session.scalars(select(Deadline).where(Deadline.dagrun_id == made.id)).all()
        deadlines = {deadline.callback.data["path"]: deadline.deadline_time for deadline in found}
        assert made.queued_at is not None
        queued_at = made.queued_at
        assert len(found) == len(deadlines)
        session.rollback()
    return queued_at, deadlines


def test_deadline_of_a_scheduled_run_is_before_the_next_however_late_it_begins(serialized: None) -> None:
    queued_at, deadlines = deadlines_of(**SCHEDULED)
    assert deadlines == {IS_LATE: DUE + FIFTY_MINUTES, ASKED_FOR_IS_LATE: queued_at + FIFTY_MINUTES}


@cases(
    "run by_date",
    ("no date", {"logical_date": None}, {}),
    (
        "any date",
        {"logical_date": LONG_AGO, "data_interval": (LONG_AGO, LONG_AGO)},
        {IS_LATE: LONG_AGO + FIFTY_MINUTES},
    ),
    ("after other data", {"logical_date": None, "run_type": DagRunType.ASSET_TRIGGERED}, {}),
)
def test_deadline_of_a_run_that_was_asked_for_is_counted_from_then(
    serialized: None, run: dict[str, Any], by_date: dict[str, datetime]
) -> None:
    queued_at, deadlines = deadlines_of(**{**ASKED_FOR, **run})
    assert deadlines == {**by_date, ASKED_FOR_IS_LATE: queued_at + FIFTY_MINUTES}


async def _run(trigger: CallbackTrigger) -> list[str]:
    return [str(event.payload["state"]) async for event in trigger.run()]


def _said(since: str) -> list[str]:
    return [
        f"place2book_sync has not finished 50 minutes after {since} (run 9): the next ones wait for it. "
        "Look at the run's slowest task, and at requests.per_second in libraries.yaml."
    ]


@cases(
    "path run_type state said",
    ("scheduled, still running", IS_LATE, "scheduled", "running", _said("it was due")),
    ("ended red, which was told of already", IS_LATE, "scheduled", "failed", []),
    ("asked for with a date, which says nothing", IS_LATE, "manual", "running", []),
    ("asked for, still running", ASKED_FOR_IS_LATE, "manual", "running", _said("it was asked for")),
    ("asked for, ended red", ASKED_FOR_IS_LATE, "manual", "failed", []),
    ("after other data", ASKED_FOR_IS_LATE, "asset_triggered", "running", _said("it was asked for")),
    ("scheduled, of which the other one tells", ASKED_FOR_IS_LATE, "scheduled", "running", []),
)
def test_alert_is_found_and_worded_by_the_triggerer_once_for_each_run(
    caplog: pytest.LogCaptureFixture, path: str, run_type: str, state: str, said: list[str]
) -> None:
    run = {"dag_id": "place2book_sync", "dag_run_id": "9", "run_type": run_type, "state": state}
    trigger = CallbackTrigger(path, {"context": {"dag_run": run, "deadline": {}}})
    with caplog.at_level(logging.ERROR, logger=alerts.__name__):
        assert asyncio.run(_run(trigger)) == ["running", "success"]
    assert caplog.messages == said
