"""A library's website (Folkebibliotekernes CMS) as a source of events: its settings, reading, writing back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from pydantic import Field

from billetbro.api.dpl_cms.client import CmsClient
from billetbro.api.http.access import Access
from billetbro.models import KnownRows, PriceUnit, Snapshot, SourceEvent, TicketStatus
from billetbro.models.message import Message
from billetbro.settings.types import Text
from billetbro.sources import SourceSettings


class DplCmsSettings(SourceSettings):
    """A library's site in Folkebibliotekernes CMS. `price_unit` is never guessed (facts: the price unit)."""

    conn_id: Text = Field(description="allowed.connection_of_dpl_cms")
    price_unit: PriceUnit = Field(description="allowed.price_unit_of_dpl_cms")

    @contextmanager
    def opened(self, access: Access, *, lookback_days: int) -> Iterator[DplCmsSource]:  # noqa: ARG002
        with client_of(access) as client:
            yield DplCmsSource(client)

    def check(self, access: Access) -> Message:
        with client_of(access) as client:
            return client.check()


class DplCmsSource:
    """Reads a website's events, and writes ticket links and sale states back to it."""

    def __init__(self, client: CmsClient) -> None:
        self._client = client

    def read(self, from_date: date) -> tuple[SourceEvent, ...]:
        return self._client.events(from_date)

    def read_rows(self, from_date: date, known: KnownRows) -> Snapshot:
        return self._client.snapshot(from_date, known)

    def ensure_writable(self) -> None:
        self._client.ensure_writable()

    def write_back(self, uuid: str, status: TicketStatus) -> None:
        """Write state and links to an event; when only the state changed, no link is sent.

        A link that the event inherits from its series must not become its own.
        """
        links = (None, None) if status.changed == {"state"} else (status.link, status.admin_link)
        self._client.patch_event(uuid, state=status.state, link=links[0], admin_link=links[1])


def client_of(access: Access) -> CmsClient:
    """Return the website's client, which the caller closes."""
    return CmsClient(access.url, access.login, access.password, connection=access.conn_id, settings=access.requests)


KIND = DplCmsSettings
