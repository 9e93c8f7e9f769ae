"""The shape of a purchase as Place2book sends it, and its translation to the domain's words. Amounts are øre.

A part that cannot be understood is left out and counted; the rest of the purchase is kept.
"""

from collections.abc import Callable
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, ValidationError

from billetbro.api.schema_types import Id, LenientText, LenientWords, Moment, Text, Whole, Wire, as_list, noted
from billetbro.models import AdditionalSale, Answer, Purchase, Ticket, UnreadablePurchase
from billetbro.models.text import normal_form

T = TypeVar("T")
W = TypeVar("W", bound=Wire)
Lost = list[str]
"""What was left out of a purchase: the name of the list, once for each."""

_LenientId = Annotated[Id | None, noted()]


def _none_where_blank(value: object) -> object:
    return None if isinstance(value, str) and not normal_form(value) else value


_Time = Annotated[Moment | None, BeforeValidator(_none_where_blank), noted("time")]
"""A time; one that cannot be understood is noted, so that it is not mistaken for a missing one."""


class _AnswerWire(Wire):
    custom_field_name: LenientText = None
    value: LenientWords = None


class _AdditionalSaleWire(Wire):
    additional_sale_id: Id
    additional_id: _LenientId = None
    additional_name: LenientText = None
    debit_total_for_customer: Whole | None = None


class _TicketWire(Wire):
    ticket_id: Id
    price_id: _LenientId = None
    total_amount_paid: Whole | None = None
    arrived_at: _Time = None
    seating: LenientWords = None
    barcode: LenientWords = None
    custom_fields: object = None
    additional_sales: object = None


class _PurchaseWire(Wire):
    purchase_id: Id
    customer_profile_id: _LenientId = None
    full_name: LenientText = None
    email: LenientText = None
    phone_number: LenientWords = None
    zip_code: LenientWords = None
    total_price_paid: Whole | None = None
    transaction_type: Text
    created_at: _Time = None
    tickets: object = None
    custom_field_values: object = None


class _OnlyIdWire(Wire):
    purchase_id: _LenientId = None


def purchase(data: object) -> Purchase | UnreadablePurchase:
    """Return a purchase in the domain's words, as far as it can be read."""
    lost: Lost = []
    times: Lost = []
    try:
        sent = _read(_PurchaseWire, data, times)
    except ValidationError:
        return UnreadablePurchase(purchase_id=_id_of(data))
    return Purchase(
        purchase_id=sent.purchase_id,
        customer_profile_id=sent.customer_profile_id,
        full_name=sent.full_name,
        email=sent.email,
        phone_number=sent.phone_number,
        zip_code=sent.zip_code,
        total_ore=sent.total_price_paid or 0,
        transaction_type=sent.transaction_type,
        created_at=sent.created_at,
        tickets=_each("tickets", sent.tickets, lambda one: _ticket(one, lost, times), lost),
        answers=_answers("custom_field_values", sent.custom_field_values, lost),
        unreadable_parts=len(lost),
        unreadable_times=len(times),
    )


def _read(shape: type[W], data: object, times: Lost) -> W:
    notes: dict[str, str] = {}
    sent = shape.model_validate(data, context=notes)
    times.extend(notes)
    return sent


def _id_of(data: object) -> int | None:
    try:
        return _OnlyIdWire.model_validate(data).purchase_id
    except ValidationError:
        return None


def _each(name: str, sent: object, read: Callable[[object], T], lost: Lost) -> tuple[T, ...]:
    """Read an optional list item by item; what is not a list, or cannot be read, is noted as lost."""
    if sent is None:
        return ()
    listed = as_list(sent)
    if not isinstance(listed, list):
        lost.append(name)
        return ()
    found = []
    for item in listed:
        try:
            found.append(read(item))
        except ValidationError:
            lost.append(name)
    return tuple(found)


def _ticket(data: object, lost: Lost, times: Lost) -> Ticket:
    sent = _read(_TicketWire, data, times)
    return Ticket(
        ticket_id=sent.ticket_id,
        price_id=sent.price_id,
        amount_ore=sent.total_amount_paid or 0,
        arrived_at=sent.arrived_at,
        seating=sent.seating,
        barcode=sent.barcode,
        answers=_answers("custom_fields", sent.custom_fields, lost),
        additional_sales=_each("additional_sales", sent.additional_sales, _additional_sale, lost),
    )


def _additional_sale(data: object) -> AdditionalSale:
    sent = _AdditionalSaleWire.model_validate(data)
    return AdditionalSale(
        additional_sale_id=sent.additional_sale_id,
        additional_id=sent.additional_id,
        name=sent.additional_name,
        amount_ore=sent.debit_total_for_customer or 0,
    )


def _answers(name: str, sent: object, lost: Lost) -> tuple[Answer, ...]:
    given = _each(name, sent, _AnswerWire.model_validate, lost)
    return tuple(Answer(name=one.custom_field_name, value=one.value) for one in given if one.custom_field_name)
