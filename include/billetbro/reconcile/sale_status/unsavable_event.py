"""When a source cannot save what is written back to one of its events, though it saves others (behaviour 7). Pure."""

from dataclasses import dataclass
from datetime import datetime

from billetbro.reconcile.policies import RETRY_REFUSED_AFTER

UNSAVED = "cms_cannot_save"
"""The rejection of an event that its source fails to save, for good."""
RUNS_OF_A_DAY = 6
"""So many runs over a day, at least: one before a weekend and one after it prove nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A write-back at which the source fails, always the same: since when, and in how many runs.

    `others_taken` tells whether the source saved another event since, `others_fail` whether it fails at others as well.
    """

    since: datetime
    runs: int
    others_taken: bool
    others_fail: bool


def fails_for_good(failing: Failing, now: datetime) -> bool:
    """Return whether it is the event that the source cannot save, and no outage.

    It failed over a day's runs, which no passing trouble does. A source that meanwhile saved nothing, and fails at
    several events, is ill itself.
    """
    lasting = failing.runs >= RUNS_OF_A_DAY and now - failing.since >= RETRY_REFUSED_AFTER
    return lasting and (failing.others_taken or not failing.others_fail)
