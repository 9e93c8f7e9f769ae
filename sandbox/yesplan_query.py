"""The part of Yesplan's search language that the stand-in understands: terms that all have to hold.

    date:01-12-2026 TO 31-12-2026 status:Confirmed location:"Store Sal"

A term may begin with `event:`; dates are dd-mm-yyyy and nothing else. Whatever else is in a query is refused, so that
a client that writes it wrongly is noticed.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

_TERM = re.compile(
    r"\s*(?:event:)?(?:"
    r"date:(?P<first>\d\d-\d\d-\d{4})(?: TO (?P<last>\d\d-\d\d-\d{4}))?"
    r'|(?P<name>status|location|name):(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]+))'
    r")(?=\s|$)"
)


class BadQueryError(ValueError):
    """The query is not understood."""


@dataclass(frozen=True, slots=True)
class Query:
    """What an event has to be: a day from `first` to `last`, and these texts in small letters under these names."""

    first: date | None = None
    last: date | None = None
    texts: tuple[tuple[str, str], ...] = ()

    def finds(self, day: date, texts: dict[str, tuple[str, ...]]) -> bool:
        """Tell whether an event on this Danish day, with these texts, is one of those asked for."""
        if (self.first and day < self.first) or (self.last and day > self.last):
            return False
        return all(wanted in texts[name] for name, wanted in self.texts)


def parse_query(text: str) -> Query:
    """Return what a query asks for; raises BadQueryError."""
    first: date | None = None
    last: date | None = None
    texts: list[tuple[str, str]] = []
    rest = text.strip()
    while rest:
        term = _TERM.match(rest)
        if term is None:
            raise BadQueryError(f"The query cannot be understood from here: {rest}")
        if term["first"]:
            first, last = _day(term["first"]), _day(term["last"] or term["first"])
        else:
            texts.append((term["name"], (term["quoted"] or term["plain"] or "").casefold()))
        rest = rest[term.end() :].strip()
    return Query(first, last, tuple(texts))


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%d-%m-%Y").date()
    except ValueError:
        raise BadQueryError(f"There is no such day: {text}") from None
