"""The prices of behaviour 2: one for each ticket category, in øre by the unit that the settings name."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billetbro.models import DesiredPrice, PriceUnit, TicketCategory
from billetbro.reconcile.mapping.flaw import Flaw
from billetbro.reconcile.mapping.prices import prices_of


def _category(
    amount: str | None, title: str = "Voksen", uuid: str | None = "v", currency: str | None = "DKK"
) -> TicketCategory:
    return TicketCategory(title=title, uuid=uuid, amount=None if amount is None else Decimal(amount), currency=currency)


@pytest.mark.parametrize(
    ("amount", "unit", "ore"),
    [
        pytest.param("75", PriceUnit.KRONER, 7500, id="kroner"),
        pytest.param("75.00", PriceUnit.KRONER, 7500, id="kroner-with-zeros"),
        pytest.param("7.50", PriceUnit.KRONER, 750, id="kroner-and-ore"),
        pytest.param("7.05", PriceUnit.KRONER, 705, id="kroner-and-few-ore"),
        pytest.param("0", PriceUnit.KRONER, 0, id="free"),
        pytest.param("-0", PriceUnit.KRONER, 0, id="minus-nothing"),
        pytest.param("7500", PriceUnit.MINOR, 7500, id="minor"),
        pytest.param("750.0", PriceUnit.MINOR, 750, id="minor-with-zeros"),
        pytest.param("0", PriceUnit.MINOR, 0, id="free-minor"),
        pytest.param("21474836.47", PriceUnit.KRONER, 2**31 - 1, id="the-most"),
    ],
)
def test_prices_of_an_amount_are_ore_by_the_unit(amount: str, unit: PriceUnit, ore: int) -> None:
    expected = (DesiredPrice(key="v", name="Voksen", value_ore=ore),)
    assert prices_of([_category(amount)], unit, "DKK") == expected


@pytest.mark.parametrize("unit", PriceUnit)
@pytest.mark.parametrize(
    ("category", "code", "found"),
    [
        pytest.param(_category(None), "price_missing", "Voksen", id="no-price"),
        pytest.param(_category("-1"), "price_negative", "Voksen: -1", id="negative"),
        pytest.param(_category("75", currency="EUR"), "price_currency", "Voksen: EUR", id="other-currency"),
        pytest.param(_category("NaN"), "price_not_a_number", "Voksen: NaN", id="not-a-number"),
        pytest.param(_category("Infinity"), "price_not_a_number", "Voksen: Infinity", id="no-end"),
        pytest.param(_category("-Infinity"), "price_not_a_number", "Voksen: -Infinity", id="no-beginning"),
        pytest.param(_category("7.505"), "price_not_a_number", "Voksen: 7.505", id="fraction-of-an-ore"),
        pytest.param(_category("1E+30"), "price_not_a_number", "Voksen: 1E+30", id="more-than-anybody-has"),
        pytest.param(_category("7", title=" "), "category_title_missing", None, id="no-title"),
    ],
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
