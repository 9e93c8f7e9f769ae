"""How values of Yesplan's custom data are read and written: texts that people type, numbers among them. Pure."""

from __future__ import annotations

import re
from decimal import Decimal
from html import escape

from include.api.wire import cleaned
from include.models import SourceState

_TAG = re.compile(r"</?[a-zA-Z]")
_AMOUNT = re.compile(r"-?\d{1,9}(?:[.,]\d{1,2})?")
_YES = frozenset({"ja", "yes", "true", "1", "sand", "x"})
_IN_WORDS = {
    SourceState.ACTIVE: "I salg",
    SourceState.SOLD_OUT: "Udsolgt",
    SourceState.TICKET_SALE_NOT_OPEN: "Ikke i salg",
    SourceState.CANCELLED: "Aflyst",
    SourceState.OCCURRED: "Afholdt",
}
_READ_BACK = (SourceState.ACTIVE, SourceState.SOLD_OUT, SourceState.TICKET_SALE_NOT_OPEN)
"""States that we write. Whether an event is called off is told by its status alone, never by this field."""

_MOST = 2**31
_MOST_AMOUNT = 10**9


def text_in(value: object) -> str | None:
    """Return a value as text without white space around it, "true" or "false" for a tick; None where there is none."""
    if value is None or isinstance(value, list | dict):
        return None
    text = str(value).lower() if isinstance(value, bool) else str(cleaned(str(value)))
    return text.strip() or None


def html_in(value: object) -> str | None:
    """Return a text as HTML: as it is where it has tags, else with its lines and paragraphs kept apart."""
    said = text_in(value)
    if said is None or _TAG.search(said):
        return said
    paragraphs = re.split(r"\n\s*\n", said.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join("<p>" + "<br>".join(escape(one.strip(), quote=False).split("\n")) + "</p>" for one in paragraphs)


def is_yes(value: object) -> bool:
    """Tell whether somebody has said yes; nothing, and whatever cannot be understood, is a no."""
    return (text_in(value) or "").casefold() in _YES


def whole_in(value: object) -> int | None:
    """Return a whole number of any sign, such as 240 or "240,0"; None where there is none."""
    amount = amount_in(value)
    return int(amount) if amount is not None and amount == int(amount) and abs(amount) < _MOST else None


def amount_in(value: object) -> Decimal | None:
    """Return an amount: a number, or a text with a comma or a point before at most two decimals; None where there is
    none.

    The text "1.250" is none: nobody can tell whether it is a thousand, and a price is never guessed.
    """
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        amount = Decimal(value)
        return amount if amount.is_finite() and abs(amount) < _MOST_AMOUNT else None
    said = text_in(value)
    if said is None or isinstance(value, bool) or not (said.isascii() and _AMOUNT.fullmatch(said)):
        return None
    return Decimal(said.replace(",", "."))


def is_structure(value: object) -> bool:
    """Tell whether a value is a list or an object with something in it, which is neither a text nor nothing."""
    return isinstance(value, list | dict) and bool(value)


def state_words(state: SourceState) -> str:
    """Return what the venue's staff read for a sale state."""
    return _IN_WORDS[state]


def state_in(value: object) -> SourceState | None:
    """Return the sale state that a field shows; None for anything that we do not write, such as a word of theirs."""
    said = (text_in(value) or "").casefold()
    return next((state for state in _READ_BACK if _IN_WORDS[state].casefold() == said), None)
