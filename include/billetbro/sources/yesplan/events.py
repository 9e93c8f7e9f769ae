"""Translate an event of Yesplan, by its status and its custom data. Pure.

| Yesplan says                                              | the event                                              |
|-----------------------------------------------------------|--------------------------------------------------------|
| it is listed twice, differently                           | is rejected: what holds nobody knows                   |
| its status is one of `cancelled_statuses`                 | is cancelled, whatever else is filled in               |
| its status is none of `statuses`                          | is no longer relevant (an Option, or back to one)      |
| it has no status, or none that can be read                | is rejected, not withdrawn                             |
| `relevant` is configured, and its value is no "yes"       | is not relevant, also when nothing is filled in        |
| a price's keyword has no value                            | has no such ticket category; "0" is a free ticket      |
| several locations                                         | takes place at the first that `addresses` knows        |
| a location that `addresses`, which is given, does not know| has an incomplete address, and is rejected             |
| locations, and no `addresses`                             | takes place at the library's fallback address          |
| a list of one, where somebody chose a value               | says that one                                          |
| several values, other than in its description             | is rejected: nobody can tell which is meant            |
| an object where a text or a number is needed              | is rejected: it is never read as nothing               |
| its custom data cannot be had, though other events' can   | is rejected, and shows nothing; its status still counts|
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from billetbro.api.schema_types import shown
from billetbro.api.yesplan.schemas import Named, YesplanEvent
from billetbro.models import SourceAddress, SourceEvent, SourceState, TicketCategory
from billetbro.settings.types import WholeAddress
from billetbro.sources.yesplan.custom_data import CustomData
from billetbro.sources.yesplan.values import (
    amount_in,
    html_in,
    is_no_text,
    is_not_single,
    is_something,
    is_yes,
    state_in,
    text_in,
    whole_in,
)

UNREAD = "?"
"""Shown as the value found where nothing could be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReader:
    """Reads events by a venue's settings; statuses and locations are given by name or exact id."""

    where: CustomData
    statuses: tuple[str, ...]
    cancelled_statuses: tuple[str, ...]
    addresses: Mapping[str, WholeAddress]

    def source_event(self, event: YesplanEvent, custom_data: Mapping[str, object] | None) -> SourceEvent:
        """Return the event; `custom_data` is None if it could not be read."""
        where, unreadable = self.where, dict(event.unreadable)
        if custom_data is None:
            # Not an event without tickets: they are unknown.
            unreadable |= {"custom_data": UNREAD, "ticket_categories": UNREAD}
        cancelled, counts = event.status.is_among(self.cancelled_statuses), event.status.is_among(self.statuses)
        if not (event.status.name or cancelled or counts):
            unreadable.setdefault("status", UNREAD)
            counts = True
        told, of_status = custom_data or {}, {} if custom_data is None else where.of_status
        values = _values(where, told, unreadable)
        capacity = values["capacity"]
        if (places := whole_in(capacity)) is None and text_in(capacity) is not None:
            unreadable["capacity"] = text_in(capacity) or ""
        agreed = (
            where.relevant is None
            or is_yes(values["relevant"])
            or not {"custom_data", "relevant"}.isdisjoint(unreadable)
        )
        return SourceEvent(
            uuid=event.id,
            title=event.name,
            state=SourceState.CANCELLED if cancelled else state_in(told.get(where.sale_state or "")),
            url=text_in(values["url"]),
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            relevant=cancelled or (counts and bool(agreed)),
            description=text_in(values["description"]),
            body=html_in(values["description"]),
            branches=tuple(place.name for place in event.locations if place.name and self._is_known(place)),
            address=self._address(event.locations),
            ticket_categories=tuple(_categories(where.prices, told, unreadable)),
            capacity=places,
            series_uuid=event.group_id,
            link=text_in(values["link"]),
            admin_link=text_in(told.get(where.admin_link or "")),
            sold=whole_in(told.get(where.sold or "")),
            available=whole_in(told.get(where.available or "")),
            shows=tuple(of_status),
            empty=tuple(name for name, keyword in of_status.items() if not is_something(told.get(keyword))),
            unreadable=unreadable,
        )

    def _is_known(self, location: Named) -> bool:
        return not self.addresses or location.is_among(self.addresses)

    def _address(self, locations: Sequence[Named]) -> SourceAddress | None:
        keys = (location.key_among(self.addresses) for location in locations)
        known = next((self.addresses[key] for key in keys if key is not None), None)
        if known is None:
            first = locations[0] if locations and self.addresses else None
            return SourceAddress(place=first.name or first.id) if first else None
        return SourceAddress(
            place=known.name,
            room=known.address2 or None,
            street=known.address1,
            postal_code=known.postal_code,
            city=known.city,
            country=known.country,
        )


def _values(where: CustomData, told: Mapping[str, object], unreadable: dict[str, str]) -> dict[str, object]:
    """Return an event's values by field, None for those noted as unreadable; only a description may hold several."""
    keywords = {
        "capacity": where.capacity,
        "description": where.description,
        "url": where.page,
        "relevant": where.relevant,
        "link": where.sales_link,
    }
    values = {name: told.get(keyword or "") for name, keyword in keywords.items()}
    mistakes = {
        name: shown(value)
        for name, value in values.items()
        if (is_no_text if name == "description" else is_not_single)(value)
    }
    unreadable |= mistakes
    return {name: None if name in mistakes else value for name, value in values.items()}


def _categories(
    prices: Mapping[str, str], told: Mapping[str, object], unreadable: dict[str, str]
) -> Iterable[TicketCategory]:
    """Yield the ticket categories with a value; a price that is not a number is noted as unreadable.

    A category is identified by its keyword, so that a new title in the settings renames the price.
    """
    fields = Counter(prices.values())
    for title, keyword in prices.items():
        value = told.get(keyword)
        if not is_something(value):
            continue
        amount = amount_in(value)
        if amount is None:
            unreadable.setdefault("ticket_categories.price", f"{title}: {text_in(value) or shown(value)}")
        yield TicketCategory(title=title, uuid=keyword if fields[keyword] == 1 else None, amount=amount)
