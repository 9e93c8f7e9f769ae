"""What is wrong with one event: data for staff, not an exception."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why an event is rejected or left: the rule's code, the field, and what was found in it."""

    code: str
    field: str | None
    found: str | None = None
