"""The one normal form in which texts are compared, matched and paired, whoever wrote them (behaviour 2).

What people copy into a form carries characters that nobody sees: zero-width spaces, byte order marks, soft hyphens,
direction marks. And one letter can be written in two ways (å, or a with a ring after it). Neither is a difference.
"""

import unicodedata

SHAPING = frozenset(map(chr, (0x200C, 0x200D, *range(0xFE00, 0xFE10), *range(0xE0020, 0xE0080))))
"""Characters that change how the one before looks: in Persian words, in families, hearts and flags of emoji."""
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that show nothing, but are no format characters by their category."""


class _Without(dict[int, int | None]):
    """A table for `str.translate` that leaves out what is unseen, filled as letters are met."""

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
    """Return the text in NFC without characters that show nothing; what shapes a letter that is seen stays.

    White space stays as it is. A text of which nothing can be seen is empty.
    """
    kept = unicodedata.normalize("NFC", text.translate(_UNSEEN_BUT_SHAPING))
    return kept if any(map(_is_seen, kept)) else ""


def one_line(text: str) -> str:
    """Return what is visible of the text, with its white space folded into single spaces."""
    return " ".join(visible(text).split())


def normal_form(text: str) -> str:
    """Return the form in which two texts are one: NFC, nothing invisible, white space folded; case stays."""
    bare = unicodedata.normalize("NFC", one_line(text).translate(_UNSEEN))
    return " ".join(bare.split())


def same_text(one: str, other: str) -> bool:
    """Return whether two texts are one to whoever reads them."""
    return one == other or normal_form(one) == normal_form(other)


def caseless(text: str) -> str:
    """Return the normal form without case, for names where capitals mean nothing: branches, statuses, categories."""
    return unicodedata.normalize("NFC", normal_form(text).casefold())


def is_unseen(letter: str) -> bool:
    """Tell whether a character is left out of the normal form."""
    return letter in SHAPING or letter in _BLANK or unicodedata.category(letter) == "Cf"


def _is_seen(letter: str) -> bool:
    return not (letter.isspace() or is_unseen(letter) or unicodedata.category(letter) == "Cc")
