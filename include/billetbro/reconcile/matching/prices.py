"""Match prices with ticket categories, also after a category got another uuid (behaviour 3). Pure.

Among categories or prices of the same title, those with the same value are matched first. What is then done with them:
see planning/prices.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from billetbro.models import AppliedPrice, CurrentPrice, DesiredPrice
from billetbro.models.text import same_text


def claim_prices(
    desired: Sequence[DesiredPrice],
    applied: Mapping[str, AppliedPrice],
    standing: Mapping[int, CurrentPrice],
    *,
    adopting: bool,
) -> dict[str, AppliedPrice]:
    """Return our prices by category key, after matching new uuids and prices whose creation was not recorded."""
    keys = {wanted.key for wanted in desired}
    ours = dict(applied)
    for alike in (same_price, same_name):
        for wanted in desired:
            old = next((k for k, price in ours.items() if k not in keys and alike(price, wanted)), None)
            if wanted.key not in ours and old is not None:
                ours[wanted.key] = ours.pop(old)
    by_hand = [same_name, same_value] if not applied and _same_values(desired, standing) else [same_name]
    for alike in (same_price, *(by_hand if adopting else [])):
        for wanted in desired:
            claimed = {price.price_id for price in ours.values()}
            free = (price for price in standing.values() if price.price_id not in claimed and alike(price, wanted))
            if wanted.key not in ours and (found := next(free, None)):
                ours[wanted.key] = AppliedPrice(price_id=found.price_id, name=wanted.name, value_ore=wanted.value_ore)
    return ours


def prices_as_made(desired: Sequence[DesiredPrice], standing: Mapping[int, CurrentPrice]) -> dict[str, AppliedPrice]:
    """Return the prices of an event that we have just created, with Place2book's values instead of those we sent.

    If Place2book misread a value, the next plan then corrects it.
    """
    ours = claim_prices(desired, {}, standing, adopting=True)
    return {key: replace(price, value_ore=standing[price.price_id].value_ore) for key, price in ours.items()}


def _same_values(desired: Sequence[DesiredPrice], standing: Mapping[int, CurrentPrice]) -> bool:
    wanted = sorted(price.value_ore for price in desired)
    return bool(wanted) and wanted == sorted(price.value_ore for price in standing.values())


def same_price(price: AppliedPrice | CurrentPrice, wanted: DesiredPrice) -> bool:
    return same_name(price, wanted) and same_value(price, wanted)


def same_name(price: AppliedPrice | CurrentPrice, wanted: DesiredPrice) -> bool:
    return same_text(price.name, wanted.name)


def same_value(price: AppliedPrice | CurrentPrice, wanted: DesiredPrice) -> bool:
    return price.value_ore == wanted.value_ore
