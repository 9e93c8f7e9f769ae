"""Forced updates that planners request with a button in the source."""

from enum import StrEnum


class WebhookAction(StrEnum):
    """What a planner can request. Both start the same run of one event and differ only in what is reported."""

    UPDATE = "update"
    WITHDRAW = "withdraw"


class WebhookState(StrEnum):
    """What is reported about the event: at once that it is waiting, after the run its state."""

    WAITING = "waiting"
    PUBLISHED = "published"
    ABSENT = "absent"
    KEPT = "kept"
    OVER = "over"
    REJECTED = "rejected"
    FAILED = "failed"
