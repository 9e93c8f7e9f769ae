"""What a link would be had the answer to a change come, by how its event stands now. Pure.

A link tells what we did. Of a change that it does not know of, a later run would think that staff did it: that they
deleted the event, edited the price, opened the sale again; and it would leave what they did alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from billetbro.models import AppliedPrice, BegunChange, CurrentEvent, CurrentPrice, Kind, Link, LinkStatus, Written
from billetbro.models.text import same_text
from billetbro.reconcile.planning.owned_fields import (
    TIMES,
    current_fields,
    read_time,
    same_minute,
    same_value,
    written_time,
)


def can_be_told(change: BegunChange) -> bool:
    """Return whether Place2book can tell that we carried a change out, and not staff.

    Staff may do all of it but a create with its whole text. So it is ours only the first time that anybody looks: what
    still stood then was not done by us, whoever does it later.
    """
    return change.kind is Kind.CREATE or not change.looks


def noted(change: BegunChange, link: Link | None, current: CurrentEvent | None, *, missing: bool) -> Link | None:
    """Return the link as it would be had the answer come; None where the event does not show that it was carried out.

    `current` is the event with its prices, `missing` tells that Place2book has it no more.
    """
    if link is None:
        return None
    if change.kind is Kind.DELETE:
        return replace(link, status=LinkStatus.DELETED) if missing else None
    if current is None or change.kind not in _NOTED:
        return None
    return _NOTED[change.kind](change, link, current)


def as_applied(price: CurrentPrice) -> AppliedPrice:
    """Return a price as one that we gave the name and value that it has."""
    return AppliedPrice(price_id=price.price_id, name=price.name, value_ore=price.value_ore)


def sent_key(price: CurrentPrice) -> str:
    """Return the key of a price of ours whose ticket category is not known (any more)."""
    return f"sent:{price.price_id}"


def _updated(change: BegunChange, link: Link, current: CurrentEvent) -> Link | None:
    stands = current_fields(current)
    if not _was_carried_out(change, stands):
        return None
    shown = {name: stands[name] for name in change.new}
    return replace(
        link,
        applied={**link.applied, **{name: _applied(name, change.new[name], shown[name]) for name in shown}},
        echo={**link.echo, **shown},
        drift=_without(link.drift, shown),
    )


def _was_carried_out(change: BegunChange, stands: Mapping[str, Written]) -> bool:
    """Return whether no field stands as it stood before: an update is carried out whole or not at all.

    How they stand tells less. Place2book keeps some values in a form of its own, and staff may have gone on from there.
    """
    return not any(same_value(name, stands[name], change.old[name]) for name in change.new)


def _applied(name: str, sent: Written, stands: Written) -> Written:
    """Return what counts as applied: what was sent, where it stands; else what stands, so that the source's is pushed.

    The seconds of a time need not be kept, and could not be pushed either.
    """
    return sent if name in TIMES and same_minute(read_time(sent), read_time(stands)) else stands


def _sale_ended(change: BegunChange, link: Link, current: CurrentEvent) -> Link | None:
    closed = read_time(change.new["sale_close_at"])
    if not same_minute(current.sale_close_at, closed):
        return None
    return replace(link, sale_closed_at=closed, sale_closed_before=read_time(change.old["sale_close_at"]))


def _sale_reopened(change: BegunChange, link: Link, current: CurrentEvent) -> Link | None:
    # Without a field it only forgot that we had ended the sale, which is planned again.
    if not change.new or not same_minute(current.sale_close_at, read_time(change.new["sale_close_at"])):
        return None
    return replace(link, sale_closed_at=None, sale_closed_before=None)


def _price_created(change: BegunChange, link: Link, current: CurrentEvent) -> Link | None:
    claimed = {price.price_id for price in link.prices.values()}
    name, value = str(change.new["name"]), change.new["value"]
    same = (price for price in current.prices or () if price.value_ore == value and same_text(price.name, name))
    free = (price for price in same if price.price_id not in claimed)
    made = next(free, None)
    return replace(link, prices={**link.prices, sent_key(made): as_applied(made)}) if made else None


def _price_updated(change: BegunChange, link: Link, current: CurrentEvent) -> Link | None:
    key, price = _price_of(change, link, current)
    if key is None or price is None:
        return None
    shown: dict[str, Written] = {
        "name": price.name,
        "value": price.value_ore,
        "sale_end_at": written_time(price.sale_end_at),
    }
    if not _was_carried_out(change, shown):
        return None
    ours = link.prices[key]
    given = AppliedPrice(
        price_id=price.price_id,
        name=price.name if "name" in change.new else ours.name,
        value_ore=price.value_ore if "value" in change.new else ours.value_ore,
    )
    settled = [f"price.{price.price_id}.{name}" for name in change.new]
    return replace(link, prices={**link.prices, key: given}, drift=_without(link.drift, settled))


def _price_sale_ended(change: BegunChange, link: Link, current: CurrentEvent) -> Link | None:
    ended = read_time(change.new["sale_end_at"])
    key, price = _price_of(change, link, current)
    if key is None or price is None or not same_minute(price.sale_end_at, ended):
        return None
    before = read_time(change.old["sale_end_at"])
    return replace(link, prices={**link.prices, key: replace(link.prices[key], ended_at=ended, ended_before=before)})


def _price_deleted(change: BegunChange, link: Link, current: CurrentEvent) -> Link | None:
    key, price = _price_of(change, link, current)
    if key is None or price is not None or current.prices is None:
        return None
    mine = [name for name in link.drift if name.startswith(f"price.{change.price_id}.")]
    return replace(
        link,
        prices={name: price for name, price in link.prices.items() if name != key},
        drift=_without(link.drift, mine),
    )


def _price_of(change: BegunChange, link: Link, current: CurrentEvent) -> tuple[str | None, CurrentPrice | None]:
    """Return the key of the price that a change is about, among ours, and the price as it stands."""
    key = next((key for key, ours in link.prices.items() if ours.price_id == change.price_id), None)
    return key, next((price for price in current.prices or () if price.price_id == change.price_id), None)


def _without(drift: Mapping[str, Written], names: Iterable[str]) -> dict[str, Written]:
    settled = frozenset(names)
    return {name: value for name, value in drift.items() if name not in settled}


_NOTED: Mapping[Kind, Callable[[BegunChange, Link, CurrentEvent], Link | None]] = {
    Kind.UPDATE: _updated,
    Kind.END_SALE: _sale_ended,
    Kind.REOPEN_SALE: _sale_reopened,
    Kind.CREATE_PRICE: _price_created,
    Kind.UPDATE_PRICE: _price_updated,
    Kind.END_PRICE_SALE: _price_sale_ended,
    Kind.DELETE_PRICE: _price_deleted,
}
