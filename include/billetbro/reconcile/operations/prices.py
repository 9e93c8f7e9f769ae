"""Carry out one change of a price at Place2book, and say what the link remembers of it afterwards."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from billetbro.errors import NotFound, after_a_write
from billetbro.models import AppliedPrice, Change, CurrentPrice, Written
from billetbro.models.text import same_text
from billetbro.reconcile.operations.checks import NotTaken, has_closed, unchanged
from billetbro.reconcile.operations.event_state import EventState, event_id_of, link_of, mapped_of
from billetbro.reconcile.operations.ticket_system import TicketSystem
from billetbro.reconcile.planning.owned_fields import read_time, written_time


def create_price(client: TicketSystem, change: Change, event: EventState) -> None:
    """Add the price, once."""
    new = {field.field: field.new for field in change.fields}
    price = client.create_price(
        change.event_maker, event_id_of(change), name=str(new["name"]), value_ore=int(new["value"] or 0)
    )
    event.price_id = price.price_id
    remember_price(event, change, price.price_id)


def update_price(client: TicketSystem, change: Change, event: EventState) -> None:
    """Lay the price's new fields over it, and see that those which decide a sale were taken."""
    assert change.price_id is not None
    new: dict[str, Written] = {field.field: field.new for field in change.fields}
    price = client.update_price(change.event_maker, event_id_of(change), change.price_id, new)
    if unchanged(change, _stands(price)):
        price = _price_read_again(client, change, price)
    if kept := unchanged(change, _stands(price)):
        raise NotTaken("Place2book took the update but kept the price as it was.", said=f"{kept}: unchanged")
    remember_price(event, change, change.price_id)


def _stands(price: CurrentPrice) -> dict[str, Written]:
    return {"value": price.value_ore, "sale_end_at": written_time(price.sale_end_at)}


def _price_read_again(client: TicketSystem, change: Change, shown: CurrentPrice) -> CurrentPrice:
    with after_a_write():
        standing = client.prices(change.event_maker, event_id_of(change))
    return next((price for price in standing if price.price_id == change.price_id), shown)


def remember_price(event: EventState, change: Change, price_id: int) -> None:
    """Remember the price as its category wants it; what staff had edited of what was pushed is no drift any more."""
    link, key, desired = link_of(event), change.price_key or "", mapped_of(event).desired
    wanted = next(price for price in (desired.prices if desired else ()) if price.key == key)
    applied = AppliedPrice(price_id=price_id, name=wanted.name, value_ore=wanted.value_ore)
    before = link.prices.get(key, applied)
    settled = {f"price.{price_id}.{field.field}" for field in change.fields}
    if before.price_id != price_id or not same_text(before.name, wanted.name):
        settled.add(f"price.{before.price_id}.name")
    if before.price_id != price_id or before.value_ore != wanted.value_ore:
        settled.add(f"price.{before.price_id}.value")
    event.link = replace(
        link,
        prices={**link.prices, key: applied},
        drift={name: value for name, value in link.drift.items() if name not in settled},
    )


def end_price_sale(client: TicketSystem, change: Change, event: EventState) -> None:
    """End the sale of a price that its category no longer has, though tickets were sold at it."""
    assert change.price_id is not None
    field = change.fields[0]
    price = client.update_price(change.event_maker, event_id_of(change), change.price_id, {"sale_end_at": field.new})
    if not has_closed(price.sale_end_at, field):
        price = _price_read_again(client, change, price)
    if not has_closed(price.sale_end_at, field):
        raise NotTaken("Place2book took the update but did not end the price's sale.", said="sale_end_at: unchanged")
    link, key = link_of(event), change.price_key or ""
    ended = replace(link.prices[key], ended_at=read_time(field.new), ended_before=read_time(field.old))
    event.link = replace(link, prices={**link.prices, key: ended})


def delete_price(client: TicketSystem, change: Change, event: EventState) -> None:
    """Delete the price; one that is gone already is what was wanted."""
    assert change.price_id is not None
    with suppress(NotFound):
        client.delete_price(change.event_maker, event_id_of(change), change.price_id)
    link = link_of(event)
    event.link = replace(
        link,
        prices={key: price for key, price in link.prices.items() if key != change.price_key},
        drift={name: value for name, value in link.drift.items() if not name.startswith(f"price.{change.price_id}.")},
    )
