"""Turn the frozen types of billetbro.models into rows and JSON, and back."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Generic, TypeVar

import msgspec

from billetbro.models import CurrentEvent, Link, Mapped, SourceEvent

T = TypeVar("T")
Json = dict[str, Any]
JSON_COLUMNS = frozenset({"applied", "echo", "drift", "prices"})


class Record(Generic[T]):
    """The stored form of a frozen type: JSON, with what an earlier version did not store at its default."""

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind
        self.in_json = msgspec.json.Decoder(kind).decode
        """Return what a JSON text holds."""

    def of(self, stored: object) -> T:
        """Return what parsed JSON or a row holds."""
        return msgspec.convert(stored, self._kind)

    def stored(self, value: T) -> Json:
        """Return a value as JSON, not yet a text."""
        form: Json = msgspec.to_builtins(value)
        return form


SOURCE_EVENT = Record(SourceEvent)
MAPPED = Record(Mapped)
CURRENT_EVENT = Record(CurrentEvent)
LINK = Record(Link)


def link_to_row(library: str, link: Link) -> Json:
    """Return the link as a row of `sync.links`."""
    stored = LINK.stored(link)
    plain = {column.name: getattr(link, column.name) for column in fields(Link) if column.name not in JSON_COLUMNS}
    return {"library": library} | plain | {name: stored[name] for name in JSON_COLUMNS}


def link_from_row(row: Mapping[Any, Any]) -> Link:
    """Return the link that a row of `sync.links` holds."""
    return LINK.of({column.name: row[column.name] for column in fields(Link)})
