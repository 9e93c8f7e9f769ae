"""Runs that somebody asks for over HTTP, in Airflow's own database: for the API server's process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from airflow.api.common.trigger_dag import trigger_dag
from airflow.exceptions import DagRunAlreadyExists
from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.sdk.exceptions import AirflowException
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState
from airflow.utils.types import DagRunTriggeredByType
from sqlalchemy import select

DAG = "place2book_sync"
VENUES = "venue_updates"
"""What a venue asks for runs in a DAG of its own: a run that waits keeps Airflow from creating the hourly one."""


class NotStarted(Exception):  # noqa: N818
    """Airflow started no run."""


class DagPaused(NotStarted):
    """The DAG is paused, or not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AirflowRun:
    """What Airflow knows of a run; `asked_by` is a user's name, and `ended_at` None while it has not ended."""

    state: DagRunState
    asked_by: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def has_ended(self) -> bool:
        """Return whether nothing more is done in the run."""
        return self.state not in (DagRunState.QUEUED, DagRunState.RUNNING)


def ensure_not_paused(dag: str = DAG) -> None:
    """Raise DagPaused unless a run of the DAG that is started now would be carried out, and the hourly job goes on."""
    needed = {DAG, dag}
    query = select(DagModel.dag_id).where(DagModel.dag_id.in_(needed), ~DagModel.is_stale, ~DagModel.is_paused)
    with create_session() as session:
        missing = needed.difference(session.scalars(query))
    if missing:
        raise DagPaused(f"the DAG {min(missing)} is not there, or is paused")


def start_run(run_id: str, conf: Mapping[str, object], *, by: DagRunTriggeredByType, user: str, dag: str = DAG) -> None:
    """Queue a run; one with this id that is there already is the same one. Raises NotStarted."""
    ensure_not_paused(dag)
    try:
        trigger_dag(
            dag,
            run_id=run_id,
            conf=dict(conf),
            logical_date=datetime.now(UTC),
            replace_microseconds=False,
            triggered_by=by,
            triggering_user_name=user,
        )
    except DagRunAlreadyExists:
        return
    except (AirflowException, ValueError) as error:
        raise NotStarted(f"Airflow started no run ({type(error).__name__})") from None


def known_runs(run_ids: Sequence[str]) -> dict[str, AirflowRun]:
    """Return what Airflow knows of these runs, by id."""
    columns = (DagRun.run_id, DagRun.state, DagRun.triggering_user_name, DagRun.start_date, DagRun.end_date)
    query = select(*columns).where(DagRun.dag_id.in_((DAG, VENUES)), DagRun.run_id.in_(run_ids))
    with create_session() as session:
        return {
            run_id: AirflowRun(state=DagRunState(state), asked_by=user, started_at=started, ended_at=ended)
            for run_id, state, user, started, ended in session.execute(query)
        }
