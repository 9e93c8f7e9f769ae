"""Purchases with personal data: these types never leave memory unprotected."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A buyer's answer to one of the event's own questions; it can be health data."""

    name: str
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdditionalSale:
    """Something sold together with a ticket; the amount is in øre."""

    additional_sale_id: int
    additional_id: int | None
    name: str | None
    amount_ore: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket of a purchase. `arrived_at` can be cleared again; the amount is in øre."""

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
    """A purchase from Place2book with personal data: neither it nor its repr leaves memory unprotected."""

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
    """How many tickets, additional sales and lists of them were unreadable and left out."""
    unreadable_times: int = 0
    """How many times, of the purchase or its tickets, were unreadable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadablePurchase:
    """A listed purchase that is unreadable; None if not even its id can be read."""

    purchase_id: int | None
