"""What is wrong with an event: data for staff, not an exception."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why an event is rejected or skipped: the rule's code, the field, and its value."""

    code: str
    field: str | None
    found: str | None = None
