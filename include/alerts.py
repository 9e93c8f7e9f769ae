"""What happens when the hourly run is not finished in time."""

from __future__ import annotations

import logging
from collections.abc import Mapping

log = logging.getLogger(__name__)

DEADLINE_MINUTES = 50
"""Minutes from when a run is due to its alert: before the next hour's run is due."""


async def run_is_late(context: Mapping[str, Mapping[str, object]]) -> None:
    """Say in the triggerer's log that a run has not ended before its deadline; the next one waits for it.

    Airflow 3.3 keeps the deadline of a run that ended red, which has been told of already: nothing is said of it.
    """
    run = context["dag_run"]
    if run["state"] == "failed":
        return
    log.error(
        "%s has not finished %s minutes after it was due (run %s): the next hour's run waits for it. "
        "Look at the run's slowest task, and at requests.per_second in libraries.yaml.",
        run["dag_id"],
        DEADLINE_MINUTES,
        run["dag_run_id"],
    )
