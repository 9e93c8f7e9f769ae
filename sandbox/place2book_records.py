"""What Place2book stores, and what it computes from it: sold, available, open, deletable."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sandbox.moments import zulu
from sandbox.place2book_rules import EventFields, PriceFields

UNLIMITED_AVAILABLE: Final = 200_000
Answers = dict[str, str]


@dataclass(frozen=True, slots=True)
class EventMaker:
    """An organiser."""

    id: int
    name: str
    city: str
    postal_code: str
    address1: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys; made up, always."""

    full_name: str = "Test Testesen"
    email: str = "test.testesen@example.com"
    phone_number: str = "+45 00 00 00 00"
    zip_code: str = "2730"


@dataclass(frozen=True, slots=True)
class AdditionalSale:
    """Something bought together with a ticket; `amount` is in øre."""

    id: int
    additional_id: int
    name: str
    amount: int


@dataclass(slots=True)
class Ticket:
    """One seat; `amount` is in øre."""

    id: int
    price_id: int
    amount: int
    barcode: str
    answers: Answers
    additional_sales: list[AdditionalSale] = field(default_factory=list)
    arrived_at: datetime | None = None

    def as_json(self) -> dict[str, object]:
        """Show the ticket as the API does."""
        return {
            "ticket_id": self.id,
            "price_id": self.price_id,
            "total_amount_paid": self.amount,
            "arrived_at": zulu(self.arrived_at),
            "seating": None,
            "barcode": self.barcode,
            "custom_fields": _answers(self.answers),
            "additional_sales": [
                {
                    "additional_sale_id": sale.id,
                    "additional_id": sale.additional_id,
                    "additional_name": sale.name,
                    "debit_total_for_customer": sale.amount,
                }
                for sale in self.additional_sales
            ],
        }


@dataclass(slots=True)
class Purchase:
    """What one buyer bought at once, of one event: the same purchase stands at each event that it has tickets for.

    `written_at` shows its time in a form of its own.
    """

    id: int
    customer_profile_id: int
    buyer: Buyer
    created_at: datetime
    tickets: list[Ticket]
    answers: Answers
    total: int
    cancelled: bool = False
    written_at: str | None = None

    def as_json(self) -> dict[str, object]:
        """Show the purchase as the API does."""
        return {
            "purchase_id": self.id,
            "customer_profile_id": self.customer_profile_id,
            "full_name": self.buyer.full_name,
            "email": self.buyer.email,
            "phone_number": self.buyer.phone_number,
            "zip_code": self.buyer.zip_code,
            "total_price_paid": self.total,
            "transaction_type": "cancel" if self.cancelled else "completed",
            "created_at": self.written_at or zulu(self.created_at),
            "tickets": [ticket.as_json() for ticket in self.tickets],
            "custom_field_values": _answers(self.answers),
        }


@dataclass(slots=True)
class Price:
    """A kind of ticket."""

    id: int
    fields: PriceFields


@dataclass(slots=True)
class Event:
    """A ticket event; `state` is only set when staff chose one by hand."""

    id: int
    event_maker: int
    seccode: str
    fields: EventFields
    prices: dict[int, Price] = field(default_factory=dict)
    purchases: list[Purchase] = field(default_factory=list)
    state: str | None = None
    paused: bool = False
    waiting_list: bool = False

    def sold(self, price_id: int | None = None) -> int:
        """Count the tickets of purchases that stand, of one price or of all."""
        return sum(
            price_id in (None, ticket.price_id)
            for purchase in self.purchases
            if not purchase.cancelled
            for ticket in purchase.tickets
        )

    @property
    def available(self) -> int:
        """Count the tickets left, below zero once staff made it smaller than was sold; without a limit 200000."""
        return UNLIMITED_AVAILABLE if self.fields.capacity is None else self.fields.capacity - self.sold()

    @property
    def scanned(self) -> int:
        """Count the tickets whose owners have arrived."""
        return sum(ticket.arrived_at is not None for purchase in self.purchases for ticket in purchase.tickets)

    @property
    def current_state(self) -> str:
        """Return draft, passive, published, held or completed."""
        if self.state is not None:
            return self.state
        if self.fields.passive:
            return "passive"
        return "published" if self.prices else "draft"

    @property
    def event_state(self) -> str:
        """Return the simplified state: passive, published or paused."""
        if self.current_state in ("passive", "draft"):
            return "passive"
        return "paused" if self.paused or self.current_state != "published" else "published"

    def window(self, price: Price) -> tuple[datetime | None, datetime]:
        """Return when a price is on sale; the sale ends with the event at the latest."""
        mine, its = self.fields, price.fields
        opens = [moment for moment in (mine.sale_open_at, its.sale_begin_at) if moment is not None]
        ends = [moment for moment in (mine.sale_close_at, its.sale_end_at) if moment is not None]
        return max(opens, default=None), min([*ends, mine.end_at or mine.begin_at])

    def sales_status(self, now: datetime) -> str:
        """Return open, upcoming or closed, as the sale windows say."""
        if self.current_state != "published":
            return "closed"
        ahead = [(opens, ends) for opens, ends in map(self.window, self.prices.values()) if now < ends]
        if any(opens is None or opens <= now for opens, _ in ahead):
            return "open"
        return "upcoming" if ahead else "closed"

    def active(self, now: datetime) -> bool:
        """Tell whether somebody can buy a ticket now."""
        on_sale = self.event_state == "published" and self.sales_status(now) == "open"
        return on_sale and self.available > 0

    def deletable(self, *, passive_too: bool) -> bool:
        """Tell whether the event may be deleted: nothing sold, and neither held nor completed."""
        states = {"draft", "published", "passive"} if passive_too else {"draft", "published"}
        return self.sold() == 0 and self.current_state in states


def _answers(answers: Answers) -> list[dict[str, object]]:
    return [{"custom_field_name": name, "value": value} for name, value in answers.items()]
