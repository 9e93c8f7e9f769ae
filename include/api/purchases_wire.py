"""The shape of a purchase as Place2book sends it, and its translation to the domain's words. Amounts are øre."""

from __future__ import annotations

from typing import Annotated

from include.api.wire import Id, Moment, Text, TextOrNumber, Whole, Wire, noted
from include.models import AdditionalSale, Answer, Purchase, Ticket

_LenientText = Annotated[Text | None, noted()]
_LenientWords = Annotated[TextOrNumber | None, noted()]
_LenientId = Annotated[Id | None, noted()]


class _AnswerWire(Wire):
    custom_field_name: _LenientText = None
    value: _LenientWords = None


class _AdditionalSaleWire(Wire):
    additional_sale_id: Id
    additional_id: _LenientId = None
    additional_name: _LenientText = None
    debit_total_for_customer: Whole | None = None


class _TicketWire(Wire):
    ticket_id: Id
    price_id: _LenientId = None
    total_amount_paid: Whole | None = None
    arrived_at: Annotated[Moment | None, noted()] = None
    seating: _LenientWords = None
    barcode: _LenientWords = None
    custom_fields: list[_AnswerWire] | None = None
    additional_sales: list[_AdditionalSaleWire] | None = None


class _PurchaseWire(Wire):
    purchase_id: Id
    customer_profile_id: _LenientId = None
    full_name: _LenientText = None
    email: _LenientText = None
    phone_number: _LenientWords = None
    zip_code: _LenientWords = None
    total_price_paid: Whole | None = None
    transaction_type: Text
    created_at: Annotated[Moment | None, noted()] = None
    tickets: list[_TicketWire] | None = None
    custom_field_values: list[_AnswerWire] | None = None


def purchase(data: object) -> Purchase:
    """Return a purchase in the domain's words; raises pydantic's ValidationError, which repeats no value."""
    sent = _PurchaseWire.model_validate(data)
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
        tickets=tuple(_ticket(one) for one in sent.tickets or ()),
        answers=_answers(sent.custom_field_values),
    )


def _ticket(sent: _TicketWire) -> Ticket:
    return Ticket(
        ticket_id=sent.ticket_id,
        price_id=sent.price_id,
        amount_ore=sent.total_amount_paid or 0,
        arrived_at=sent.arrived_at,
        seating=sent.seating,
        barcode=sent.barcode,
        answers=_answers(sent.custom_fields),
        additional_sales=tuple(_additional_sale(one) for one in sent.additional_sales or ()),
    )


def _additional_sale(sent: _AdditionalSaleWire) -> AdditionalSale:
    return AdditionalSale(
        additional_sale_id=sent.additional_sale_id,
        additional_id=sent.additional_id,
        name=sent.additional_name,
        amount_ore=sent.debit_total_for_customer or 0,
    )


def _answers(sent: list[_AnswerWire] | None) -> tuple[Answer, ...]:
    return tuple(Answer(name=one.custom_field_name, value=one.value) for one in sent or () if one.custom_field_name)
