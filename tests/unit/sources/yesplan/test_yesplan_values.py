"""Values of custom data are read as people type them, and never guessed."""

from decimal import Decimal

import pytest

from billetbro.models import SourceState
from billetbro.sources.yesplan.values import amount_in, html_in, is_yes, state_in, state_words, text_in, whole_in

AMOUNTS: dict[str, list[object]] = {
    "75": ["75", [Decimal(75)], [None, " ", "75"], "75\u200b"],
    "75.5": ["75,50", " 75.5 ", ["75,50"]],
    "0": [0],
    "-5": ["-5"],
    "12.25": [Decimal("12.25"), Decimal("12.250")],
    "1000": [Decimal("1E+3")],
    "1250": [1250, "1.250,00"],
    "29.95": [Decimal("29.949999999999999"), "29,949999999999999", "29.949999999999999"],
    "29.9555": ["29.9555"],
    "1250.5": ["1,250.5"],
    "-1234567.89": ["-1.234.567,89"],
}
NO_AMOUNTS: list[list[object]] = [
    [10**9, "9.999.999.999,00", Decimal("1E+999999"), Decimal("NaN"), float("nan"), {"amount": 75}, True],
    ["1.250", "1,250", "29.955", "1.25,00", "1.250,000", "12345.678,90", "1.250.00", "1 250", "1_250", "+75", "1e3"],
    ["75 kr.", "75,-", "Gratis", "ved døren", "٣", "", "\u200b", None],
    [[], ["75", "80"], ["75", "75"], [["75"]], [True]],
]


@pytest.mark.parametrize(
    ("value", "amount"),
    [(value, Decimal(amount)) for amount, values in AMOUNTS.items() for value in values]
    + [(value, None) for values in NO_AMOUNTS for value in values],
)
def test_amount_is_a_number_or_none(value: object, amount: Decimal | None) -> None:
    assert amount_in(value) == amount


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("240", 240),
        (240, 240),
        ("240,0", 240),
        (Decimal("239.99999999999997"), 240),
        ("2,5", None),
        ("mange", None),
        (None, None),
        (9999999999, None),
        (["240"], 240),
        (["240", "90"], None),
    ],
)
def test_whole_number_is_read_or_none(value: object, number: int | None) -> None:
    assert whole_in(value) == number


@pytest.mark.parametrize(
    "value", ["Ja", "yes", "TRUE", "1", 1, True, " ja ", ["Ja"], ["", "Ja"], [True], "Ja\u200b", Decimal("1.0")]
)
def test_yes_is_a_yes(value: object) -> None:
    assert is_yes(value)


@pytest.mark.parametrize("value", ["nej", "0", "", None, False, "måske", [], "2", ["Ja", "Nej"], ["Nej"], {"Ja": 1}])
def test_anything_else_is_a_no(value: object) -> None:
    assert not is_yes(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" a\x00b ", "ab"),
        ("", None),
        ("\u200b \u00ad", None),
        (3, "3"),
        (Decimal("3.0"), "3"),
        (None, None),
        ({}, None),
        ({"a": 1}, None),
        (["a"], "a"),
        ([" a ", None, "", 3], "a, 3"),
        ([["a"]], None),
        (["a", {"b": 1}], None),
    ],
)
def test_text_is_cleaned(value: object, text: str | None) -> None:
    assert text_in(value) == text


@pytest.mark.parametrize(
    ("value", "html"),
    [
        ("Et drama", "<p>Et drama</p>"),
        (
            "Et drama\r\ni fire akter\n \nMad & drikke, 2 < 3",
            "<p>Et drama<br>i fire akter</p><p>Mad &amp; drikke, 2 &lt; 3</p>",
        ),
        ("<p>Et drama</p>\n<b>nu</b>", "<p>Et drama</p>\n<b>nu</b>"),
        ("Ida <ida@lib.example>, a<b", "<p>Ida &lt;ida@lib.example&gt;, a&lt;b</p>"),
        ("Rock &amp; jul &lt;b&gt; AT&T&reg", "<p>Rock &amp; jul &lt;b&gt; AT&amp;T&amp;reg</p>"),
        (" ", None),
        (None, None),
    ],
)
def test_text_becomes_html_with_its_lines(value: object, html: str | None) -> None:
    assert html_in(value) == html


@pytest.mark.parametrize("state", [SourceState.ACTIVE, SourceState.SOLD_OUT, SourceState.TICKET_SALE_NOT_OPEN])
def test_states_that_are_written_are_read_back(state: SourceState) -> None:
    assert state_in(state_words(state).upper()) is state


@pytest.mark.parametrize("value", ["i salg", ["I salg"], " I\u00a0SALG\u200b"])
def test_state_is_read_back_however_it_is_written(value: object) -> None:
    assert state_in(value) is SourceState.ACTIVE


@pytest.mark.parametrize("value", ["Aflyst", "Afholdt", "Få pladser", "", None, ["I salg", "Udsolgt"]])
def test_word_that_we_do_not_write_is_no_state(value: object) -> None:
    assert state_in(value) is None
