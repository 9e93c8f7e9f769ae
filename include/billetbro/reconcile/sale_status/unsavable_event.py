"""Tell when a source cannot save what is written back to one event, though it saves others (behaviour 7). Pure."""

from dataclasses import dataclass
from datetime import datetime

from billetbro.reconcile.policies import RETRY_REFUSED_AFTER

UNSAVED = "cms_cannot_save"
"""Rejection code: the source permanently fails to save the event."""
RUNS_OF_A_DAY = 6
"""The fewest failed runs over a day: one before and one after a weekend prove nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A write-back that keeps failing at the source, unchanged: since when, and in how many runs.

    `others_taken`: the source saved another event since. `others_fail`: it fails at other events too.
    """

    since: datetime
    runs: int
    others_taken: bool
    others_fail: bool


def fails_for_good(failing: Failing, now: datetime) -> bool:
    """Return whether the source cannot save this event, as opposed to an outage.

    It has failed for a day. A source that saved nothing meanwhile and fails at several events is itself broken.
    """
    lasting = failing.runs >= RUNS_OF_A_DAY and now - failing.since >= RETRY_REFUSED_AFTER
    return lasting and (failing.others_taken or not failing.others_fail)
