"""What the requests of several operations have in common: what they are about, and what they set."""

from __future__ import annotations

from collections.abc import Callable

from billetbro.models import Change, CurrentEvent, CurrentPrice, Written
from billetbro.reconcile.operations.checks import taken
from billetbro.reconcile.operations.event_state import EventState
from billetbro.reconcile.operations.ticket_system import TicketSystem


def price_of(change: Change) -> tuple[int, int, int]:
    """Return the event maker and the numbers of the event and the price that a change is of."""
    assert change.price_id is not None
    return *change.key, change.price_id


def new_values(change: Change) -> dict[str, Written]:
    """Return what the change sets, by field."""
    return {field.field: field.new for field in change.fields}


def update_event(client: TicketSystem, change: Change, event: EventState, kept: Callable[[CurrentEvent], str]) -> None:
    """Lay the change's new values over the event; raises NotTaken while it has `kept` what decides a sale."""
    answer = event.update_current(client.update_event(*change.key, new_values(change)))
    taken(answer, kept, lambda: event.update_current(client.event(*change.key)))


def update_price(client: TicketSystem, change: Change, kept: Callable[[CurrentPrice], str]) -> None:
    """Lay the change's new values over the price; raises NotTaken while it has `kept` what decides a sale."""
    answer = client.update_price(*price_of(change), new_values(change))

    def read_again() -> CurrentPrice:
        standing = client.prices(*change.key)
        return next((price for price in standing if price.price_id == change.price_id), answer)

    taken(answer, kept, read_again)
