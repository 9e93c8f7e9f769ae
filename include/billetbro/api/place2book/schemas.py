"""The shapes that Place2book sends and takes, and their translation to the domain's words.

The documentation and the live API differ in wrapping and spelling: both are read, the documented one is written.
Only ids and amounts are required; any other value that cannot be understood is read as missing.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated

import msgspec
from pydantic import AliasChoices, BeforeValidator, Field

from billetbro.api.schema_types import (
    EventId,
    EventMakerId,
    Id,
    LenientLine,
    LenientText,
    LenientWords,
    Moment,
    ObjectOrNone,
    Whole,
    Wire,
    noted,
    unwrapped,
    written_moment,
)
from billetbro.models import Address, CurrentEvent, CurrentPrice, OnCreate, TicketEvent, Written
from billetbro.models.sales_links import seccode_anywhere

UNLIMITED = "∞"
_COMPUTED = {"id", "metadata", "meta_data", "deletable", "deleteable", "links"}
EVENT_READ_ONLY = frozenset({"seccode", "state", "active", "waiting_list", "prices"} | _COMPUTED)
PRICE_READ_ONLY = frozenset({"sold_tickets", "door_sales"} | _COMPUTED)
"""What a PUT leaves out: the documented read-only fields in each spelling, and an event's `prices`, which have their
own endpoint. Every other field is sent back, known or not.
"""


def _number_or_unlimited(value: object) -> object:
    return None if value == UNLIMITED else value


_LenientMoment = Annotated[Moment | None, noted()]
_LenientWhole = Annotated[Whole | None, noted()]
_LenientFlag = Annotated[bool | None, noted()]


class EventMakerWire(Wire):
    """An event maker (organiser) that the token may use."""

    id: EventMakerId
    name: LenientText = None


class _Metadata(Wire):
    event_state: LenientText = None
    available_tickets: _LenientWhole = None
    deletable: _LenientFlag = Field(None, validation_alias=AliasChoices("deletable", "deleteable"))


class _Links(Wire):
    sales_location: LenientText = None


class _AddressWire(Wire):
    name: LenientText = None
    address1: LenientText = None
    address2: LenientText = None
    postal_code: LenientWords = None
    city: LenientText = None
    phone: LenientWords = None
    country: LenientText = None


_Meta = Annotated[_Metadata | None, ObjectOrNone, noted()]


class EventWire(Wire):
    """An event as Place2book shows it."""

    id: EventId
    seccode: LenientWords = None
    name: LenientLine = None
    description_short: LenientText = None
    description_long: LenientText = None
    begin_at: _LenientMoment = None
    end_at: _LenientMoment = None
    sale_open_at: _LenientMoment = None
    sale_close_at: _LenientMoment = None
    capacity: Annotated[Whole | None, BeforeValidator(_number_or_unlimited), noted()] = None
    passive: _LenientFlag = None
    address: Annotated[_AddressWire | None, ObjectOrNone, noted()] = None
    state: LenientText = None
    active: _LenientFlag = None
    waiting_list: _LenientFlag = None
    deletable: _LenientFlag = Field(None, validation_alias=AliasChoices("deletable", "deleteable"))
    metadata: _Meta = Field(None, validation_alias=AliasChoices("metadata", "meta_data"))
    links: Annotated[_Links | None, ObjectOrNone, noted()] = None


class PriceWire(Wire):
    """A price as Place2book shows it; `value` is øre."""

    id: Id
    name: LenientLine = None
    value: Whole | None = None
    sold_tickets: _LenientWhole = None
    door_sales: _LenientWhole = None
    sale_begin_at: _LenientMoment = None
    sale_end_at: _LenientMoment = None
    deletable: _LenientFlag = Field(None, validation_alias=AliasChoices("deletable", "deleteable"))
    metadata: _Meta = Field(None, validation_alias=AliasChoices("metadata", "meta_data"))


class _Id(msgspec.Struct):
    id: str | int | None = None
    event: "_Id | None" = None


_ID = msgspec.json.Decoder(_Id)


def id_in(row: bytes) -> str:
    """Return the id in an event that was not parsed; the whole of it where there is none that could be one."""
    with suppress(msgspec.MsgspecError):
        sent = _ID.decode(row)
        shown = sent.event or sent
        if shown.id is not None:
            return str(shown.id).removeprefix("ev")
    return row.decode("utf-8", "replace")


def current_event(event_maker: int, data: object) -> CurrentEvent:
    """Return an event in the domain's words; raises pydantic's ValidationError without an object or an id."""
    sent = EventWire.model_validate(unwrapped(data, "event"))
    meta = sent.metadata or _Metadata()
    sales_location = sent.links.sales_location if sent.links else None
    return CurrentEvent(
        event_maker=event_maker,
        event_id=sent.id,
        seccode=sent.seccode or seccode_anywhere(sales_location or "") or "",
        name=sent.name or "",
        description_short=sent.description_short or "",
        description_long=sent.description_long or "",
        begin_at=sent.begin_at,
        end_at=sent.end_at,
        sale_open_at=sent.sale_open_at,
        sale_close_at=sent.sale_close_at,
        capacity=sent.capacity,
        passive=sent.passive is True or (sent.passive is None and sent.state == "passive"),
        address=_address(sent.address),
        state=sent.state,
        active=sent.active,
        paused=None if meta.event_state is None else meta.event_state == "paused",
        waiting_list=sent.waiting_list is True,
        available_tickets=meta.available_tickets,
        deletable=sent.deletable if meta.deletable is None else meta.deletable,
        sales_location=sales_location,
    )


def current_price(data: object) -> CurrentPrice:
    """Return a price in the domain's words; raises pydantic's ValidationError without an id or with a wrong value."""
    sent = PriceWire.model_validate(unwrapped(data, "price"))
    meta = sent.metadata or _Metadata()
    return CurrentPrice(
        price_id=sent.id,
        name=sent.name or "",
        value_ore=sent.value or 0,
        sold_tickets=sent.sold_tickets,
        door_sales=sent.door_sales,
        sale_begin_at=sent.sale_begin_at,
        sale_end_at=sent.sale_end_at,
        deletable=sent.deletable if meta.deletable is None else meta.deletable,
    )


def new_event(desired: TicketEvent, on_create: OnCreate) -> dict[str, object]:
    """Return the fields of an event to be created, its prices among them."""
    event: dict[str, object] = {
        "name": desired.name,
        "description_short": desired.description_short,
        "description_long": desired.description_long,
        "begin_at": written_moment(desired.begin_at),
        "end_at": written_moment(desired.end_at),
        "capacity": desired.capacity,
        "passive": desired.passive,
        "address": asdict(desired.address),
        "prices": [{"name": price.name, "value": price.value_ore} for price in desired.prices],
        "mute": on_create.mute,
        "kultunaut_export": on_create.kultunaut_export,
    }
    kultunaut = {
        "kultunaut_age_group": on_create.kultunaut_age_group,
        "kultunaut_export_category": on_create.kultunaut_export_category,
        "kultunaut_picture_uri": on_create.kultunaut_picture_uri,
    }
    return event | {name: value for name, value in kultunaut.items() if value is not None}


def event_with(shown: Mapping[str, object], fields: Mapping[str, Written]) -> dict[str, object]:
    """Return an event's writable fields with `fields` overlaid.

    Some answers leave `passive` out: it then follows from the state, or a PUT would put the event on sale.
    """
    current = {"passive": True, **shown} if shown.get("state") == "passive" else shown
    return overlaid(current, fields, EVENT_READ_ONLY)


def overlaid(
    shown: Mapping[str, object], fields: Mapping[str, Written], read_only: frozenset[str]
) -> dict[str, object]:
    """Return everything writable with `fields` overlaid; a dot leads into an object."""
    whole = {name: value for name, value in shown.items() if name not in read_only}
    for name, value in fields.items():
        outer, _, inner = name.partition(".")
        if inner:
            current = whole.get(outer)
            whole[outer] = {**(current if isinstance(current, dict) else {}), inner: value}
        else:
            whole[outer] = value
    return whole


def _address(sent: _AddressWire | None) -> Address | None:
    return None if sent is None else Address(**{name: value or "" for name, value in sent})
