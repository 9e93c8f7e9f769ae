import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billetbro.models.text import caseless, normal_form, one_line, same_text, visible

INVISIBLE = ["\u200b", "\ufeff", "\u00ad", "\u202a", "\u202c", "\u2060", "\u200e", "\u115f", "\u2800", "\u3164"]


@pytest.mark.parametrize("letter", [*INVISIBLE, "\u200d", "\ufe0f"], ids=lambda letter: f"U+{ord(letter):04X}")
def test_visible_of_nothing_but_invisible_characters_is_empty(letter: str) -> None:
    assert visible(letter) == ""
    assert visible(f" {letter}{letter} ") == ""
    assert normal_form(letter) == ""


@pytest.mark.parametrize("letter", INVISIBLE, ids=lambda letter: f"U+{ord(letter):04X}")
def test_visible_drops_what_nobody_sees(letter: str) -> None:
    assert visible(f"{letter}Kon{letter}cert{letter}") == "Koncert"


def test_visible_writes_a_letter_in_one_way() -> None:
    apart = unicodedata.normalize("NFD", "Åse på café")
    assert apart != "Åse på café"
    assert visible(apart) == "Åse på café"


@pytest.mark.parametrize("title", ["👩\u200d👧 Familiedag", "Vi \u2764\ufe0f bøger", "می\u200cخواهم"])
def test_visible_keeps_what_shapes_a_letter(title: str) -> None:
    assert visible(title) == title


def test_normal_form_makes_no_difference_between_joined_and_not() -> None:
    assert normal_form("👩\u200d👧  Familie\u200bdag ") == normal_form("👩👧 Familiedag")


def test_one_line_folds_white_space_of_every_kind() -> None:
    assert one_line(" Kon\u00a0 cert\r\n\tog\u2003kage \ufeff") == "Kon cert og kage"


def test_normal_form_keeps_case_and_caseless_does_not() -> None:
    assert normal_form("Nordvig  Bibliotek") != normal_form("nordvig bibliotek")
    assert caseless("Nordvig  Bibliotek") == caseless("nordvig\u200b bibliotek")


@given(st.text())
def test_forms_are_stable(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert normal_form(normal_form(text)) == normal_form(text)
    assert caseless(caseless(text)) == caseless(text)
    assert normal_form(one_line(text)) == normal_form(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Koncert", "Kon\u00adcert\u200b", True),
        ("Åben", "A\u030aben", True),
        ("a\u200b\u030a", "å", True),
        ("To  ord", "To\u00a0ord ", True),
        ("Koncert", "koncert", False),
        ("Koncert", "Koncert!", False),
        ("", "\ufeff", True),
    ],
)
def test_texts_are_the_same_to_whoever_reads_them(one: str, other: str, same: bool) -> None:
    assert same_text(one, other) is same
    assert same_text(other, one) is same
