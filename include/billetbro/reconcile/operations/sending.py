"""Send requests, and verify that fields which decide a sale were changed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from billetbro.errors import Refused, after_a_write
from billetbro.models import Change, CurrentEvent, CurrentPrice, FieldChange, Written
from billetbro.reconcile.operations.operation import EventState, TicketSystem
from billetbro.reconcile.planning.owned_fields import is_there, read_time, same_minute

DECIDES_A_SALE = frozenset({"begin_at", "end_at", "capacity", "passive", "value", "sale_close_at", "sale_end_at"})
"""Fields whose update must be verified."""
Answer = TypeVar("Answer")


class NotTaken(Refused):
    """Place2book accepted an update without changing a field that decides a sale: it was not carried out."""

    code = "not_taken"


def taken(answer: Answer, kept: Callable[[Answer], str], read_again: Callable[[], Answer]) -> Answer:
    """Return the answer to an update, read again if it does not show the change; raises NotTaken.

    `kept` names the fields that still have their old value in an answer.
    """
    if kept(answer):
        with after_a_write():
            answer = read_again()
    if fields := kept(answer):
        raise NotTaken("error.not_taken", fields=fields, said=f"{fields}: unchanged")
    return answer


def unchanged(change: Change, stands: Mapping[str, Written]) -> str:
    """Return the names of fields that decide a sale and still have their old value."""
    sent = (field for field in change.fields if field.field in DECIDES_A_SALE and not is_there(field))
    return ", ".join(field.field for field in sent if stands.get(field.field) == field.old)


def still_open(sent: FieldChange, stands: datetime | None) -> str:
    """Return the name of the field of a sale's end, "" if the sale ends as sent or earlier."""
    return "" if _has_closed(stands, read_time(sent.new)) else sent.field


def _has_closed(stands: datetime | None, end: datetime | None) -> bool:
    return stands is not None and end is not None and (stands < end or same_minute(stands, end))


def price_of(change: Change) -> tuple[int, int, int]:
    """Return the ids of the event maker, event and price that a change concerns."""
    assert change.price_id is not None
    return *change.key, change.price_id


def new_values(change: Change) -> dict[str, Written]:
    """Return what the change sets, by field."""
    return {field.field: field.new for field in change.fields}


def update_event(client: TicketSystem, change: Change, event: EventState, kept: Callable[[CurrentEvent], str]) -> None:
    """Send the change's new values of the event; raises NotTaken if it `kept` a field that decides a sale."""
    answer = event.update_current(client.update_event(*change.key, new_values(change)))
    taken(answer, kept, lambda: event.update_current(client.event(*change.key)))


def update_price(client: TicketSystem, change: Change, kept: Callable[[CurrentPrice], str]) -> None:
    """Send the change's new values of the price; raises NotTaken if it `kept` a field that decides a sale."""
    answer = client.update_price(*price_of(change), new_values(change))

    def read_again() -> CurrentPrice:
        standing = client.prices(*change.key)
        return next((price for price in standing if price.price_id == change.price_id), answer)

    taken(answer, kept, read_again)
