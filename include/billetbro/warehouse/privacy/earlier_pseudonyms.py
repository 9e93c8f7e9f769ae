"""The forms that pseudonyms were made of before characters that nobody sees were left out of them.

What is stored under such a form, and not read from Place2book again, keeps it. So that its owner is still found, an
address is looked for with one such character anywhere in it, or around it, and a number without the plus that was
missed behind a word or such a character. No form of another person is among them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping

from billetbro.warehouse.privacy.normalise import DANISH_DIGITS, NORMALISED

_UNSEEN = "".join(
    map(chr, (0x20, 0xAD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF))
) + "".join(map(chr, range(0x2066, 0x206A)))
"""What stands unseen in text that was copied; a space was left where it stood, too."""
_PAIRS = (
    "\u202a\u202c",
    "\u202b\u202c",
    "\u202d\u202c",
    "\u202e\u202c",
    "\u2066\u2069",
    "\u2067\u2069",
    "\u2068\u2069",
)


def earlier_email(email: str) -> str:
    """Return the form that an address had: without surrounding white space, case folded."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def earlier_phone(phone: str) -> str | None:
    """Return the form that a number had: international where a plus or two zeros stood first."""
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


def forms_of(column: str, plain: str) -> frozenset[str]:
    """Return every form that a pseudonym of this person may have been made of, today's among them."""
    today = NORMALISED[column](plain)
    if not today:
        return frozenset()
    earlier = _EARLIER.get(column)
    return frozenset({today, *(earlier(plain, today) if earlier else ())})


def _of_emails(plain: str, today: str) -> Iterator[str]:
    yield earlier_email(plain)
    for unseen in _UNSEEN:
        yield from (today[:place] + unseen + today[place:] for place in range(len(today) + 1))
        yield f"{unseen}{today}{unseen}"
    yield from (pair[0] + today + pair[1] for pair in _PAIRS)


def _of_phones(plain: str, today: str) -> Iterator[str]:
    written = earlier_phone(plain)
    if written:
        yield written
    bare = today.removeprefix("+")
    # Eight digits were Danish, whatever plus stood behind a word: that is somebody else's number.
    if earlier_phone(bare) == bare:
        yield bare


_EARLIER: Mapping[str, Callable[[str, str], Iterator[str]]] = {"email": _of_emails, "phone_number": _of_phones}
