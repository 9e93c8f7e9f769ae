"""A library's website (Folkebibliotekernes CMS) as a source of events."""

from __future__ import annotations

from datetime import date

from include.api.cms import CmsClient
from include.models import SourceEvent, SourceState


class DplCmsSource:
    """Reads a website's events, and writes ticket links and sale states back to it."""

    def __init__(self, client: CmsClient) -> None:
        self._client = client

    def read(self, from_date: date) -> tuple[SourceEvent, ...]:
        """Return every event that starts on `from_date` or later: a complete snapshot, or an error of the tree."""
        return self._client.events(from_date)

    def write_back(self, uuid: str, *, state: SourceState | None, link: str | None, admin_link: str | None) -> None:
        """Write state and links to an event; with nothing given, both links are cleared."""
        self._client.patch_event(uuid, state=state, link=link, admin_link=admin_link)
