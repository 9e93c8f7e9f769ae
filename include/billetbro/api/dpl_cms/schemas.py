"""The shape of an event as the CMS sends it, and its translation to the domain's words.

A value that cannot be understood is noted under the CMS's field name, and the event is kept, never read as absent.
Unreadable values that only decorate an event (pictures, categories) are left out.
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from billetbro.api.listed_twice import agreed, both_named
from billetbro.api.schema_types import (
    Amount,
    LenientText,
    Line,
    Listed,
    Moment,
    ObjectOrNone,
    Text,
    TextOrNumber,
    Whole,
    Wire,
    noted,
)
from billetbro.models import LISTED_TWICE, SourceAddress, SourceEvent, SourceState, TicketCategory

_Names = Annotated[list[Text | None] | None, Listed, noted()]


class _DateTime(Wire):
    start: Annotated[Moment | None, noted("date_time.start")] = None
    end: Annotated[Moment | None, noted("date_time.end")] = None


class _Image(Wire):
    url: LenientText = None


class _Address(Wire):
    location_type: LenientText = Field(None, alias="locationType")
    location: Annotated[Text | None, noted("address.location")] = None
    location_additional: Annotated[Text | None, noted("address.locationAdditional")] = Field(
        None, alias="locationAdditional"
    )
    street: Annotated[Text | None, noted("address.street")] = None
    zip_code: Annotated[TextOrNumber | None, noted("address.zip_code")] = None
    city: Annotated[Text | None, noted("address.city")] = None
    country: Annotated[Text | None, noted("address.country")] = None


class _Price(Wire):
    currency: Annotated[Text | None, noted("ticket_categories.price.currency")] = None
    value: Annotated[Amount | None, noted("ticket_categories.price.value")] = None


class _TicketCategory(Wire):
    uuid: Annotated[Text | None, noted("ticket_categories.uuid")] = None
    title: Annotated[Line | None, noted("ticket_categories.title")] = None
    price: Annotated[_Price | None, ObjectOrNone, noted("ticket_categories.price")] = None


class _Series(Wire):
    uuid: Annotated[Text | None, noted("series.uuid")] = None


class _ExternalData(Wire):
    url: Annotated[Text | None, noted("external_data.url")] = None
    admin_url: LenientText = None


class CmsEvent(Wire):
    """An item of the CMS's list of events."""

    uuid: Annotated[Text, Field(min_length=1)]
    title: Annotated[Line | None, noted("title")] = None
    description: Annotated[Text | None, noted("description")] = None
    body: Annotated[Text | None, noted("body")] = None
    url: LenientText = None
    state: Annotated[SourceState | None, noted("state")] = None
    relevant: Annotated[bool | None, noted("ticket_manager_relevance")] = Field(None, alias="ticket_manager_relevance")
    date_time: Annotated[_DateTime | None, ObjectOrNone, noted("date_time")] = None
    all_day: Annotated[bool | None, noted()] = None
    image: Annotated[_Image | None, ObjectOrNone, noted()] = None
    branches: Annotated[list[Text | None] | None, Listed, noted("branches")] = None
    address: Annotated[_Address | None, ObjectOrNone, noted("address")] = None
    categories: _Names = None
    audiences: _Names = None
    ticket_categories: Annotated[list[_TicketCategory] | None, Listed, noted("ticket_categories")] = None
    ticket_capacity: Annotated[Whole | None, noted("ticket_capacity")] = None
    series: Annotated[_Series | None, ObjectOrNone, noted("series")] = None
    external_data: Annotated[_ExternalData | None, ObjectOrNone, noted("external_data")] = None


def source_event(item: object) -> SourceEvent:
    """Return an item in the domain's words; raises pydantic's ValidationError without an object or a uuid."""
    unreadable: dict[str, str] = {}
    sent = CmsEvent.model_validate(item, context=unreadable)
    when = sent.date_time or _DateTime()
    external = sent.external_data or _ExternalData()
    return SourceEvent(
        uuid=sent.uuid,
        title=sent.title or "",
        state=sent.state,
        url=sent.url,
        starts_at=when.start,
        ends_at=when.end,
        all_day=bool(sent.all_day),
        relevant=sent.relevant is not False,
        description=sent.description,
        body=sent.body,
        image_url=sent.image.url if sent.image else None,
        branches=_names(sent.branches),
        address=_address(sent.address),
        categories=_names(sent.categories),
        audiences=_names(sent.audiences),
        ticket_categories=tuple(_ticket_category(one) for one in sent.ticket_categories or ()),
        capacity=sent.ticket_capacity,
        series_uuid=sent.series.uuid if sent.series else None,
        link=_text_or_none(external.url),
        admin_link=_text_or_none(external.admin_url),
        unreadable=unreadable,
    )


def doubted_event(contents: Sequence[SourceEvent]) -> SourceEvent:
    """Return an event that is listed twice with different content: its titles, and the times that agree."""
    return SourceEvent(
        uuid=contents[0].uuid,
        title=min(event.title for event in contents),
        state=None,
        url=None,
        starts_at=agreed(event.starts_at for event in contents),
        ends_at=agreed(event.ends_at for event in contents),
        series_uuid=agreed(event.series_uuid for event in contents),
        shows=(),
        unreadable={LISTED_TWICE: both_named(event.title for event in contents)},
    )


def _names(names: list[str | None] | None) -> tuple[str, ...]:
    return tuple(name for name in names or () if name)


def _text_or_none(text: str | None) -> str | None:
    return (text or "").strip() or None


def _ticket_category(sent: _TicketCategory) -> TicketCategory:
    price = sent.price or _Price()
    return TicketCategory(title=sent.title or "", uuid=sent.uuid, amount=price.value, currency=price.currency)


def _address(sent: _Address | None) -> SourceAddress | None:
    if sent is None:
        return None
    return SourceAddress(
        online=sent.location_type == "online",
        place=sent.location_additional,
        room=sent.location,
        street=sent.street,
        postal_code=sent.zip_code,
        city=sent.city,
        country=sent.country,
    )
