"""Map ticket categories to prices in øre (behaviour 2)."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import chain, count

from billetbro.models import DesiredPrice, PriceUnit, TicketCategory
from billetbro.models.text import caseless
from billetbro.reconcile.mapping.flaw import Flaw
from billetbro.reconcile.mapping.html import plain_line

MAX_ORE = 2**31 - 1
"""The highest price: the largest 32-bit integer."""

_ORE = {PriceUnit.KRONER: 100, PriceUnit.MINOR: 1}


def prices_of(categories: Sequence[TicketCategory], unit: PriceUnit, currency: str) -> tuple[DesiredPrice, ...] | Flaw:
    """Return a price for each category, or the first flaw.

    A category without a uuid is identified by its title; the second with the same title is `title:Voksen#2`. A category
    without a currency uses the library's.
    """
    prices: dict[str, DesiredPrice] = {}
    for category in categories:
        flaw = _flaw_of(category, currency)
        if flaw is not None:
            return flaw
        if category.uuid and category.key in prices:
            return Flaw("category_twice", "ticket_categories", plain_line(category.title))
        value = _in_ore(category.amount, unit)
        if value is None:
            return _flaw("price_not_a_number", category, str(category.amount))
        key = _unused(category.key, prices)
        prices[key] = DesiredPrice(key=key, name=plain_line(category.title), value_ore=value)
    return tuple(prices.values())


def _flaw_of(category: TicketCategory, currency: str) -> Flaw | None:
    if not plain_line(category.title):
        return Flaw("category_title_missing", "ticket_categories")
    if category.amount is None:
        return _flaw("price_missing", category, None)
    if category.amount.is_finite() and category.amount < 0:
        return _flaw("price_negative", category, str(category.amount))
    if category.currency and caseless(category.currency) != caseless(currency):
        return _flaw("price_currency", category, category.currency)
    return None


def _in_ore(amount: Decimal | None, unit: PriceUnit) -> int | None:
    """Return the amount in whole øre; None when it is not a number or has a fraction of an øre."""
    if amount is None or not amount.is_finite() or amount > MAX_ORE:
        return None
    numerator, denominator = amount.as_integer_ratio()
    value, rest = divmod(numerator * _ORE[unit], denominator)
    return value if rest == 0 and value <= MAX_ORE else None


def _flaw(code: str, category: TicketCategory, found: str | None) -> Flaw:
    title = plain_line(category.title)
    return Flaw(code, "ticket_categories", title if found is None else f"{title}: {found}")


def _unused(key: str, taken: dict[str, DesiredPrice]) -> str:
    numbered = (f"{key}#{number}" for number in count(2))
    return next(unused for unused in chain([key], numbered) if unused not in taken)
