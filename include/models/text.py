"""The one normal form in which texts are compared, matched and paired, whoever wrote them (behaviour 2).

What people copy into a form carries characters that nobody sees: zero-width spaces, byte order marks, soft hyphens,
direction marks. And one letter can be written in two ways (å, or a with a ring after it). Neither is a difference.
"""

from __future__ import annotations

import unicodedata

_SHAPING = frozenset(map(chr, (0x200C, 0x200D, *range(0xFE00, 0xFE10), *range(0xE0020, 0xE0080))))
"""Characters that change how the one before looks: in Persian words, in families, hearts and flags of emoji."""
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that show nothing, but are no format characters by their category."""


def visible(text: str) -> str:
    """Return the text in NFC without characters that show nothing; what shapes a letter that is seen stays.

    White space stays as it is. A text of which nothing can be seen is empty.
    """
    kept = "".join(letter for letter in unicodedata.normalize("NFC", text) if letter in _SHAPING or not _unseen(letter))
    return kept if any(_is_seen(letter) for letter in kept) else ""


def one_line(text: str) -> str:
    """Return what is visible of the text, with its white space folded into single spaces."""
    return " ".join(visible(text).split())


def normal_form(text: str) -> str:
    """Return the form in which two texts are one: NFC, nothing invisible, white space folded; case stays."""
    return " ".join("".join(letter for letter in one_line(text) if not _unseen(letter)).split())


def caseless(text: str) -> str:
    """Return the normal form without case, for names where capitals mean nothing: branches, statuses, categories."""
    return unicodedata.normalize("NFC", normal_form(text).casefold())


def _unseen(letter: str) -> bool:
    return letter in _SHAPING or letter in _BLANK or unicodedata.category(letter) == "Cf"


def _is_seen(letter: str) -> bool:
    return not (letter.isspace() or _unseen(letter) or unicodedata.category(letter) == "Cc")
