"""Ids that occur twice in a list: with the same content they are one item, else it is unknown which is right."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from billetbro.api.schema_types import shown

T = TypeVar("T")
_CONTENTS_AT_MOST = 5


def once_each(items: Iterable[T], id_of: Callable[[T], str], doubted: Callable[[Sequence[T]], T]) -> tuple[T, ...]:
    """Return one item for each id, in order; `doubted` makes one of several that differ."""
    found: dict[str, list[T]] = {}
    for item in items:
        contents = found.setdefault(id_of(item), [])
        if len(contents) < _CONTENTS_AT_MOST and item not in contents:
            contents.append(item)
    return tuple(contents[0] if len(contents) == 1 else doubted(contents) for contents in found.values())


def agreed(values: Iterable[T]) -> T | None:
    """Return the value if all are equal, else None."""
    first, *others = values
    return first if all(other == first for other in others) else None


def both_named(titles: Iterable[str]) -> str:
    """Return the titles in a stable order."""
    return " / ".join(f'"{shown(title)}"' for title in sorted(titles))
