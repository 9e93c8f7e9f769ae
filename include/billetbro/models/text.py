"""The normal form in which all texts are compared (behaviour 2).

Pasted text has invisible characters (zero-width spaces, byte order marks, soft hyphens, direction marks), and a letter
such as å can be encoded in two ways. Neither is a difference.
"""

import unicodedata

SHAPING = frozenset(map(chr, (0x200C, 0x200D, *range(0xFE00, 0xFE10), *range(0xE0020, 0xE0080))))
"""Characters that change the look of the one before: in Persian words, and in emoji of families, hearts and flags."""
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Invisible letters and marks that are not in the category of format characters."""


class _Without(dict[int, int | None]):
    """A table for `str.translate` that removes invisible characters, filled on demand."""

    def __init__(self, kept: frozenset[str]) -> None:
        super().__init__()
        self._kept = kept

    def __missing__(self, code: int) -> int | None:
        letter = chr(code)
        self[code] = code if letter in self._kept or not is_unseen(letter) else None
        return self[code]


_UNSEEN = _Without(frozenset())
_UNSEEN_BUT_SHAPING = _Without(SHAPING)


def visible(text: str) -> str:
    """Return the text in NFC without invisible characters, except those that shape a visible letter.

    White space stays. A text without visible characters becomes empty.
    """
    if text.isascii() and text.isprintable():
        return "" if text.isspace() else text
    kept = unicodedata.normalize("NFC", text.translate(_UNSEEN_BUT_SHAPING))
    return kept if any(map(_is_seen, kept)) else ""


def one_line(text: str) -> str:
    """Return the visible text with white space folded into single spaces."""
    return " ".join(visible(text).split())


def normal_form(text: str) -> str:
    """Return the text in NFC, without invisible characters, with white space folded; case stays."""
    bare = unicodedata.normalize("NFC", one_line(text).translate(_UNSEEN))
    return " ".join(bare.split())


def same_text(one: str, other: str) -> bool:
    """Return whether two texts have the same normal form."""
    return one == other or normal_form(one) == normal_form(other)


def caseless(text: str) -> str:
    """Return the normal form without case, for names of branches, statuses and categories."""
    return unicodedata.normalize("NFC", normal_form(text).casefold())


def is_unseen(letter: str) -> bool:
    """Tell whether the normal form removes a character."""
    return letter in SHAPING or letter in _BLANK or unicodedata.category(letter) == "Cf"


def _is_seen(letter: str) -> bool:
    return not (letter.isspace() or is_unseen(letter) or unicodedata.category(letter) == "Cc")
