"""The shapes of Yesplan's answers; all that is uncertain about them is in this file.

A time that cannot be understood is noted under Yesplan's field name, and the event is kept.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, NamedTuple
from urllib.parse import unquote, urlsplit

from pydantic import BeforeValidator, Field

from billetbro.api.listed_twice import agreed, both_named
from billetbro.api.schema_types import (
    LenientText,
    LenientWords,
    Line,
    Listed,
    Moment,
    ObjectOrNone,
    Text,
    TextOrNumber,
    Wire,
    as_list,
    noted,
)
from billetbro.models import LISTED_TWICE
from billetbro.models.text import caseless, one_line


@dataclass(frozen=True, slots=True)
class Named:
    """A status or a location; what Yesplan leaves out is empty."""

    name: str = ""
    id: str = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.id)

    def is_among(self, chosen: Iterable[str]) -> bool:
        """Tell whether it is one of those chosen, by name (ignoring case and spacing) or exact id."""
        return self.key_among(chosen) is not None

    def key_among(self, chosen: Iterable[str]) -> str | None:
        """Return the first of the chosen names and ids that is its own, None if there is none."""
        name = caseless(self.name)
        return next((one for one in chosen if (name and caseless(one) == name) or (self.id and one == self.id)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class YesplanEvent:
    """An event in Yesplan; times are UTC. `unreadable` names what could not be understood."""

    id: str
    name: str
    starts_at: datetime | None
    ends_at: datetime | None
    status: Named = Named()
    locations: tuple[Named, ...] = ()
    group_id: str | None = None
    unreadable: Mapping[str, str] = field(default_factory=dict)


class _Sent(Wire):
    id: LenientWords = None
    name: LenientText = None


class _Event(Wire):
    id: Annotated[TextOrNumber, Field(min_length=1)]
    name: Annotated[Line | None, noted("name")] = None
    starttime: Annotated[Moment | None, noted("starttime")] = None
    endtime: Annotated[Moment | None, noted("endtime")] = None
    status: Annotated[_Sent | None, noted("status")] = None
    locations: Annotated[list[_Sent | None] | None, Listed, noted("locations")] = None
    group: Annotated[_Sent | None, ObjectOrNone, noted("group")] = None


class _Pagination(Wire):
    next: Annotated[Text | None, noted("next")] = None


class _Page(Wire):
    data: Annotated[list[object], Listed]
    pagination: Annotated[_Pagination | None, ObjectOrNone] = None


class _Field(Wire):
    keyword: Text
    value: object = None


def _listed_fields(value: object) -> object:
    """Return fields that PHP wrote as an object as a list; values by keyword stay as they are."""
    listed = as_list(value)
    fields = isinstance(listed, list) and all(isinstance(one, dict) and "keyword" in one for one in listed)
    return listed if fields else value


class _CustomData(Wire):
    event: Annotated[_Sent | None, noted()] = None
    items: Annotated[
        dict[str, object] | list[Annotated[_Field | None, noted()]] | None, BeforeValidator(_listed_fields)
    ] = None
    groups: Annotated[list[object] | None, Listed] = None


class _Child(Wire):
    type: Annotated[Text, Field(alias="_type")]
    id: Annotated[TextOrNumber, Field(min_length=1)]


class _Group(Wire):
    id: Annotated[TextOrNumber, Field(min_length=1)]
    children: list[_Child] | None = None


class Group(NamedTuple):
    """The ids of the events and groups directly in a group; both are empty where Yesplan does not say."""

    events: tuple[str, ...]
    groups: tuple[str, ...]


def page(data: object) -> tuple[list[object], str | None]:
    """Return the items of a page and the link to the next; raises ValueError if either cannot be read."""
    unreadable: dict[str, str] = {}
    sent = _Page.model_validate(data, context=unreadable)
    if unreadable:
        raise ValueError("the link to the next page is no text")
    return sent.data, (sent.pagination and sent.pagination.next) or None


def event(item: object) -> YesplanEvent:
    """Return one event; raises ValueError for anything without an id."""
    unreadable: dict[str, str] = {}
    sent = _Event.model_validate(item, context=unreadable)
    return YesplanEvent(
        id=sent.id,
        name=sent.name or "",
        starts_at=sent.starttime,
        ends_at=sent.endtime,
        status=_named(sent.status),
        locations=tuple(place for place in map(_named, sent.locations or ()) if place),
        group_id=(sent.group and sent.group.id) or None,
        unreadable=unreadable,
    )


def doubted_event(contents: Sequence[YesplanEvent]) -> YesplanEvent:
    """Return an event that is listed twice with different content: its names, and the values that agree."""
    return YesplanEvent(
        id=contents[0].id,
        name=min(event.name for event in contents),
        starts_at=agreed(event.starts_at for event in contents),
        ends_at=agreed(event.ends_at for event in contents),
        status=agreed(event.status for event in contents) or Named(),
        group_id=agreed(event.group_id for event in contents),
        unreadable={LISTED_TWICE: both_named(event.name for event in contents)},
    )


def custom_data(data: object) -> tuple[str | None, dict[str, object]]:
    """Return the event's id and the values by keyword, from a mapping, a list of fields, or nested groups.

    Raises ValueError for anything else, and for a list with two values for one keyword.
    """
    sent = _CustomData.model_validate(data)
    if sent.items is None and sent.groups is None:
        raise ValueError("there is no custom data in it")
    values = dict(_fields(sent.groups)) if sent.items is None else _of_items(sent.items)
    return (sent.event.id if sent.event else None), values


def group(data: object) -> Group:
    """Return what is in a group; raises ValueError if a child has no type or id."""
    children = _Group.model_validate(data).children or []
    return Group(
        events=tuple(one.id for one in children if one.type == "event"),
        groups=tuple(one.id for one in children if one.type == "group"),
    )


def written(values: Mapping[str, object]) -> list[dict[str, object]]:
    """Return custom data as the API takes it: always a list, never an object by keyword."""
    return [{"keyword": keyword, "value": value} for keyword, value in values.items()]


def without_key(link: str, is_key: Callable[[str], bool]) -> tuple[str, str]:
    """Return (host, path with query) of a link to a page, without the API key in its query."""
    parts = urlsplit(link)
    kept = [pair for pair in parts.query.split("&") if pair and not _has_key(pair, is_key)]
    return parts.netloc.rpartition("@")[2].lower(), parts.path + (f"?{'&'.join(kept)}" if kept else "")


def _named(sent: _Sent | None) -> Named:
    return Named(one_line(sent.name or ""), sent.id or "") if sent else Named()


def _of_items(items: Mapping[str, object] | list[_Field | None]) -> dict[str, object]:
    if isinstance(items, Mapping):
        return dict(items)
    values: dict[str, object] = {}
    for field_ in items:
        if field_ and values.setdefault(field_.keyword, field_.value) != field_.value:
            raise ValueError("a keyword stands in it twice")
    return values


def _has_key(pair: str, is_key: Callable[[str], bool]) -> bool:
    name, _, value = pair.partition("=")
    return unquote(name).lower() == "api_key" or is_key(unquote(value))


def _fields(groups: list[object] | None) -> Iterator[tuple[str, object]]:
    """Yield (keyword, value) of every field in nested groups."""
    for group in groups or ():
        if not isinstance(group, dict):
            continue
        if isinstance(group.get("keyword"), str) and "value" in group:
            yield group["keyword"], group["value"]
        children = as_list(group.get("children"))
        yield from _fields(children if isinstance(children, list) else None)
