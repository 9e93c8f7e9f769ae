"""Record in the link the fields and prices that were sent to Place2book."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from billetbro.models import AppliedPrice, Change, Written
from billetbro.models.text import same_text
from billetbro.reconcile.operations.operation import EventState
from billetbro.reconcile.planning.owned_fields import current_fields


def remember_fields(event: EventState, new: Mapping[str, Written]) -> None:
    """Record these fields as applied, with Place2book's current values as echo, and remove their drift."""
    link, stands = event.linked, current_fields(event.standing)
    event.link = replace(
        link,
        applied={**link.applied, **new},
        echo={**link.echo, **{name: stands[name] for name in new}},
        drift=without(link.drift, new),
    )


def remember_price(event: EventState, change: Change, price_id: int) -> None:
    """Record the price as its category wants it, and remove the drift of what was pushed."""
    link, key, desired = event.linked, change.price_key or "", event.wanted.desired
    wanted = next(price for price in (desired.prices if desired else ()) if price.key == key)
    applied = AppliedPrice(price_id=price_id, name=wanted.name, value_ore=wanted.value_ore)
    before = link.prices.get(key, applied)
    settled = {f"price.{price_id}.{field.field}" for field in change.fields}
    if before.price_id != price_id or not same_text(before.name, wanted.name):
        settled.add(f"price.{before.price_id}.name")
    if before.price_id != price_id or before.value_ore != wanted.value_ore:
        settled.add(f"price.{before.price_id}.value")
    event.link = replace(link, prices={**link.prices, key: applied}, drift=without(link.drift, settled))


def without(drift: Mapping[str, Written], names: Iterable[str]) -> dict[str, Written]:
    """Return the drift without these fields."""
    settled = frozenset(names)
    return {name: value for name, value in drift.items() if name not in settled}
