"""Turn the frozen types of billetbro.models into rows and JSON, and back."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter

from billetbro.models import CurrentEvent, Link, Mapped, SourceEvent

Json = dict[str, Any]
JSON_COLUMNS = frozenset({"applied", "echo", "drift", "prices"})
SOURCE_EVENT = TypeAdapter(SourceEvent)
MAPPED = TypeAdapter(Mapped)
CURRENT_EVENT = TypeAdapter(CurrentEvent)
LINK = TypeAdapter(Link)


def link_to_row(library: str, link: Link) -> Json:
    """Return the link as a row of `sync.links`."""
    stored: Json = LINK.dump_python(link, mode="json")
    plain = {column.name: getattr(link, column.name) for column in fields(Link) if column.name not in JSON_COLUMNS}
    return {"library": library} | plain | {name: stored[name] for name in JSON_COLUMNS}


def link_from_row(row: Mapping[Any, Any]) -> Link:
    """Return the link that a row of `sync.links` holds."""
    return LINK.validate_python({column.name: row[column.name] for column in fields(Link)})
