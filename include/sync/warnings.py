"""What goes on sale and probably is not as it was meant: staff are told, nothing is held back (behaviour 1). Pure."""

from __future__ import annotations

import re

from include.models import Outcome
from include.models.text import caseless

STILL_CLONED = "still_cloned"
"""A website's clone function ends the title so; an editor who has seen to the copy takes it away."""

_CLONED = re.compile("[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d] ?cloned$")
_ON_SALE = (Outcome.TICKET_EVENT, Outcome.PASSIVE_EVENT)


def warnings_of(title: str, outcome: Outcome) -> tuple[str, ...]:
    """Return the codes of what staff are to be warned of, of an event that is transferred."""
    return (STILL_CLONED,) if outcome in _ON_SALE and _CLONED.search(caseless(title)) else ()
