"""A library's website (Folkebibliotekernes CMS) as a source of events: its settings, reading, writing back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from pydantic import Field

from billetbro.api.dpl_cms.client import CmsClient
from billetbro.api.http.access import Access
from billetbro.models import PriceUnit, SourceEvent, TicketStatus
from billetbro.models.message import Message
from billetbro.settings.types import Text
from billetbro.sources import SourceSettings


class DplCmsSettings(SourceSettings):
    """A library's site in Folkebibliotekernes CMS. `price_unit` is never guessed (facts: the price unit)."""

    conn_id: Text = Field(description="allowed.connection_of_dpl_cms")
    price_unit: PriceUnit = Field(description="allowed.price_unit_of_dpl_cms")

    @contextmanager
    def opened(self, access: Access, *, lookback_days: int) -> Iterator[DplCmsSource]:  # noqa: ARG002
        """Give the website for as long as a block lasts."""
        with client_of(access) as client:
            yield DplCmsSource(client)

    def check(self, access: Access) -> Message:
        """Return a message that address and login work, or raise an error of the tree."""
        with client_of(access) as client:
            return client.check()


class DplCmsSource:
    """Reads a website's events, and writes ticket links and sale states back to it."""

    def __init__(self, client: CmsClient) -> None:
        self._client = client

    def read(self, from_date: date) -> tuple[SourceEvent, ...]:
        """Return every event that starts on `from_date` or later: a complete snapshot, or an error of the tree."""
        return self._client.events(from_date)

    def ensure_writable(self) -> None:
        """Return when the login may write to the website, or raise an error of the tree."""
        self._client.ensure_writable()

    def write_back(self, uuid: str, status: TicketStatus) -> None:
        """Write state and links to an event; the site takes both links at once, and without any clears both.

        With only a state, the links stay: one that shows through from the series must not become the event's own.
        """
        links = (None, None) if status.changed == {"state"} else (status.link, status.admin_link)
        self._client.patch_event(uuid, state=status.state, link=links[0], admin_link=links[1])


def client_of(access: Access) -> CmsClient:
    """Return the website's client, to be closed by whoever asks for it."""
    return CmsClient(access.url, access.login, access.password, connection=access.conn_id, settings=access.requests)


KIND = DplCmsSettings
