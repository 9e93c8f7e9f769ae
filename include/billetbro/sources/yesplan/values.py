"""Read and write values of Yesplan's custom data: texts that people type, numbers included. Pure.

A choice field holds a list. A list of one is read as that one; several are a text with commas, but no number, yes,
state or address, since it is unclear which one counts.
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
"""The states that are read back; only an event's status says that it is cancelled, never this field."""

_MOST = 2**31
_MOST_AMOUNT = 10**9


def single(value: object) -> object:
    """Return the only value of a list, None for an empty one; anything else, also a list of several, as it is."""
    chosen = _chosen(value)
    return None if not chosen else chosen[0] if len(chosen) == 1 else chosen


def is_something(value: object) -> bool:
    """Tell whether there is a value: not null, an empty text, or an empty list or object."""
    if isinstance(value, list | tuple):
        return any(map(is_something, value))
    return bool(value) if isinstance(value, dict) else _text(value) is not None


def text_in(value: object) -> str | None:
    """Return a value as stripped text ("true" or "false" for a tick), several joined by commas; None if there is none.

    Nested lists and objects are not text.
    """
    chosen = _chosen(value)
    if any(isinstance(one, list | tuple | dict) for one in chosen):
        return None
    return ", ".join(text for text in map(_text, chosen) if text) or None


def _chosen(value: object) -> list[object]:
    return [one for one in (value if isinstance(value, list | tuple) else [value]) if is_something(one)]


def _text(value: object) -> str | None:
    if value is None:
        return None
    text = str(value).lower() if isinstance(value, bool) else str(cleaned(str(as_text(value))))
    return text.strip() if visible(text).strip() else None


def html_in(value: object) -> str | None:
    """Return a text as HTML: unchanged if it is HTML, else with its lines and paragraphs."""
    said = text_in(value)
    if said is None or is_html(said):
        return said
    paragraphs = re.split(r"\n\s*\n", decoded(said).replace("\r\n", "\n").replace("\r", "\n"))
    return "".join("<p>" + "<br>".join(escape(one.strip(), quote=False).split("\n")) + "</p>" for one in paragraphs)


def is_yes(value: object) -> bool:
    """Tell whether a value is a yes; anything else is a no."""
    return caseless(text_in(value) or "") in _YES


def whole_in(value: object) -> int | None:
    """Return a whole number of any sign, such as 240 or "240,0"; None for anything else."""
    amount = amount_in(value)
    return int(amount) if amount is not None and amount == int(amount) and abs(amount) < _MOST else None


def amount_in(value: object) -> Decimal | None:
    """Return a number, or a text with a decimal comma or point, without floating point noise; None for anything else.

    "1.250" is ambiguous, and a price is never guessed: None. "1.250,00" and a point before more than three decimals are
    not ambiguous.
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
    """Return an amount as Python reads it; None for anything that is not one, or is ambiguous."""
    if _WITH_DOTS.fullmatch(said):
        return said.replace(".", "").replace(",", ".")
    if _WITH_COMMAS.fullmatch(said):
        return said.replace(",", "")
    return said.replace(",", ".") if _AMOUNT.fullmatch(said) else None


def is_no_text(value: object) -> bool:
    """Tell whether a value is an object or nested lists."""
    return is_something(value) and text_in(value) is None


def is_not_single(value: object) -> bool:
    """Tell whether a value is several, or no text."""
    return is_no_text(value) or isinstance(single(value), list)


def state_words(state: SourceState) -> str:
    """Return the word for a sale state that the venue's staff read."""
    return _IN_WORDS[state]


def state_in(value: object) -> SourceState | None:
    """Return the sale state that a field shows; None for anything that we do not write."""
    said = caseless(text_in(value) or "")
    return next((state for state in _READ_BACK if caseless(_IN_WORDS[state]) == said), None)
