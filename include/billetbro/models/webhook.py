"""The words of a forced update that somebody asks for in the source itself, with a button there."""

from enum import StrEnum


class WebhookAction(StrEnum):
    """What a planner can ask for; both start the same run of one event, they differ in what is told afterwards."""

    UPDATE = "update"
    WITHDRAW = "withdraw"


class WebhookState(StrEnum):
    """What is told of the event: at once that it waits, and after the run how it stands."""

    WAITING = "waiting"
    PUBLISHED = "published"
    ABSENT = "absent"
    KEPT = "kept"
    OVER = "over"
    REJECTED = "rejected"
    FAILED = "failed"
