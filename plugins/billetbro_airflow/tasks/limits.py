"""How a run is divided among tasks and threads, from environment variables that are read when a task runs."""

import os
from datetime import timedelta

from billetbro.errors import SettingsError
from billetbro.steps.library_threads import Limits

BATCHES = "BILLETBRO_BATCHES"
AT_ONCE = "BILLETBRO_LIBRARIES_AT_ONCE"
SECONDS = "BILLETBRO_LIBRARY_SECONDS"
SHARE = 0.9
"""Of the time after which Airflow stops a task: then it can still say which libraries were not done."""


def batches_at_most() -> int:
    """Return in how many batches, each with a task for each step, a run's libraries are divided at most."""
    return _number(BATCHES, 4)


def libraries_at_once() -> int:
    """Return how many libraries of a batch are worked on at a time."""
    return _number(AT_ONCE, Limits().libraries)


def limits(execution_timeout: timedelta | None) -> Limits:
    """Return the limits of the threads of a task that Airflow stops after this time."""
    altogether = SHARE * execution_timeout.total_seconds() if execution_timeout else Limits().altogether
    return Limits(libraries=libraries_at_once(), seconds=_number(SECONDS, 600), altogether=altogether)


def connections_at_most() -> int:
    """Return how many connections to PostgreSQL a task opens at most: two for locks of each library, and a few."""
    return 2 * libraries_at_once() + 4


def _number(variable: str, default: int) -> int:
    """Return the whole number that a variable holds; raises SettingsError if it is none, or less than 1."""
    given = os.environ.get(variable, "").strip()
    if not given:
        return default
    if not (given.isascii() and given.isdecimal()) or int(given) < 1:
        raise SettingsError("error.no_whole_number", variable=variable, given=given)
    return int(given)
