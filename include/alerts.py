"""What happens when the hourly run is not finished in time."""

from __future__ import annotations

import logging

log = logging.getLogger(__name__)


async def run_is_late(**_: object) -> None:
    """Say in the triggerer's log that the run has not ended before its deadline; the next one waits for it."""
    log.error(
        "place2book_sync has not finished %s minutes after it was due: the next hour's run waits for it. "
        "Look at the run's slowest task, and at requests.per_second in libraries.yaml.",
        DEADLINE_MINUTES,
    )


DEADLINE_MINUTES = 50
"""Minutes from a run's start to its alert: before the next hour's run is due."""
