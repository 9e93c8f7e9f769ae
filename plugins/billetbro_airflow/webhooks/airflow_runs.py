"""The runs that the webhook requests, in Airflow's own database: it runs in the API server's process."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from airflow.api.common.trigger_dag import trigger_dag
from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.sdk.exceptions import AirflowException
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState
from airflow.utils.types import DagRunTriggeredByType
from sqlalchemy import select

from billetbro_airflow.webhooks.answers import NotAnswered

DAG = "place2book_sync"


class AirflowRuns:
    """Runs of the hourly job for some events, as in a forced update."""

    def waiting(self, library: str) -> Collection[str]:
        """Return the ids of a library's runs that were requested here and have not begun."""
        begins = f"yesplan__{library}__"
        query = select(DagRun.run_id).where(
            DagRun.dag_id == DAG, DagRun.state == DagRunState.QUEUED, DagRun.run_id.startswith(begins, autoescape=True)
        )
        with create_session() as session:
            return frozenset(session.scalars(query))

    def start(self, library: str, uuids: Sequence[str], run_id: str) -> None:
        """Queue a run for these events of a library."""
        with create_session() as session:
            paused = session.scalar(select(DagModel.is_paused).where(DagModel.dag_id == DAG, ~DagModel.is_stale))
        if paused is None or paused:
            raise NotAnswered(503, f"the DAG {DAG} is not there, or is paused", retry_after=300)
        try:
            trigger_dag(
                DAG,
                run_id=run_id,
                conf={"libraries": [library], "events": [*uuids], "mode": "sync"},
                logical_date=datetime.now(UTC),
                replace_microseconds=False,
                triggered_by=DagRunTriggeredByType.REST_API,
                triggering_user_name=f"yesplan:{library}",
            )
        except (AirflowException, ValueError) as error:
            raise NotAnswered(503, f"Airflow started no run ({type(error).__name__})", retry_after=300) from None
