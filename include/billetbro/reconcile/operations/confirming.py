"""What an event shows of a change whose answer was lost, for `Operation.confirm`."""

from collections.abc import Mapping

from billetbro.models import AppliedPrice, CurrentEvent, CurrentPrice, Link, WriteInDoubt, Written
from billetbro.reconcile.planning.owned_fields import same_value


def was_carried_out(change: WriteInDoubt, stands: Mapping[str, Written]) -> bool:
    """Return whether no field stands as it stood before: an update is carried out whole or not at all.

    How they stand tells less. Place2book keeps some values in a form of its own, and staff may have gone on from there.
    """
    return not any(same_value(name, stands[name], change.old[name]) for name in change.new)


def price_in_doubt(change: WriteInDoubt, link: Link, current: CurrentEvent) -> tuple[str | None, CurrentPrice | None]:
    """Return the key of the price that a change is about, among ours, and the price as it stands."""
    key = next((key for key, ours in link.prices.items() if ours.price_id == change.price_id), None)
    return key, next((price for price in current.prices or () if price.price_id == change.price_id), None)


def as_applied(price: CurrentPrice) -> AppliedPrice:
    """Return a price as one that we gave the name and value that it has."""
    return AppliedPrice(price_id=price.price_id, name=price.name, value_ore=price.value_ore)


def sent_key(price: CurrentPrice) -> str:
    """Return the key of a price of ours whose ticket category is not known (any more)."""
    return f"sent:{price.price_id}"
