"""Tell by title and start whether two events of two sources are the same. Pure."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

from billetbro.models.text import normal_form

JOINING = frozenset({"og", "and"})
"""Words that another source may write as a sign such as "&"."""


@dataclass(frozen=True, slots=True)
class Features:
    """What is compared of two events: the words of the title, and the minute of the start in UTC."""

    words: tuple[str, ...]
    minute: datetime | None


def features_of(title: str, starts_at: datetime | None) -> Features:
    """Return the features of an event, without case, punctuation, white space and joining words."""
    letters = unicodedata.normalize("NFKC", normal_form(title)).casefold()
    bare = "".join(letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in letters)
    words = tuple(word for word in bare.split() if word not in JOINING)
    minute = starts_at and starts_at.astimezone(UTC).replace(second=0, microsecond=0)
    return Features(words or (normal_form(title),), minute)


def same_title(one: Features, other: Features) -> bool:
    """Return whether one title contains the other's words in sequence: additions do not make another title."""
    short, long = sorted((one.words, other.words), key=len)
    return any(long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1))


def is_same(one: Features, other: Features) -> bool:
    """Return whether two events start in the same minute and have the same title."""
    return one.minute == other.minute and same_title(one, other)


def is_alike(one: Features, other: Features) -> bool:
    """Return whether two events known to be the same still are: title or start agrees."""
    return one.minute == other.minute or same_title(one, other)
