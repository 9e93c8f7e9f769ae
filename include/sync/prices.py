"""The prices of one event: which belongs to which ticket category, and what has to change (behaviour 3 and 6). Pure.

| ticket category | price of ours | resulting action |
|---|---|---|
| there | none; an unclaimed price of the same name and value exists | taken as ours |
| there | none | CREATE_PRICE |
| renamed, or another price than last applied | differs in Place2book | UPDATE_PRICE, name and value only |
| as last applied | edited by staff | left alone (`resync`: UPDATE_PRICE) |
| as last applied | deleted by staff | left alone (changed since, or `resync`: CREATE_PRICE) |
| same title, new uuid | ours under the old uuid | the same price goes on under the new uuid |
| removed | not sold | DELETE_PRICE |
| removed | sold, or nobody can tell | END_PRICE_SALE, rejected with `price_has_sales` |
| back again | ended by us | its sale goes on (UPDATE_PRICE) |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from include.models import (
    AppliedPrice,
    Change,
    CurrentEvent,
    CurrentPrice,
    DesiredPrice,
    FieldChange,
    Kind,
    Mapped,
    Rejection,
)
from include.sync.fields import written_time


@dataclass(slots=True, kw_only=True)
class PricePlan:
    """What is to be done about one event's prices; `ours` is what the link knows before anything is applied."""

    changes: list[Change] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    ours: dict[str, AppliedPrice] = field(default_factory=dict)


def plan_prices(
    mapped: Mapped,
    desired: Sequence[DesiredPrice],
    applied: Mapping[str, AppliedPrice],
    current: CurrentEvent,
    now: datetime,
    *,
    resync: bool,
    adopting: bool = False,
) -> PricePlan:
    """Return the changes that bring an event's prices to what its ticket categories say.

    With `adopting`, a price that staff made by hand is taken as the category's by its name alone, as it stands.
    """
    standing = {price.price_id: price for price in current.prices or ()}
    plan = PricePlan(ours=claim_prices(desired, applied, standing, adopting=adopting))
    for wanted in desired:
        if change := _wanted_price(mapped, wanted, plan.ours.get(wanted.key), current, standing, resync=resync):
            plan.changes.append(change)
    keys = {wanted.key for wanted in desired}
    for key, price in plan.ours.items():
        if key not in keys and price.price_id in standing:
            _removed_category(mapped, key, standing[price.price_id], current, now, plan)
    return plan


def claim_prices(
    desired: Sequence[DesiredPrice],
    applied: Mapping[str, AppliedPrice],
    standing: Mapping[int, CurrentPrice],
    *,
    adopting: bool,
) -> dict[str, AppliedPrice]:
    """Return the prices of ours by key, new uuids and unrecorded creations sorted out."""
    keys = {wanted.key for wanted in desired}
    ours = dict(applied)
    for wanted in desired:
        if wanted.key in ours:
            continue
        old = next((k for k, price in ours.items() if k not in keys and price.name == wanted.name), None)
        if old is not None:
            ours[wanted.key] = ours.pop(old)
            continue
        claimed = {price.price_id for price in ours.values()}
        free = [price for price in standing.values() if price.price_id not in claimed and price.name == wanted.name]
        same = next((price for price in free if price.value_ore == wanted.value_ore), None)
        if found := same or (free[0] if adopting and free else None):
            ours[wanted.key] = AppliedPrice(price_id=found.price_id, name=wanted.name, value_ore=wanted.value_ore)
    return ours


def _wanted_price(
    mapped: Mapped,
    wanted: DesiredPrice,
    ours: AppliedPrice | None,
    current: CurrentEvent,
    standing: Mapping[int, CurrentPrice],
    *,
    resync: bool,
) -> Change | None:
    """Return what one ticket category's price needs, or None."""
    price = standing.get(ours.price_id) if ours else None
    edited = ours is None or (wanted.name, wanted.value_ore) != (ours.name, ours.value_ore)
    if price is None:
        if ours is not None and not edited and not resync:
            return None
        new = (_field("name", None, wanted.name), _field("value", None, wanted.value_ore))
        return _change(Kind.CREATE_PRICE, mapped, current, wanted.key, None, new, "a ticket category without a price")
    fields: list[FieldChange] = []
    if edited or resync:
        if price.name != wanted.name:
            fields.append(_field("name", price.name, wanted.name))
        if price.value_ore != wanted.value_ore:
            fields.append(_field("value", price.value_ore, wanted.value_ore))
    if ours and ours.ended_at is not None and written_time(ours.ended_at) == written_time(price.sale_end_at):
        fields.append(_field("sale_end_at", written_time(price.sale_end_at), None))
    if not fields and not (edited or (ours and ours.ended_at)):
        return None
    kind = Kind.UPDATE_PRICE if fields else Kind.RECORD
    return _change(kind, mapped, current, wanted.key, price.price_id, tuple(fields), "the ticket category changed")


def _removed_category(
    mapped: Mapped, key: str, price: CurrentPrice, current: CurrentEvent, now: datetime, plan: PricePlan
) -> None:
    """Plan what becomes of a price whose ticket category was removed: deleted, or kept with its sale ended."""
    why = "its ticket category was removed in the source"
    if not price_is_sold(price):
        gone = (_field("name", price.name, None), _field("value", price.value_ore, None))
        plan.changes.append(_change(Kind.DELETE_PRICE, mapped, current, key, price.price_id, gone, why))
        return
    sold = "?" if price.sold_tickets is None else str(price.sold_tickets)
    plan.rejections.append(
        Rejection(uuid=mapped.uuid, title=mapped.title, code="price_has_sales", field=price.name, found=sold)
    )
    if plan.ours[key].ended_at is None and (price.sale_end_at is None or price.sale_end_at > now):
        fields = (_field("sale_end_at", written_time(price.sale_end_at), written_time(now)),)
        plan.changes.append(_change(Kind.END_PRICE_SALE, mapped, current, key, price.price_id, fields, why))


def price_is_sold(price: CurrentPrice) -> bool:
    """Return whether tickets were sold at the price; when it cannot be told, they were (behaviour 5)."""
    if price.deletable is False or price.sold_tickets:
        return True
    return price.sold_tickets is None and price.deletable is None


def _field(name: str, old: str | int | None, new: str | int | None) -> FieldChange:
    return FieldChange(field=name, old=old, new=new)


def _change(
    kind: Kind,
    mapped: Mapped,
    current: CurrentEvent,
    key: str,
    price_id: int | None,
    fields: tuple[FieldChange, ...],
    why: str,
) -> Change:
    return Change(
        kind=kind,
        uuid=mapped.uuid,
        title=mapped.title,
        event_maker=current.event_maker,
        event_id=current.event_id,
        price_key=key,
        price_id=price_id,
        fields=fields,
        why=why,
    )
