"""Numbers are read as other languages write them; what only Python takes for a number is none."""

from decimal import Decimal

import pytest

from billetbro.api.schema_numbers import amount, as_text, exactly_whole, whole
from tests.cases import cases

NO_NUMBERS = [
    pytest.param("1_000", id="underscore"),
    pytest.param("٣", id="digits of another script"),
    pytest.param("Infinity", id="infinity in words"),
    pytest.param("NaN", id="nan in words"),
    pytest.param(Decimal("NaN"), id="nan"),
    pytest.param(Decimal("Infinity"), id="infinity"),
    pytest.param(float("inf"), id="infinity of floating point"),
    pytest.param("1e3", id="exponent in a text"),
    pytest.param("29,95", id="comma"),
    pytest.param("1.000,50", id="point and comma"),
    pytest.param("75 kr.", id="unit"),
    pytest.param("12 34", id="blank within"),
    pytest.param("--5", id="two signs"),
    pytest.param(".", id="point alone"),
    pytest.param("", id="empty"),
    pytest.param("9" * 5000, id="thousands of digits"),
    pytest.param(Decimal("1E+999999"), id="beyond all measure"),
    pytest.param(True, id="flag"),
    pytest.param(None, id="null"),
    pytest.param([75], id="list"),
]


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_value_that_is_no_number_is_refused(value: object) -> None:
    for read in (amount, whole, exactly_whole):
        with pytest.raises(ValueError, match="number"):
            read(value)


@cases(
    "value expected",
    ("noise below", Decimal("29.949999999999999"), "29.95"),
    ("noise in a text", "29.949999999999999", "29.95"),
    ("noise above", Decimal("29.950000000000003"), "29.95"),
    ("noise in a whole number", Decimal("749.9999999999999"), "750.00"),
    ("noise of a sum", 0.1 + 0.2, "0.30"),
    ("noise below zero", Decimal("-29.949999999999999"), "-29.95"),
    ("noise in a large number", Decimal("999999999.9499999"), "999999999.95"),
    ("half an øre", Decimal("29.955"), "29.955"),
    ("a hundredth of an øre", Decimal("29.9501"), "29.9501"),
    ("a third", Decimal("33.333333333333336"), "33.333333333333336"),
    ("as sent", Decimal("75.50"), "75.50"),
    ("exponent in a number", Decimal("1E+3"), "1E+3"),
    ("whole", 75, "75"),
    ("blanks around", " 12 ", "12"),
    ("no-break space before", "\xa012", "12"),
    ("plus", "+12.5", "12.5"),
    ("nothing before the point", ".5", "0.5"),
    ("nothing after the point", "75.", "75"),
    ("zeros before", "0075", "75"),
)
def test_amount_is_read_without_noise(value: object, expected: str) -> None:
    assert str(amount(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(40, 40), ("40", 40), ("40.0", 40), (Decimal("40.00000000000001"), 40), (Decimal("39.99999999999999"), 40)],
)
def test_whole_number_is_read_without_noise(value: object, expected: int) -> None:
    assert whole(value) == expected


@pytest.mark.parametrize("value", [Decimal("40.5"), "40.01", Decimal("39.9999")])
def test_number_with_a_fraction_is_not_whole(value: object) -> None:
    with pytest.raises(ValueError, match="a whole number is needed"):
        whole(value)


@pytest.mark.parametrize(("value", "expected"), [(123, 123), ("123", 123), (Decimal("123.0"), 123), ("00123", 123)])
def test_number_that_names_something_is_read(value: object, expected: int) -> None:
    assert exactly_whole(value) == expected


def test_number_that_nearly_names_something_names_nothing() -> None:
    with pytest.raises(ValueError, match="a whole number is needed"):
        exactly_whole(Decimal("123.0000000001"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2735, "2735"),
        (Decimal("2735.0"), "2735"),
        (Decimal("7.50"), "7.50"),
        (Decimal("1E+999999"), "1E+999999"),
        (Decimal("NaN"), Decimal("NaN")),
        ("0800", "0800"),
        (True, True),
    ],
)
def test_number_is_read_as_the_text_of_it(value: object, text: object) -> None:
    assert repr(as_text(value)) == repr(text)
