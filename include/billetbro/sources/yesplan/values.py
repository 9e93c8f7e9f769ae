"""How values of Yesplan's custom data are read and written: texts that people type, numbers among them. Pure.

A field that people choose values for holds a list. A list of one is that one, wherever a value is read. Several are one
text with commas, and no number, yes, state or address, since nobody can tell which of them is meant.
"""

import re
from decimal import Decimal
from html import escape

from billetbro.api.schema_numbers import as_text, without_noise
from billetbro.api.schema_types import cleaned
from billetbro.models import SourceState
from billetbro.models.markup import decoded, is_html
from billetbro.models.text import caseless, one_line, visible

_AMOUNT = re.compile(r"-?[0-9]{1,9}(?:[.,](?:[0-9]{1,2}|[0-9]{4,25}))?")
_WITH_DOTS = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,2}")
_WITH_COMMAS = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{1,2}")
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


def single(value: object) -> object:
    """Return the one value that a list holds, None for none; anything else, also a list of several, as it is."""
    chosen = _chosen(value)
    return None if not chosen else chosen[0] if len(chosen) == 1 else chosen


def is_something(value: object) -> bool:
    """Tell whether there is a value: not null, an empty text, or a list or an object with nothing in it."""
    if isinstance(value, list | tuple):
        return any(map(is_something, value))
    return bool(value) if isinstance(value, dict) else _text(value) is not None


def text_in(value: object) -> str | None:
    """Return a value as text without white space around it, "true" or "false" for a tick; None where there is none.

    Several values are joined by commas; lists in lists and objects are no text.
    """
    chosen = _chosen(value)
    if any(isinstance(one, list | tuple | dict) for one in chosen):
        return None
    return ", ".join(text for text in map(_text, chosen) if text) or None


def _chosen(value: object) -> list[object]:
    """Return what a list holds, or what there is, without what is nothing."""
    return [one for one in (value if isinstance(value, list | tuple) else [value]) if is_something(one)]


def _text(value: object) -> str | None:
    if value is None:
        return None
    text = str(value).lower() if isinstance(value, bool) else str(cleaned(str(as_text(value))))
    return text.strip() if visible(text).strip() else None


def html_in(value: object) -> str | None:
    """Return a text as HTML: as it is where it plainly is HTML, else with its lines and paragraphs kept apart."""
    said = text_in(value)
    if said is None or is_html(said):
        return said
    paragraphs = re.split(r"\n\s*\n", decoded(said).replace("\r\n", "\n").replace("\r", "\n"))
    return "".join("<p>" + "<br>".join(escape(one.strip(), quote=False).split("\n")) + "</p>" for one in paragraphs)


def is_yes(value: object) -> bool:
    """Tell whether somebody has said yes; nothing, and whatever cannot be understood, is a no."""
    return caseless(text_in(value) or "") in _YES


def whole_in(value: object) -> int | None:
    """Return a whole number of any sign, such as 240 or "240,0"; None where there is none."""
    amount = amount_in(value)
    return int(amount) if amount is not None and amount == int(amount) and abs(amount) < _MOST else None


def amount_in(value: object) -> Decimal | None:
    """Return an amount without the noise of floating point: a number, or a text with a comma or a point before its
    decimals; None where there is none.

    The text "1.250" is none: nobody can tell whether it is a thousand, and a price is never guessed. "1.250,00" can be
    read in one way only, and so can a point before more than three decimals.
    """
    found = single(value)
    if isinstance(found, Decimal | int) and not isinstance(found, bool):
        amount = Decimal(found)
    else:
        said = "" if isinstance(found, list | bool) else one_line(text_in(found) or "")
        written = _with_a_point(said)
        if written is None:
            return None
        amount = Decimal(written)
    return without_noise(amount) if amount.is_finite() and abs(amount) < _MOST_AMOUNT else None


def _with_a_point(said: str) -> str | None:
    """Return an amount as Python reads it; None for what is none, or could be two."""
    if _WITH_DOTS.fullmatch(said):
        return said.replace(".", "").replace(",", ".")
    if _WITH_COMMAS.fullmatch(said):
        return said.replace(",", "")
    return said.replace(",", ".") if _AMOUNT.fullmatch(said) else None


def is_no_text(value: object) -> bool:
    """Tell whether a value is an object, or lists in a list, which is neither a text nor nothing."""
    return is_something(value) and text_in(value) is None


def is_not_single(value: object) -> bool:
    """Tell whether a value is several, or no text."""
    return is_no_text(value) or isinstance(single(value), list)


def state_words(state: SourceState) -> str:
    """Return what the venue's staff read for a sale state."""
    return _IN_WORDS[state]


def state_in(value: object) -> SourceState | None:
    """Return the sale state that a field shows; None for anything that we do not write, such as a word of theirs."""
    said = caseless(text_in(value) or "")
    return next((state for state in _READ_BACK if caseless(_IN_WORDS[state]) == said), None)
