"""Warn staff of events on sale that are probably mistaken; nothing is held back (behaviour 1). Pure."""

import re

from billetbro.models import Outcome
from billetbro.models.text import caseless

STILL_CLONED = "still_cloned"
"""The suffix that a website's clone function adds to the title; editors remove it when the copy is ready."""
DESCRIPTION_CUT = "description_cut"
"""The body is longer, or its tags are nested deeper, than the limits (html_bounds.py)."""

CLONED = "[-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d] ?cloned$"
"""The suffix, of any case, in a title's normal form; PostgreSQL reads the expression like Python."""
_CLONED = re.compile(CLONED)
_ON_SALE = (Outcome.TICKET_EVENT, Outcome.PASSIVE_EVENT)


def warnings_of(title: str, outcome: Outcome, *, cut: bool = False) -> tuple[str, ...]:
    """Return the codes of the warnings about an event that is transferred; `cut`: its description was cut."""
    if outcome not in _ON_SALE:
        return ()
    found = {STILL_CLONED: _CLONED.search(caseless(title)) is not None, DESCRIPTION_CUT: cut}
    return tuple(code for code, holds in found.items() if holds)
