"""The forms that pseudonyms were made of before invisible characters were removed first.

Rows that are not read from Place2book again keep such a pseudonym. To find their owner, an e-mail address is sought
with one invisible character anywhere in it or around it, and a phone number without the plus that was overlooked after
a word or an invisible character. None of these forms is another person's.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping

from billetbro.warehouse.privacy.normalise import NORMALISED, with_country

_UNSEEN = "".join(
    map(chr, (0x20, 0xAD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF))
) + "".join(map(chr, range(0x2066, 0x206A)))
"""Invisible characters in copied text, and the space, which was kept inside an address."""
_PAIRS = tuple(opened + "\u202c" for opened in "\u202a\u202b\u202d\u202e") + tuple(
    opened + "\u2069" for opened in "\u2066\u2067\u2068"
)


def earlier_email(email: str) -> str:
    """Return the earlier form of an address: stripped and case-folded."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def earlier_phone(phone: str) -> str | None:
    """Return the earlier form of a number: international if it began with a plus or two zeros."""
    text = unicodedata.normalize("NFKC", phone).replace("(0)", "")
    digits = "".join(character for character in text if character.isdecimal())
    return with_country(digits, international=text.lstrip(" (").startswith("+"))


def forms_of(column: str, plain: str) -> frozenset[str]:
    """Return every form that a pseudonym of this person may have been made of, today's included."""
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
    # Eight digits were read as Danish, also with a plus after a word: that is somebody else's number.
    if earlier_phone(bare) == bare:
        yield bare


_EARLIER: Mapping[str, Callable[[str, str], Iterator[str]]] = {"email": _of_emails, "phone_number": _of_phones}
