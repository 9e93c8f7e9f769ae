"""A buyer's side of Place2book: what can be bought, and the purchase that comes of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sandbox.place2book_records import AdditionalSale, Answers, Buyer, Event, Price, Purchase, Ticket


class SaleRefusedError(Exception):
    """The tickets cannot be bought; the message says why."""


def sell(
    event: Event,
    price: Price | None,
    quantity: int,
    buyer: Buyer,
    answers: Answers,
    additional: Sequence[tuple[str, int]],
    now: datetime,
    next_id: Callable[[], int],
) -> Purchase:
    """Make the purchase, without adding it to the event; amounts are in øre. Raises SaleRefusedError."""
    sold_price = _check(event, price, quantity, now)
    tickets = []
    for _ in range(quantity):
        number = next_id()
        tickets.append(Ticket(number, sold_price.id, sold_price.fields.value, f"B{number}", dict(answers)))
    tickets[0].additional_sales = [AdditionalSale(next_id(), next_id(), name, amount) for name, amount in additional]
    return Purchase(
        id=next_id(),
        customer_profile_id=next_id(),
        buyer=buyer,
        created_at=now,
        tickets=tickets,
        answers={"Hvor hørte du om arrangementet?": "Plakat på biblioteket"},
        total=quantity * sold_price.fields.value + sum(amount for _, amount in additional),
    )


def sold_together(parts: Sequence[Purchase]) -> list[Purchase]:
    """Make what was bought of several events one purchase: one number, one buyer, and the whole total at each."""
    whole = sum(part.total for part in parts)
    for part in parts:
        part.id, part.customer_profile_id, part.total = parts[0].id, parts[0].customer_profile_id, whole
    return list(parts)


def sold_again(before: Purchase, buyer: Buyer, now: datetime, next_id: Callable[[], int]) -> Purchase:
    """Make the purchase in which somebody else buys the tickets of one that was cancelled, without what came along."""
    tickets = [replace(ticket, additional_sales=[], arrived_at=None) for ticket in before.tickets]
    return Purchase(
        id=next_id(),
        customer_profile_id=next_id(),
        buyer=buyer,
        created_at=now,
        tickets=tickets,
        answers=dict(before.answers),
        total=sum(ticket.amount for ticket in tickets),
    )


def _check(event: Event, price: Price | None, quantity: int, now: datetime) -> Price:
    if price is None:
        raise SaleRefusedError("the event has no prices")
    if event.event_state != "published":
        raise SaleRefusedError(f"the event is not for sale: {event.event_state}")
    opens, ends = event.window(price)
    if now >= ends or (opens is not None and now < opens):
        raise SaleRefusedError("the price is not on sale now")
    if quantity < max(price.fields.minimum_count or 1, 1):
        raise SaleRefusedError(f"at least {price.fields.minimum_count or 1} tickets have to be bought")
    if price.fields.maximum_count and quantity > price.fields.maximum_count:
        raise SaleRefusedError(f"at most {price.fields.maximum_count} tickets can be bought")
    if quantity > event.available:
        raise SaleRefusedError(f"only {max(event.available, 0)} tickets are left")
    return price
