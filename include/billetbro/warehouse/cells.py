"""Cells of files for spreadsheets."""

import unicodedata

from billetbro.models.text import one_line

FORMULA = ("=", "+", "-", "@", "\N{MINUS SIGN}")
"""A cell that begins so is taken for a formula; so is one with the same sign in another width, in some languages."""


def safe_cell(text: str) -> str:
    """Return a text on one line that no spreadsheet takes for a formula, whatever unseen characters come first."""
    line = " ".join(text.split())
    seen = "".join(letter for letter in one_line(line[:100]) if letter.isprintable())
    return f"'{line}" if unicodedata.normalize("NFKC", seen).lstrip().startswith(FORMULA) else line
