"""What pseudonyms were made of before is found still, and nobody keeps another pseudonym than before without need."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billetbro.warehouse.privacy.earlier_pseudonyms import earlier_email, earlier_phone, forms_of
from billetbro.warehouse.privacy.normalise import NORMALISED
from tests.cases import cases

EMAIL = "test.testesen@example.com"
PHONE = "+46701234567"
EMAILS = {
    "plain": "Test.Testesen@Example.com",
    "zero width inside": "test.test\u200besen@example.com",
    "joiner": "test.testesen@\u200dexample.com",
    "byte order mark": "\ufefftest.testesen@example.com",
    "soft hyphen at the end": "test.testesen@example.com\u00ad",
    "direction marks": "\u202aTest.Testesen@example.com\u202c",
    "isolated": "\u2068test.testesen@example.com\u2069",
    "zero width around": "\u200btest.testesen@example.com\u200b",
    "space inside": "test.testesen @example.com",
}
PHONES = {
    "plain": "+46 70 123 45 67",
    "direction marks": "\u202a+46 70 123 45 67\u202c",
    "behind a word": "tlf. +46 70 123 45 67",
    "zeros": "0046701234567",
    "zeros behind a word": "tlf. 0046 70 123 45 67",
    "trunk zero": "\u200b+46 (0)70 123 45 67",
}


@pytest.mark.parametrize("asked", EMAILS.values(), ids=EMAILS.keys())
@pytest.mark.parametrize("stored", EMAILS.values(), ids=EMAILS.keys())
def test_address_stored_in_its_earlier_form_is_among_the_forms_of_each_spelling(stored: str, asked: str) -> None:
    assert {earlier_email(stored), EMAIL} <= forms_of("email", asked)


@pytest.mark.parametrize("asked", PHONES.values(), ids=PHONES.keys())
@pytest.mark.parametrize("stored", PHONES.values(), ids=PHONES.keys())
def test_number_stored_in_its_earlier_form_is_among_the_forms_of_each_spelling(stored: str, asked: str) -> None:
    assert {earlier_phone(stored), PHONE} <= forms_of("phone_number", asked)


@cases(
    "number forms",
    ("danish", "12 34 56 78", {"+4512345678"}),
    ("as it was written", "tlf. +1 234 5678", {"+12345678", "+4512345678"}),
    ("not the danish one of the same digits", "+1 234 5678", {"+12345678"}),
    ("without its plus", "46701234567", {"46701234567"}),
    ("none", "ukendt", set()),
)
def test_number_is_looked_for_in_no_form_of_somebody_else(number: str, forms: set[str]) -> None:
    assert forms_of("phone_number", number) == forms


def test_name_and_customer_have_the_form_of_today_alone() -> None:
    assert (forms_of("full_name", " Test  T"), forms_of("customer_key", "77")) == ({"test t"}, {"77"})


@given(st.from_regex(r"[a-zæøå0-9._+-]{1,12}@[a-z0-9-]{1,9}\.(dk|com)", fullmatch=True))
@example(" Søren.Ærø@Example.DK ")
def test_address_of_plain_letters_keeps_its_pseudonym(email: str) -> None:
    assert NORMALISED["email"](email) == earlier_email(email)


@given(st.from_regex(r"(\+|00|\(\+)?[0-9]{2}[)]?( ?-?[0-9]{2}){3,5}( \(privat\))?", fullmatch=True))
@example("tlf. 12 34 56 78")
def test_number_as_it_is_usually_written_keeps_its_pseudonym(phone: str) -> None:
    assert NORMALISED["phone_number"](phone) == earlier_phone(phone)
