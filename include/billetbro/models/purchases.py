"""Purchases, personal data included: these types never leave memory unprotected."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A buyer's answer to one of the event's own questions; it can be health data."""

    name: str
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdditionalSale:
    """Something sold together with a ticket; the amount is øre."""

    additional_sale_id: int
    additional_id: int | None
    name: str | None
    amount_ore: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket of a purchase. `arrived_at` can be cleared again; the amount is øre."""

    ticket_id: int
    price_id: int | None
    amount_ore: int
    arrived_at: datetime | None = None
    seating: str | None = None
    barcode: str | None = None
    answers: tuple[Answer, ...] = ()
    additional_sales: tuple[AdditionalSale, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Purchase:
    """A purchase as Place2book tells it, personal data included: it never leaves memory as it is, nor its repr."""

    purchase_id: int
    customer_profile_id: int | None
    full_name: str | None
    email: str | None
    phone_number: str | None
    zip_code: str | None
    total_ore: int
    transaction_type: str
    created_at: datetime | None
    tickets: tuple[Ticket, ...] = ()
    answers: tuple[Answer, ...] = ()
    unreadable_parts: int = 0
    """Tickets, additional sales and lists of them that are not understood, and left out."""
    unreadable_times: int = 0
    """Times, its own or its tickets', that are told and not understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadablePurchase:
    """A purchase that is listed in a form that is not understood; None where not even its id can be read."""

    purchase_id: int | None
