"""Helpers for `Operation.confirm`: what an event shows of a change whose answer was lost."""

from collections.abc import Mapping

from billetbro.models import AppliedPrice, CurrentEvent, CurrentPrice, Link, WriteInDoubt, Written
from billetbro.reconcile.planning.owned_fields import same_value


def was_carried_out(change: WriteInDoubt, stands: Mapping[str, Written]) -> bool:
    """Return whether no field has its old value: an update is carried out completely or not at all.

    The new values prove less: Place2book normalises some, and staff may have changed them since.
    """
    return not any(same_value(name, stands[name], change.old[name]) for name in change.new)


def price_in_doubt(change: WriteInDoubt, link: Link, current: CurrentEvent) -> tuple[str | None, CurrentPrice | None]:
    """Return the key in the link of the price that a change concerns, and its current state."""
    key = next((key for key, ours in link.prices.items() if ours.price_id == change.price_id), None)
    return key, next((price for price in current.prices or () if price.price_id == change.price_id), None)


def as_applied(price: CurrentPrice) -> AppliedPrice:
    """Return a current price as applied by us."""
    return AppliedPrice(price_id=price.price_id, name=price.name, value_ore=price.value_ore)


def sent_key(price: CurrentPrice) -> str:
    """Return the key of a price of ours whose ticket category is unknown."""
    return f"sent:{price.price_id}"
