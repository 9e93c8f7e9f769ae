"""What happens when a run of the hourly job is not finished in time: the triggerer's log and the operators are told."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from asgiref.sync import sync_to_async

log = logging.getLogger(__name__)

DEADLINE_MINUTES = 50
"""Minutes from when a run is due, or was asked for, to its alert: before the next hour's run is due."""

Context = Mapping[str, Mapping[str, object]]


async def run_is_late(context: Context) -> None:
    """Say that a scheduled run has not ended 50 minutes after it was due.

    Of a run that was asked for nothing is said here: its logical date is missing, or may be any.
    """
    if context["dag_run"]["run_type"] == "scheduled":
        await _tell(context["dag_run"], "it was due")


async def asked_for_run_is_late(context: Context) -> None:
    """Say the same of a run that somebody asked for, with or without a logical date, 50 minutes after it was."""
    if context["dag_run"]["run_type"] != "scheduled":
        await _tell(context["dag_run"], "it was asked for")


async def _tell(run: Mapping[str, object], since: str) -> None:
    """Say that the run is late, unless it ended red, which was told of already: Airflow 3.3 keeps its deadline."""
    if run["state"] == "failed":
        return
    log.error(
        "%s has not finished %s minutes after %s (run %s): the next ones wait for it. "
        "Look at the run's slowest task, and at requests.per_second in libraries.yaml.",
        run["dag_id"],
        DEADLINE_MINUTES,
        since,
        run["dag_run_id"],
    )
    # Imported here, since parsing a DAG imports this module.
    from billetbro_airflow.notifications.operators import tell_of_late_run

    await sync_to_async(tell_of_late_run)(str(run["dag_id"]))
