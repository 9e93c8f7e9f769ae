"""What goes on sale and probably is not as it was meant: staff are told, nothing is held back (behaviour 1). Pure."""

import re

from billetbro.models import Outcome
from billetbro.models.text import caseless

STILL_CLONED = "still_cloned"
"""A website's clone function ends the title so; an editor who has seen to the copy takes it away."""
DESCRIPTION_CUT = "description_cut"
"""The body is longer, or its tags stand deeper in each other, than is looked at (html_bounds.py)."""

_CLONED = re.compile("[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d] ?cloned$")
_ON_SALE = (Outcome.TICKET_EVENT, Outcome.PASSIVE_EVENT)


def warnings_of(title: str, outcome: Outcome, *, cut: bool = False) -> tuple[str, ...]:
    """Return the codes of what staff are to be warned of, of an event that is transferred; `cut` is its description."""
    if outcome not in _ON_SALE:
        return ()
    found = {STILL_CLONED: _CLONED.search(caseless(title)) is not None, DESCRIPTION_CUT: cut}
    return tuple(code for code, holds in found.items() if holds)
