"""What is wrong with one event: data for staff, not an exception."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why an event is rejected: the rule's code (see `explanations`), the field, and what was found in it."""

    code: str
    field: str
    found: str | None = None
