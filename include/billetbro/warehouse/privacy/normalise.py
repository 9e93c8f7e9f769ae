"""One form for all spellings of a name, address or number: what pseudonyms are made of and people are found by."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from billetbro.models.text import caseless, normal_form

DANISH_DIGITS = 8
PSEUDONYM = re.compile(r"[0-9a-f]{64}")
"""HMAC-SHA256 in hex: the shape of a stored value that is not plain text."""
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
_AFTER_A_PLUS = re.compile(r"\+\W*")


def normalised_name(name: str) -> str:
    """Return the name without invisible characters and without case."""
    return caseless(unicodedata.normalize("NFKC", name))


def normalised_email(email: str) -> str:
    """Return the address without white space, invisible characters and case."""
    return "".join(caseless(unicodedata.normalize("NFKC", email)).split())


def normalised_phone(phone: str) -> str | None:
    """Return the number as + and digits where its country is known (eight digits are Danish); None without digits.

    A prefix, as in `tlf. +46 70 123 45 67`, is ignored.
    """
    text = _TRUNK_ZERO.sub("", normal_form(unicodedata.normalize("NFKC", phone)))
    before = re.split(r"\d", text, maxsplit=1)[0]
    digits = "".join(str(unicodedata.decimal(character)) for character in text if character.isdecimal())
    return with_country(digits, international=_AFTER_A_PLUS.fullmatch(before[before.rfind("+") :]) is not None)


def with_country(digits: str, *, international: bool) -> str | None:
    """Return the digits of a number as + and country code where the country is known."""
    if not international and digits.startswith("00"):
        international, digits = True, digits[2:]
    if not digits:
        return None
    if international:
        return f"+{digits}"
    if len(digits) == DANISH_DIGITS:
        return f"+45{digits}"
    return f"+{digits}" if len(digits) == DANISH_DIGITS + 2 and digits.startswith("45") else digits


NORMALISED: Mapping[str, Callable[[str], str | None]] = {
    "full_name": normalised_name,
    "email": normalised_email,
    "phone_number": normalised_phone,
    "customer_key": str,
}
"""Pseudonymised column of `purchases` -> its normalised form; an empty form gets no pseudonym."""
