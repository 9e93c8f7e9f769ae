"""A venue's Yesplan as a source of events: its settings, reading, writing back.

| Yesplan says                                              | the event                                              |
|-----------------------------------------------------------|--------------------------------------------------------|
| its status is none of `statuses`, nor of                  | is no longer relevant (an Option, or back to one)      |
|   `cancelled_statuses`                                    |                                                        |
| `relevant` is configured, and its value is no "yes"       | is not relevant, also when nothing is filled in        |
| its status is one of `cancelled_statuses`                 | is cancelled                                           |
| a price's keyword has no value                            | has no such ticket category; "0" is a free ticket      |
| several locations                                         | takes place at the first that `addresses` knows        |
| a location that `addresses`, which is given, does not know| has an incomplete address, and is rejected             |
| locations, and no `addresses`                             | takes place at the library's fallback address          |

Events are asked for by date and the library's own query, never by status: one that goes back to Option is in the
snapshot still, and so withdrawn at once and not after having been absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Annotated, ClassVar

from pydantic import Field, StrictInt

from include.api.access import Access
from include.api.errors import SettingsProblem
from include.api.yesplan import YesplanClient
from include.api.yesplan_webhook import state_update
from include.api.yesplan_wire import YesplanEvent
from include.models import (
    PriceUnit,
    SourceAddress,
    SourceEvent,
    SourceState,
    TicketCategory,
    TicketStatus,
    WebhookState,
)
from include.settings_types import Text, WholeAddress
from include.sources import SourceSettings
from include.sources.yesplan_custom_data import CustomData
from include.sources.yesplan_values import amount_in, html_in, is_yes, state_in, state_words, text_in, whole_in
from include.sources.yesplan_words import WORDS
from include.sync.source_words import SourceWords


class YesplanSettings(SourceSettings):
    """A venue's Yesplan: what counts of it, and where in its custom data what stands."""

    words: ClassVar[SourceWords] = WORDS

    conn_id: Text = Field(description="the id of an Airflow connection of type yesplan, as text")
    price_unit: PriceUnit = Field(description="kroner or minor; it has no default, ask what the venue writes")
    statuses: tuple[Text, ...] = Field(
        ("Confirmed",), min_length=1, description="a list of the statuses of events that go to ticketing, as text"
    )
    cancelled_statuses: tuple[Text, ...] = Field(
        ("Cancelled", "Aflyst", "Geannuleerd"), description="a list of the statuses of events called off, as text"
    )
    query: Annotated[str, Field(strict=True)] = Field(
        "", description="a query in Yesplan's search language without dates, such as 'location:\"Store Sal\"', as text"
    )
    horizon_days: Annotated[StrictInt, Field(ge=1, le=3650)] = Field(
        400, description="a whole number of days, 1 to 3650"
    )
    custom_data: CustomData = Field(
        default_factory=CustomData, description="a mapping with capacity, prices and what else stands in custom data"
    )
    webhook: Text | None = Field(
        None, description="the id of an Airflow connection whose password is the webhook's secret, as text"
    )
    addresses: dict[Text, WholeAddress] = Field(
        default_factory=dict,
        description="a location's name, a colon, and its address: name, address1, postal_code, city",
    )

    @contextmanager
    def opened(self, access: Access, *, lookback_days: int) -> Iterator[YesplanSource]:
        """Give the venue's Yesplan for as long as a block lasts."""
        with client_of(access) as client:
            yield YesplanSource(client, self, lookback_days=lookback_days)

    def check(self, access: Access) -> str:
        """Return in plain words that address and key work, or raise an error of the tree."""
        with client_of(access) as client:
            return client.check()

    def has_event(self, access: Access, uuid: str) -> bool:
        """Tell whether there is such an event, or raise an error of the tree."""
        with client_of(access) as client:
            return client.has_event(uuid)


class YesplanSource:
    """Reads a venue's events with their custom data, and writes the status of their sale into custom data.

    The window reaches `lookback_days` and `horizon_days` past the date that is asked for.
    """

    def __init__(self, client: YesplanClient, settings: YesplanSettings, *, lookback_days: int) -> None:
        self._client = client
        self._settings = settings
        self._days = timedelta(days=lookback_days + settings.horizon_days)

    def read(self, from_date: date) -> tuple[SourceEvent, ...]:
        """Return every event that starts on `from_date` or later, up to the horizon: a complete snapshot, or an error.

        Raises SettingsProblem when the installation lacks a keyword that the settings name.
        """
        window = f"date:{from_date:%d-%m-%Y} TO {from_date + self._days:%d-%m-%Y}"
        query = f"{window} {self._settings.query}".strip()
        events = self._client.events(query)
        if not events:
            return ()
        if not self._settings.custom_data.keywords:
            return tuple(self._source_event(event, {}) for event in events)
        told = self._client.custom_data(query, [event.id for event in events])
        self._see_that_keywords_exist(events, told)
        return tuple(self._source_event(event, told[event.id]) for event in events)

    def write_back(self, uuid: str, status: TicketStatus) -> None:
        """Write what has changed of a ticket status under the keywords that hold it; nothing else is touched."""
        keywords = self._settings.custom_data.of_status
        new = {field: keyword for field, keyword in keywords.items() if field in status.changed}
        if values := {keyword: _written(field, status) for field, keyword in new.items()}:
            self._client.write_custom_data(uuid, values)

    def show_update(self, uuid: str, state: WebhookState) -> None:
        """Tell how the forced update of an event ended, where the settings name a keyword for it ("Update State")."""
        if keyword := self._settings.custom_data.webhook_state:
            self._client.write_custom_data(uuid, state_update(keyword, state))

    def _see_that_keywords_exist(
        self, events: tuple[YesplanEvent, ...], told: Mapping[str, Mapping[str, object]]
    ) -> None:
        """Raise one SettingsProblem for all keywords that the installation lacks.

        Values of many events may leave out what nobody has filled in; one event's fields, asked for when in doubt, do
        not.
        """
        wanted = self._settings.custom_data.keywords
        known = {keyword for values in told.values() for keyword in values}
        if not known.issuperset(wanted):
            known |= set(self._client.custom_data_of(events[0].id))
        missing = [keyword for keyword in wanted if keyword not in known]
        if missing:
            raise SettingsProblem(
                f"Connection '{self._settings.conn_id}' is to a Yesplan without the custom data {_listed(missing)}, "
                f"which source.custom_data in libraries.yaml names; it has {_listed(sorted(known)) or 'none'}."
            )

    def _source_event(self, event: YesplanEvent, told: Mapping[str, object]) -> SourceEvent:
        where, unreadable = self._settings.custom_data, dict(event.unreadable)
        capacity = told.get(where.capacity or "")
        if (places := whole_in(capacity)) is None and text_in(capacity) is not None:
            unreadable["capacity"] = text_in(capacity) or ""
        cancelled = _is_among(event.status, self._settings.cancelled_statuses)
        counts = cancelled or _is_among(event.status, self._settings.statuses)
        return SourceEvent(
            uuid=event.id,
            title=event.name,
            state=SourceState.CANCELLED if cancelled else state_in(told.get(where.sale_state or "")),
            url=text_in(told.get(where.page or "")),
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            relevant=counts and (where.relevant is None or is_yes(told.get(where.relevant))),
            description=text_in(told.get(where.description or "")),
            body=html_in(told.get(where.description or "")),
            branches=tuple(name for name in event.locations if self._is_known(name)),
            address=self._address(event.locations),
            ticket_categories=tuple(_categories(where.prices, told, unreadable)),
            capacity=places,
            series_uuid=event.group_id,
            link=text_in(told.get(where.sales_link or "")),
            admin_link=text_in(told.get(where.admin_link or "")),
            sold=whole_in(told.get(where.sold or "")),
            available=whole_in(told.get(where.available or "")),
            shows=tuple(where.of_status),
            unreadable=unreadable,
        )

    def _is_known(self, location: str) -> bool:
        return not self._settings.addresses or location in self._settings.addresses

    def _address(self, locations: tuple[str, ...]) -> SourceAddress | None:
        known = next((self._settings.addresses[name] for name in locations if name in self._settings.addresses), None)
        if known is None:
            return SourceAddress(location=locations[0]) if locations else None
        return SourceAddress(
            location=known.name,
            location_additional=known.address2 or None,
            street=known.address1,
            postal_code=known.postal_code,
            city=known.city,
            country=known.country,
        )


def client_of(access: Access) -> YesplanClient:
    """Return the client of a venue's Yesplan, to be closed by whoever asks for it."""
    return YesplanClient(access.url, access.password.strip(), connection=access.conn_id, settings=access.requests)


def _categories(
    prices: Mapping[str, str], told: Mapping[str, object], unreadable: dict[str, str]
) -> Iterable[TicketCategory]:
    """Yield the ticket categories that have a value; a price that is no number is noted as unreadable."""
    for title, keyword in prices.items():
        said = text_in(told.get(keyword))
        if said is None:
            continue
        amount = amount_in(said)
        if amount is None:
            unreadable.setdefault("ticket_categories.price", f"{title}: {said}")
        yield TicketCategory(title=title, amount=amount)


def _written(field: str, status: TicketStatus) -> str | int:
    """Return how a field of a ticket status is written; an empty text empties it."""
    if field == "state":
        return state_words(status.state) if status.state else ""
    value: str | int | None = getattr(status, field)
    return "" if value is None else value


def _is_among(status: str, statuses: Iterable[str]) -> bool:
    return status.casefold() in {one.casefold() for one in statuses}


def _listed(keywords: Iterable[str]) -> str:
    return ", ".join(f"'{keyword}'" for keyword in keywords)


KIND = YesplanSettings
