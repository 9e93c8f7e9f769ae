"""A venue's Yesplan as a source of events: its settings, reading, writing back. events.py says what an event is.

Events are read by date and the library's query, never by status: one that goes back to Option stays in the snapshot,
and is withdrawn at once instead of after an absence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, StrictInt, field_validator

from billetbro.api.http.access import Access
from billetbro.api.yesplan.client import GIVE_UP_AFTER, YesplanClient
from billetbro.api.yesplan.webhook import state_update
from billetbro.errors import InvalidResponse, Refused, ServerError, SettingsError
from billetbro.models import PriceUnit, SourceEvent, TicketStatus, WebhookState
from billetbro.models.message import Message
from billetbro.models.text import caseless, visible
from billetbro.settings.types import Text, WholeAddress
from billetbro.sources import SourceSettings
from billetbro.sources.yesplan.custom_data import CustomData
from billetbro.sources.yesplan.events import EventReader
from billetbro.sources.yesplan.values import state_words
from billetbro.sources.yesplan.write_back import CustomDataWriter


class YesplanSettings(SourceSettings):
    """A venue's Yesplan: which events count, and which custom data holds what."""

    conn_id: Text = Field(description="allowed.connection_of_yesplan")
    price_unit: PriceUnit = Field(description="allowed.price_unit_of_yesplan")
    statuses: tuple[Text, ...] = Field(("Confirmed",), min_length=1, description="allowed.statuses")
    cancelled_statuses: tuple[Text, ...] = Field(
        ("Cancelled", "Aflyst", "Geannuleerd"), description="allowed.cancelled_statuses"
    )
    query: Annotated[str, Field(strict=True)] = Field("", description="allowed.query")
    horizon_days: Annotated[StrictInt, Field(ge=1, le=3650)] = Field(400, description="allowed.horizon_days")
    custom_data: CustomData = Field(default_factory=CustomData, description="allowed.custom_data")
    webhook: Text | None = Field(None, description="allowed.webhook")
    addresses: dict[Text, WholeAddress] = Field(default_factory=dict, description="allowed.addresses")

    @field_validator("addresses")
    @classmethod
    def _are_told_apart(cls, addresses: dict[str, WholeAddress]) -> dict[str, WholeAddress]:
        if len({caseless(location) for location in addresses}) < len(addresses):
            raise ValueError("a location that is named twice")
        return addresses

    @contextmanager
    def opened(self, access: Access, *, lookback_days: int) -> Iterator[YesplanSource]:
        with client_of(access) as client:
            yield YesplanSource(client, self, lookback_days=lookback_days)

    @property
    def reach(self) -> timedelta:
        return timedelta(days=self.horizon_days)

    def check(self, access: Access) -> Message:
        with client_of(access) as client:
            return client.check()

    def has_event(self, access: Access, uuid: str) -> bool:
        with client_of(access) as client:
            return client.has_event(uuid)

    def events_of_group(self, access: Access, group: str) -> Sequence[str] | None:
        with client_of(access) as client:
            return client.events_of_group(group)


class YesplanSource:
    """Reads a venue's events with their custom data, and writes their ticket status into custom data.

    The window ends `lookback_days` and `horizon_days` after the date that is asked for.
    """

    def __init__(self, client: YesplanClient, settings: YesplanSettings, *, lookback_days: int) -> None:
        self._client = client
        self._settings = settings
        self._days = timedelta(days=lookback_days) + settings.reach
        self._reader = EventReader(
            where=settings.custom_data,
            statuses=settings.statuses,
            cancelled_statuses=settings.cancelled_statuses,
            addresses=settings.addresses,
        )
        self._writer = CustomDataWriter(client, settings.conn_id)

    def read(self, from_date: date) -> tuple[SourceEvent, ...]:
        """Return every event from `from_date` up to the horizon; raises SettingsError for an unknown keyword."""
        window = f"date:{from_date:%d-%m-%Y} TO {from_date + self._days:%d-%m-%Y}"
        query = f"{window} {visible(self._settings.query)}".strip()
        events = self._client.events(query)
        if not events:
            return ()
        if not self._settings.custom_data.keywords:
            return tuple(self._reader.source_event(event, {}) for event in events)
        custom_data = self._client.custom_data(query, [event.id for event in events])
        self._ensure_keywords_exist(custom_data)
        return tuple(self._reader.source_event(event, custom_data.get(event.id)) for event in events)

    def ensure_writable(self) -> None:
        """Do nothing: reading proves the key, and no request tells what it may write (see write_back.py)."""

    def write_back(self, uuid: str, status: TicketStatus) -> None:
        """Write what has changed of a ticket status to its keywords; raises PartlyRefused or Refused."""
        fields = {keyword: field for field, keyword in self._settings.custom_data.of_status.items()}
        values = {keyword: _written(field, status) for keyword, field in fields.items() if field in status.changed}
        self._writer.write(uuid, values, fields)

    def show_update(self, uuid: str, state: WebhookState, *, of_group: bool = False) -> None:
        """Show how a forced update ended, where the settings name a keyword for it ("Update State")."""
        if keyword := self._settings.custom_data.webhook_state:
            self._client.write_custom_data(uuid, state_update(keyword, state), of_group=of_group)

    def _fields_of_one(self, event_ids: Sequence[str]) -> set[str] | None:
        """Return an event's keywords, filled in or not; None if those of the first few events cannot be read."""
        for event_id in event_ids[:GIVE_UP_AFTER]:
            try:
                return set(self._client.custom_data_of(event_id))
            except (Refused, InvalidResponse, ServerError):
                continue
        return None

    def _ensure_keywords_exist(self, custom_data: Mapping[str, Mapping[str, object]]) -> None:
        """Raise SettingsError with all keywords that the installation lacks.

        The values of many events may omit empty fields; one event's fields, which are read when in doubt, do not.
        """
        wanted = self._settings.custom_data.keywords
        known = {keyword for values in custom_data.values() for keyword in values}
        if not known.issuperset(wanted):
            fields = self._fields_of_one(list(custom_data))
            if fields is None:
                return
            known |= fields
        missing = [keyword for keyword in wanted if keyword not in known]
        if missing:
            there = _listed(sorted(known)) or Message("error.none")
            connection = self._settings.conn_id
            raise SettingsError("error.no_such_keywords", connection=connection, missing=_listed(missing), known=there)


def client_of(access: Access) -> YesplanClient:
    """Return the client of a venue's Yesplan, which the caller closes."""
    return YesplanClient(access.url, access.password.strip(), connection=access.conn_id, settings=access.requests)


def _written(field: str, status: TicketStatus) -> str | int:
    """Return how a field of a ticket status is written; an empty text clears it."""
    if field == "state":
        return state_words(status.state) if status.state else ""
    value: str | int | None = getattr(status, field)
    return "" if value is None else value


def _listed(keywords: Iterable[str]) -> str:
    return ", ".join(f"'{keyword}'" for keyword in keywords)


KIND = YesplanSettings
