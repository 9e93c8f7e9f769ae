"""Where the two events of a pair differ, and the link that follows from who wins. Pure.

Nothing is sent for it. Where the source wins, the link says that Place2book's values were last applied, so that the
next run sends what differs. Where Place2book wins, it says that the source's were: what differs then stays as an edit
by staff does, until the source changes (behaviour 3).

A price that belongs to no ticket category is told, and stays whoever wins: staff may have added it.
"""

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

from billetbro.models import AppliedPrice, CurrentPrice, FieldChange, Link, TicketEvent
from billetbro.reconcile.matching.prices import claim_prices, same_name, same_value
from billetbro.reconcile.operations.create import new_link
from billetbro.reconcile.planning.owned_fields import current_fields, desired_fields
from billetbro.reconcile.planning.owned_fields import same_value as same_field
from billetbro.reconcile.rebuild.pairs import Pair


class Winner(StrEnum):
    """Whose values stand in the end."""

    SOURCE = "source"
    PLACE2BOOK = "place2book"


def differences(pair: Pair) -> tuple[FieldChange, ...]:
    """Return the fields and prices that differ and that a person decides on: Place2book's as old, the source's as new.

    Of a linked event these are what the next run would send: what staff edited is known, and stays (behaviour 3).
    """
    desired = pair.mapped.desired
    if desired is None:
        return ()
    wanted, stands = desired_fields(desired), current_fields(pair.current)
    fields = [
        FieldChange(field=name, old=stands[name], new=value)
        for name, value in wanted.items()
        if not same_field(name, stands[name], value)
        and not (pair.link is not None and same_field(name, pair.link.applied.get(name), value))
    ]
    return (*fields, *_price_differences(pair, desired))


def linked_again(pair: Pair, winner: Winner) -> Link:
    """Return the pair's link; a linked event's own one where the source wins, since it says already what to send."""
    desired = pair.mapped.desired
    if pair.link is not None:
        return pair.link if winner is Winner.SOURCE or desired is None else _kept_as_it_is(pair, pair.link, desired)
    mapped, current = pair.mapped, pair.current
    applied = current_fields(current) if winner is Winner.SOURCE or desired is None else desired_fields(desired)
    link = new_link(mapped, current, applied=applied, echo=applied)
    return replace(link, prices=_prices(pair, desired, winner) if desired else {})


def _prices(pair: Pair, desired: TicketEvent, winner: Winner) -> dict[str, AppliedPrice]:
    standing, ours = _standing(pair), _claimed(pair, desired)
    if winner is Winner.PLACE2BOOK:
        return ours
    shown = {key: standing[price.price_id] for key, price in ours.items()}
    return {key: replace(ours[key], name=price.name, value_ore=price.value_ore) for key, price in shown.items()}


def _kept_as_it_is(pair: Pair, link: Link, desired: TicketEvent) -> Link:
    wanted = desired_fields(desired)
    stays = {change.field: wanted[change.field] for change in differences(pair) if change.field in wanted}
    by_key = {price.key: price for price in desired.prices}
    prices = {
        key: replace(price, name=by_key[key].name, value_ore=by_key[key].value_ore) if key in by_key else price
        for key, price in _prices(pair, desired, Winner.PLACE2BOOK).items()
    }
    return replace(link, applied={**link.applied, **stays}, echo={**link.echo, **stays}, prices=prices)


def _price_differences(pair: Pair, desired: TicketEvent) -> Iterator[FieldChange]:
    if pair.current.prices is None:
        return
    standing, before, ours = _standing(pair), pair.link.prices if pair.link else {}, _claimed(pair, desired)
    for wanted in desired.prices:
        price, last = ours.get(wanted.key), before.get(wanted.key)
        shown = standing.get(price.price_id) if price else None
        if shown is None:
            if last is None:
                yield FieldChange(field=f"price.{wanted.name}", old=None, new=wanted.value_ore)
            continue
        if not same_name(shown, wanted) and not (last and same_name(last, wanted)):
            yield FieldChange(field=f"price.{shown.price_id}.name", old=shown.name, new=wanted.name)
        if not same_value(shown, wanted) and not (last and same_value(last, wanted)):
            yield FieldChange(field=f"price.{shown.price_id}.value", old=shown.value_ore, new=wanted.value_ore)
    if pair.link is None:
        claimed = {price.price_id for price in ours.values()}
        for price_id, left in standing.items():
            if price_id not in claimed:
                yield FieldChange(field=f"price.{price_id}.value", old=left.value_ore, new=None)


def _claimed(pair: Pair, desired: TicketEvent) -> dict[str, AppliedPrice]:
    """Return the price of each ticket category: by name, by value, and the last one left of both for one another."""
    standing = _standing(pair)
    ours = claim_prices(desired.prices, pair.link.prices if pair.link else {}, standing, adopting=pair.link is None)
    claimed = {price.price_id for price in ours.values()}
    categories = [wanted for wanted in desired.prices if wanted.key not in ours]
    prices = [price_id for price_id in standing if price_id not in claimed]
    if pair.link is None and len(categories) == len(prices) == 1:
        only = categories[0]
        ours[only.key] = AppliedPrice(price_id=prices[0], name=only.name, value_ore=only.value_ore)
    return ours


def _standing(pair: Pair) -> dict[int, CurrentPrice]:
    return {price.price_id: price for price in pair.current.prices or ()}
