"""What an event in Yesplan is to us, by its status and what people filled in. Pure.

| Yesplan says                                              | the event                                              |
|-----------------------------------------------------------|--------------------------------------------------------|
| its status is one of `cancelled_statuses`                 | is cancelled, whatever else is filled in               |
| its status is none of `statuses`                          | is no longer relevant (an Option, or back to one)      |
| it has no status, or none that can be read                | is rejected, not withdrawn                             |
| `relevant` is configured, and its value is no "yes"       | is not relevant, also when nothing is filled in        |
| a price's keyword has no value                            | has no such ticket category; "0" is a free ticket      |
| several locations                                         | takes place at the first that `addresses` knows        |
| a location that `addresses`, which is given, does not know| has an incomplete address, and is rejected             |
| locations, and no `addresses`                             | takes place at the library's fallback address          |
| a list or an object where a text or a number is needed    | is rejected: it is never read as nothing               |
| its custom data cannot be had, though other events' can   | is rejected, and shows nothing; its status still counts|
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from include.api.wire import shown
from include.api.yesplan_wire import YesplanEvent
from include.models import SourceAddress, SourceEvent, SourceState, TicketCategory
from include.settings_types import WholeAddress
from include.sources.yesplan_custom_data import CustomData
from include.sources.yesplan_values import amount_in, html_in, is_structure, is_yes, state_in, text_in, whole_in

UNREAD = "?"
"""Stands for what was found where there was nothing to be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReader:
    """Reads events by a venue's settings: what counts of them, and where in the custom data what stands."""

    where: CustomData
    statuses: tuple[str, ...]
    cancelled_statuses: tuple[str, ...]
    addresses: Mapping[str, WholeAddress]

    def source_event(self, event: YesplanEvent, custom_data: Mapping[str, object] | None) -> SourceEvent:
        """Return the event; `custom_data` None is what could not be had."""
        where, unreadable = self.where, dict(event.unreadable)
        if custom_data is None:
            # Not without tickets: nobody knows.
            unreadable |= {"custom_data": UNREAD, "ticket_categories": UNREAD}
        if not event.status:
            unreadable.setdefault("status", UNREAD)
        told, of_status = custom_data or {}, {} if custom_data is None else where.of_status
        values = _values(where, told, unreadable)
        capacity = values["capacity"]
        if (places := whole_in(capacity)) is None and text_in(capacity) is not None:
            unreadable["capacity"] = text_in(capacity) or ""
        cancelled = _is_among(event.status, self.cancelled_statuses)
        counts = not event.status or _is_among(event.status, self.statuses)
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
            branches=tuple(name for name in event.locations if self._is_known(name)),
            address=self._address(event.locations),
            ticket_categories=tuple(_categories(where.prices, told, unreadable)),
            capacity=places,
            series_uuid=event.group_id,
            link=text_in(values["link"]),
            admin_link=text_in(told.get(where.admin_link or "")),
            sold=whole_in(told.get(where.sold or "")),
            available=whole_in(told.get(where.available or "")),
            shows=tuple(of_status),
            empty=tuple(name for name, keyword in of_status.items() if _is_empty(told.get(keyword))),
            unreadable=unreadable,
        )

    def _is_known(self, location: str) -> bool:
        return not self.addresses or location in self.addresses

    def _address(self, locations: tuple[str, ...]) -> SourceAddress | None:
        known = next((self.addresses[name] for name in locations if name in self.addresses), None)
        if known is None:
            return SourceAddress(place=locations[0]) if locations and self.addresses else None
        return SourceAddress(
            place=known.name,
            room=known.address2 or None,
            street=known.address1,
            postal_code=known.postal_code,
            city=known.city,
            country=known.country,
        )


def _values(where: CustomData, told: Mapping[str, object], unreadable: dict[str, str]) -> dict[str, object]:
    """Return what people fill in of an event, by field; a list or an object is noted as unreadable."""
    keywords = {
        "capacity": where.capacity,
        "description": where.description,
        "url": where.page,
        "relevant": where.relevant,
        "link": where.sales_link,
    }
    values = {name: told.get(keyword or "") for name, keyword in keywords.items()}
    unreadable |= {name: shown(value) for name, value in values.items() if is_structure(value)}
    return values


def _is_empty(value: object) -> bool:
    return text_in(value) is None and not is_structure(value)


def _categories(
    prices: Mapping[str, str], told: Mapping[str, object], unreadable: dict[str, str]
) -> Iterable[TicketCategory]:
    """Yield the ticket categories that have a value; a price that is no number is noted as unreadable.

    A category is known by its keyword, so that another title in the settings is the same price with another name.
    """
    fields = Counter(prices.values())
    for title, keyword in prices.items():
        value = told.get(keyword)
        if _is_empty(value):
            continue
        amount = amount_in(value)
        if amount is None:
            unreadable.setdefault("ticket_categories.price", f"{title}: {text_in(value) or shown(value)}")
        yield TicketCategory(title=title, uuid=keyword if fields[keyword] == 1 else None, amount=amount)


def _is_among(status: str, statuses: Iterable[str]) -> bool:
    return status.casefold() in {one.casefold() for one in statuses}
