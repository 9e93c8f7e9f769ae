"""Spellings of one person made one: what pseudonyms are made of, and what a person is looked for by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

DANISH_DIGITS = 8
PSEUDONYM = re.compile(r"[0-9a-f]{64}")
"""HMAC-SHA256 in hex: what a stored value looks like that is nobody's plain text."""


def normalised_name(name: str) -> str:
    """Return the name in the form in which two spellings of it are one person: white space and case folded."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()


def normalised_email(email: str) -> str:
    """Return the address without surrounding white space, case folded."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def normalised_phone(phone: str) -> str | None:
    """Return the number as + and digits where its country is known, eight digits being Danish; None without digits."""
    text = unicodedata.normalize("NFKC", phone).replace("(0)", "")
    digits = "".join(character for character in text if character.isdecimal())
    international = text.lstrip(" (").startswith("+")
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
"""Column of `purchases` that is pseudonymised -> the form that its pseudonym is made of; an empty one has none."""
