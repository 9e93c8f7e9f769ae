"""The runs that the webhook requests, in Airflow's own database: it runs in the API server's process."""

from collections.abc import Collection, Sequence

from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState
from airflow.utils.types import DagRunTriggeredByType
from sqlalchemy import select

from billetbro_airflow.started_runs import VENUES, NotStarted, start_run
from billetbro_airflow.webhooks.answers import NotAnswered


class AirflowRuns:
    """Runs of `venue_updates` for some events, as in a forced update."""

    def waiting(self, library: str) -> Collection[str]:
        """Return the ids of a library's runs that were requested here and have not begun."""
        begins = f"yesplan__{library}__"
        query = select(DagRun.run_id).where(
            DagRun.dag_id == VENUES,
            DagRun.state == DagRunState.QUEUED,
            DagRun.run_id.startswith(begins, autoescape=True),
        )
        with create_session() as session:
            return frozenset(session.scalars(query))

    def start(self, library: str, uuids: Sequence[str], run_id: str) -> None:
        """Queue a run for these events of a library."""
        conf = {"libraries": [library], "events": [*uuids], "mode": "sync"}
        try:
            start_run(run_id, conf, by=DagRunTriggeredByType.REST_API, user=f"yesplan:{library}", dag=VENUES)
        except NotStarted as error:
            raise NotAnswered(503, str(error), retry_after=300) from None
