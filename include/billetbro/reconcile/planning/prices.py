"""Plan the price changes of one event (behaviour 3 and 6). Pure.

| ticket category | our price | resulting action |
|---|---|---|
| present | none; an unclaimed price of the same name and value exists | taken as ours |
| present | none, and the event is being adopted; a price of the same name exists | taken as ours, as it is |
| all of them | none, and the event being adopted has prices of the same values | taken as ours, as they are |
| present | none | CREATE_PRICE |
| renamed, or another value than last applied | differs in Place2book | UPDATE_PRICE, what changed only |
| renamed, or another value than last applied | already has it | RECORD, nothing sent |
| as last applied | edited by staff | left alone, drift (`resync`: UPDATE_PRICE) |
| as last applied | deleted by staff | left alone, drift (changed since, or `resync`: CREATE_PRICE) |
| same title, new uuid | ours under the old uuid | the price continues under the new uuid |
| removed | deleted by staff | forgotten |
| removed | not sold | DELETE_PRICE |
| removed | sold, or unknown | END_PRICE_SALE, rejected with `price_has_sales` |
| back again | ended by us | its former end of sale is restored (UPDATE_PRICE) |
| back again | ended by us, its end edited by staff since | RECORD, nothing sent |
| any | prices not read | none |
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from billetbro.models import AppliedPrice, Change, CurrentPrice, DesiredPrice, FieldChange, Kind, Rejection
from billetbro.reconcile.matching.prices import claim_prices, same_name, same_price, same_value
from billetbro.reconcile.planning.owned_fields import same_minute, written_time
from billetbro.reconcile.planning.plan_parts import LinkedEvent, rejection_of
from billetbro.reconcile.reasons import Why
from billetbro.reconcile.state import Run


@dataclass(slots=True, kw_only=True)
class PricePlan:
    """What to do about one event's prices.

    `ours`: the link's prices before anything is applied. `edited`: staff's edits of them, recorded or not.
    """

    changes: list[Change] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    ours: dict[str, AppliedPrice] = field(default_factory=dict)
    edited: list[FieldChange] = field(default_factory=list)


def plan_prices(event: LinkedEvent, run: Run) -> PricePlan:
    """Return the changes that bring an event's prices in line with its ticket categories.

    For an adopted event, a price that staff created is matched with a category by its name alone and taken as it is.
    """
    desired, applied = event.desired.prices, event.link.prices
    if event.current.prices is None:
        return PricePlan(ours=dict(applied))
    standing = {price.price_id: price for price in event.current.prices}
    plan = PricePlan(ours=claim_prices(desired, applied, standing, adopting=event.adopting))
    for wanted in desired:
        ours = plan.ours.get(wanted.key)
        price = standing.get(ours.price_id) if ours else None
        if change := _wanted_price(event, wanted, ours, price, resync=run.resync):
            plan.changes.append(change)
        if ours and not run.resync:
            plan.edited += _edited(wanted, ours, price)
    keys = {wanted.key for wanted in desired}
    for key in plan.ours.keys() - keys:
        if plan.ours[key].price_id not in standing:
            del plan.ours[key]
    for key, ours in plan.ours.items():
        if key not in keys:
            _removed_category(event, key, standing[ours.price_id], run.now, plan)
    return plan


def has_prices_as_applied(event: LinkedEvent) -> bool:
    """Return whether each ticket category and our price for it are as last applied, so that nothing is planned."""
    desired, applied = event.desired.prices, event.link.prices
    if event.current.prices is None:
        return True
    standing = {price.price_id: (price.name, price.value_ore) for price in event.current.prices}
    ours = {key: (price.name, price.value_ore, price.ended_at) for key, price in applied.items()}
    as_shown = all(standing.get(price.price_id) == (price.name, price.value_ore) for price in applied.values())
    as_wanted = ours == {wanted.key: (wanted.name, wanted.value_ore, None) for wanted in desired}
    return as_shown and as_wanted and len(desired) == len(applied)


def _wanted_price(
    event: LinkedEvent, wanted: DesiredPrice, ours: AppliedPrice | None, price: CurrentPrice | None, *, resync: bool
) -> Change | None:
    """Return the change that one ticket category's price needs, or None; `price` is ours in Place2book."""
    if ours is None or price is None:
        if ours is not None and same_price(ours, wanted) and not resync:
            return None
        new = (_field("name", None, wanted.name), _field("value", None, wanted.value_ore))
        return _of_price(event.change(Kind.CREATE_PRICE, new, Why.CATEGORY_WITHOUT_PRICE), wanted.key, None)
    fields: list[FieldChange] = []
    if not same_name(price, wanted) and (resync or not same_name(ours, wanted)):
        fields.append(_field("name", price.name, wanted.name))
    if price.value_ore != wanted.value_ore and (resync or not same_value(ours, wanted)):
        fields.append(_field("value", price.value_ore, wanted.value_ore))
    if ours.ended_at is not None and same_minute(ours.ended_at, price.sale_end_at):
        fields.append(_field("sale_end_at", written_time(price.sale_end_at), written_time(ours.ended_before)))
    if not fields and same_price(ours, wanted) and ours.ended_at is None:
        return None
    kind = Kind.UPDATE_PRICE if fields else Kind.RECORD
    return _of_price(event.change(kind, tuple(fields), Why.CATEGORY_CHANGED), wanted.key, price.price_id)


def _edited(wanted: DesiredPrice, ours: AppliedPrice, price: CurrentPrice | None) -> list[FieldChange]:
    """Return staff's edits of one of our prices where the source has not changed; a deleted price has value None."""
    name, value = f"price.{ours.price_id}.name", f"price.{ours.price_id}.value"
    if price is None:
        return [_field(value, ours.value_ore, None)] if same_price(ours, wanted) else []
    edited: list[FieldChange] = []
    if same_name(ours, wanted) and not same_name(price, wanted):
        edited.append(_field(name, ours.name, price.name))
    if same_value(ours, wanted) and price.value_ore != ours.value_ore:
        edited.append(_field(value, ours.value_ore, price.value_ore))
    return edited


def _removed_category(event: LinkedEvent, key: str, price: CurrentPrice, now: datetime, plan: PricePlan) -> None:
    """Delete a price whose ticket category was removed, or end its sale if tickets were sold."""
    why = Why.CATEGORY_REMOVED
    if not price_is_sold(price):
        gone = (_field("name", price.name, None), _field("value", price.value_ore, None))
        plan.changes.append(_of_price(event.change(Kind.DELETE_PRICE, gone, why), key, price.price_id))
        return
    sold = "?" if price.sold_tickets is None else str(price.sold_tickets)
    plan.rejections.append(rejection_of(event.mapped, "price_has_sales", price.name, sold))
    if plan.ours[key].ended_at is None and (price.sale_end_at is None or price.sale_end_at > now):
        fields = (_field("sale_end_at", written_time(price.sale_end_at), written_time(now)),)
        plan.changes.append(_of_price(event.change(Kind.END_PRICE_SALE, fields, why), key, price.price_id))


def price_is_sold(price: CurrentPrice) -> bool:
    """Return whether tickets were sold at the price; unknown counts as sold (behaviour 5)."""
    if price.deletable is False or price.sold_tickets or price.door_sales:
        return True
    return price.sold_tickets is None and price.deletable is None


def _field(name: str, old: str | int | None, new: str | int | None) -> FieldChange:
    return FieldChange(field=name, old=old, new=new)


def _of_price(change: Change, key: str, price_id: int | None) -> Change:
    return replace(change, price_key=key, price_id=price_id)
