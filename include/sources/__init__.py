"""What a source of events must offer."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from include.models import SourceEvent, SourceState


class Source(Protocol):
    """Where a library's events come from, and where ticket links and sale states go back to."""

    def read(self, from_date: date) -> tuple[SourceEvent, ...]:
        """Return every event that starts on `from_date` or later: a complete snapshot, or an error of the tree."""
        ...

    def write_back(self, uuid: str, *, state: SourceState | None, link: str | None, admin_link: str | None) -> None:
        """Write state and links to an event; with nothing given, both links are cleared."""
        ...
