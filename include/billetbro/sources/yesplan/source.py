"""A venue's Yesplan as a source of events: its settings, reading, writing back. What an event is: yesplan_events.py.

Events are asked for by date and the library's own query, never by status: one that goes back to Option is in the
snapshot still, and so withdrawn at once and not after having been absent.
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
    """A venue's Yesplan: what counts of it, and where in its custom data what stands."""

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
        """Give the venue's Yesplan for as long as a block lasts."""
        with client_of(access) as client:
            yield YesplanSource(client, self, lookback_days=lookback_days)

    @property
    def reach(self) -> timedelta:
        """Return how far the horizon is."""
        return timedelta(days=self.horizon_days)

    def check(self, access: Access) -> Message:
        """Return a message that address and key work, or raise an error of the tree."""
        with client_of(access) as client:
            return client.check()

    def has_event(self, access: Access, uuid: str) -> bool:
        """Tell whether there is such an event, or raise an error of the tree."""
        with client_of(access) as client:
            return client.has_event(uuid)

    def events_of_group(self, access: Access, group: str) -> Sequence[str] | None:
        """Return the events of a group, None when there is no such group; or raise an error of the tree."""
        with client_of(access) as client:
            return client.events_of_group(group)


class YesplanSource:
    """Reads a venue's events with their custom data, and writes the status of their sale into custom data.

    The window reaches `lookback_days` and `horizon_days` past the date that is asked for.
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
        """Return every event that starts on `from_date` or later, up to the horizon: a complete snapshot, or an error.

        Raises SettingsError when the installation lacks a keyword that the settings name.
        """
        window = f"date:{from_date:%d-%m-%Y} TO {from_date + self._days:%d-%m-%Y}"
        query = f"{window} {visible(self._settings.query)}".strip()
        events = self._client.events(query)
        if not events:
            return ()
        if not self._settings.custom_data.keywords:
            return tuple(self._reader.source_event(event, {}) for event in events)
        told = self._client.custom_data(query, [event.id for event in events])
        self._ensure_keywords_exist(told)
        return tuple(self._reader.source_event(event, told.get(event.id)) for event in events)

    def ensure_writable(self) -> None:
        """Do nothing: reading has shown that the key is good, and no request is known that tells what it may write.

        What it may not write is found when it is written, keyword by keyword (yesplan_write_back.py).
        """

    def write_back(self, uuid: str, status: TicketStatus) -> None:
        """Write what has changed of a ticket status under the keywords that hold it; nothing else is touched.

        Raises PartlyRefused when only some keywords could be written, Refused when none could.
        """
        fields = {keyword: field for field, keyword in self._settings.custom_data.of_status.items()}
        self._writer.write(
            uuid,
            {keyword: _written(field, status) for keyword, field in fields.items() if field in status.changed},
            fields,
        )

    def show_update(self, uuid: str, state: WebhookState, *, of_group: bool = False) -> None:
        """Tell how a forced update ended, where the settings name a keyword for it ("Update State")."""
        if keyword := self._settings.custom_data.webhook_state:
            self._client.write_custom_data(uuid, state_update(keyword, state), of_group=of_group)

    def _fields_of_one(self, event_ids: Sequence[str]) -> set[str] | None:
        """Return the keywords that one event has, filled in or not; None when it cannot be told of the first few."""
        for event_id in event_ids[:GIVE_UP_AFTER]:
            try:
                return set(self._client.custom_data_of(event_id))
            except (Refused, InvalidResponse, ServerError):
                continue
        return None

    def _ensure_keywords_exist(self, told: Mapping[str, Mapping[str, object]]) -> None:
        """Raise one SettingsError for all keywords that the installation lacks.

        Values of many events may leave out what nobody has filled in; one event's fields, asked for when in doubt, do
        not.
        """
        wanted = self._settings.custom_data.keywords
        known = {keyword for values in told.values() for keyword in values}
        if not known.issuperset(wanted):
            fields = self._fields_of_one(list(told))
            if fields is None:
                return
            known |= fields
        missing = [keyword for keyword in wanted if keyword not in known]
        if missing:
            there = _listed(sorted(known)) or Message("error.none")
            connection = self._settings.conn_id
            raise SettingsError("error.no_such_keywords", connection=connection, missing=_listed(missing), known=there)


def client_of(access: Access) -> YesplanClient:
    """Return the client of a venue's Yesplan, to be closed by whoever asks for it."""
    return YesplanClient(access.url, access.password.strip(), connection=access.conn_id, settings=access.requests)


def _written(field: str, status: TicketStatus) -> str | int:
    """Return how a field of a ticket status is written; an empty text empties it."""
    if field == "state":
        return state_words(status.state) if status.state else ""
    value: str | int | None = getattr(status, field)
    return "" if value is None else value


def _listed(keywords: Iterable[str]) -> str:
    return ", ".join(f"'{keyword}'" for keyword in keywords)


KIND = YesplanSettings
