"""The prices of behaviour 2: one for each ticket category, in øre by the unit that the settings name."""

from decimal import Decimal

import pytest

from billetbro.models import DesiredPrice, PriceUnit, TicketCategory
from billetbro.reconcile.mapping.flaw import Flaw
from billetbro.reconcile.mapping.prices import prices_of
from tests.cases import cases


def _category(
    amount: str | None, title: str = "Voksen", uuid: str | None = "v", currency: str | None = "DKK"
) -> TicketCategory:
    return TicketCategory(title=title, uuid=uuid, amount=None if amount is None else Decimal(amount), currency=currency)


@cases(
    "amount unit ore",
    ("kroner", "75", PriceUnit.KRONER, 7500),
    ("kroner-with-zeros", "75.00", PriceUnit.KRONER, 7500),
    ("kroner-and-ore", "7.50", PriceUnit.KRONER, 750),
    ("kroner-and-few-ore", "7.05", PriceUnit.KRONER, 705),
    ("free", "0", PriceUnit.KRONER, 0),
    ("minus-nothing", "-0", PriceUnit.KRONER, 0),
    ("minor", "7500", PriceUnit.MINOR, 7500),
    ("minor-with-zeros", "750.0", PriceUnit.MINOR, 750),
    ("free-minor", "0", PriceUnit.MINOR, 0),
    ("the-most", "21474836.47", PriceUnit.KRONER, 2**31 - 1),
)
def test_prices_of_an_amount_are_ore_by_the_unit(amount: str, unit: PriceUnit, ore: int) -> None:
    expected = (DesiredPrice(key="v", name="Voksen", value_ore=ore),)
    assert prices_of([_category(amount)], unit, "DKK") == expected


@pytest.mark.parametrize("unit", PriceUnit)
@cases(
    "category code found",
    ("no-price", _category(None), "price_missing", "Voksen"),
    ("negative", _category("-1"), "price_negative", "Voksen: -1"),
    ("other-currency", _category("75", currency="EUR"), "price_currency", "Voksen: EUR"),
    ("not-a-number", _category("NaN"), "price_not_a_number", "Voksen: NaN"),
    ("no-end", _category("Infinity"), "price_not_a_number", "Voksen: Infinity"),
    ("no-beginning", _category("-Infinity"), "price_not_a_number", "Voksen: -Infinity"),
    ("fraction-of-an-ore", _category("7.505"), "price_not_a_number", "Voksen: 7.505"),
    ("more-than-anybody-has", _category("1E+30"), "price_not_a_number", "Voksen: 1E+30"),
    ("no-title", _category("7", title=" "), "category_title_missing", None),
)
def test_prices_of_a_category_that_cannot_be_sold_are_a_flaw(
    category: TicketCategory, code: str, found: str | None, unit: PriceUnit
) -> None:
    assert prices_of([_category("5", uuid="first"), category], unit, "DKK") == Flaw(code, "ticket_categories", found)


def test_prices_of_a_fractional_minor_amount_are_a_flaw() -> None:
    expected = Flaw("price_not_a_number", "ticket_categories", "Voksen: 7.5")
    assert prices_of([_category("7.5")], PriceUnit.MINOR, "DKK") == expected


@pytest.mark.parametrize("currency", ["DKK", "dkk", " DKK ", "D\u200bKK", "", None])
def test_prices_of_a_category_without_another_currency_are_in_the_librarys(currency: str | None) -> None:
    expected = (DesiredPrice(key="v", name="Voksen", value_ore=500),)
    assert prices_of([_category("5", currency=currency)], PriceUnit.KRONER, "DKK") == expected


def test_prices_of_several_categories_keep_their_order_and_keys() -> None:
    categories = [
        _category("75", "Voksen", "uuid-1"),
        _category("25", "B&oslash;rn  &amp; unge", "uuid-2"),
        _category("0", "Ledsager", None),
        _category("10", "Ledsager", ""),
        _category("20", "Ledsager#2", None),
    ]
    assert prices_of(categories, PriceUnit.KRONER, "DKK") == (
        DesiredPrice(key="uuid-1", name="Voksen", value_ore=7500),
        DesiredPrice(key="uuid-2", name="Børn & unge", value_ore=2500),
        DesiredPrice(key="title:Ledsager", name="Ledsager", value_ore=0),
        DesiredPrice(key="title:Ledsager#2", name="Ledsager", value_ore=1000),
        DesiredPrice(key="title:Ledsager#2#2", name="Ledsager#2", value_ore=2000),
    )


def test_prices_of_the_same_category_twice_are_a_flaw() -> None:
    categories = [_category("75"), _category("25", "Barn")]
    assert prices_of(categories, PriceUnit.KRONER, "DKK") == Flaw("category_twice", "ticket_categories", "Barn")


def test_prices_of_no_category_are_none() -> None:
    assert prices_of([], PriceUnit.KRONER, "DKK") == ()
