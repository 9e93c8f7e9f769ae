"""What a source of events must offer."""

from __future__ import annotations

from datetime import date
from typing import Protocol, runtime_checkable

from include.models import SourceEvent, TicketStatus, WebhookState


class Source(Protocol):
    """Where a library's events come from, and where the status of their sale goes back to."""

    def read(self, from_date: date) -> tuple[SourceEvent, ...]:
        """Return every event that starts on `from_date` or later: a complete snapshot, or an error of the tree."""
        ...

    def write_back(self, uuid: str, status: TicketStatus) -> None:
        """Write a ticket status to an event: at least what of it has changed, and only what the event `shows`."""
        ...


@runtime_checkable
class ShowsUpdates(Protocol):
    """What a source offers besides, in which somebody can ask for the forced update of an event."""

    def show_update(self, uuid: str, state: WebhookState) -> None:
        """Tell who asked for an event's forced update how it stands."""
        ...
