"""Mistakes in the libraries' settings as messages: library, key, what was found, what is allowed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from billetbro.models.message import Message, Value
from billetbro.settings.file import Entry, suggestion
from billetbro.sources import SourceSettings, kinds

MAX_FOUND = 60
"""Characters of a found value that a message shows."""


def mistakes_of(entry: Entry, error: ValidationError, model: type[BaseModel]) -> list[Message]:
    """Return a message for each validation error of a library; one in the defaults is labelled so."""
    return [_mistake(entry, details, model) for details in error.errors(include_url=False, include_context=False)]


def mistakes_across(entries: Iterable[Entry]) -> list[Message]:
    """Return a message for each id, event maker or source that libraries share, and each wrong `twin_of`.

    Twins may share an event maker.
    """
    entries = list(entries)
    ids: dict[str, int] = defaultdict(int)
    users: dict[int, list[str]] = defaultdict(list)
    sites: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        ids[entry.label] += 1
        if isinstance(source := entry.merged.get("source"), Mapping) and isinstance(source.get("conn_id"), str):
            sites[source["conn_id"]].append(entry.label)
        for maker in sorted(set(_event_makers(entry.merged))):
            users[maker].append(entry.label)
    same_id = [
        Message("settings.same_id", {"label": label, "count": count}) for label, count in ids.items() if count > 1
    ]
    twins = {frozenset((entry.label, str(entry.merged.get("twin_of")))) for entry in entries}
    same_maker = [
        Message("settings.same_event_maker", {"labels": ", ".join(labels), "maker": maker, "count": len(labels)})
        for maker, labels in users.items()
        if len(labels) > 1 and frozenset(labels) not in twins
    ]
    same_site = [
        Message("settings.same_source", {"labels": ", ".join(labels), "connection": conn_id, "count": len(labels)})
        for conn_id, labels in sites.items()
        if len(labels) > 1
    ]
    return same_id + same_maker + same_site + list(_no_twins(entries))


def _no_twins(entries: Sequence[Entry]) -> Iterator[Message]:
    """Yield what is wrong with `twin_of`: of two twins one leads, and neither has another twin."""
    leaders = {entry.label: said for entry in entries if isinstance(said := entry.merged.get("twin_of"), str)}
    labels = [entry.label for entry in entries]
    for label, leader in leaders.items():
        found: dict[str, Value] = {"label": label, "found": _shown(leader)}
        if leader == label:
            yield Message("settings.own_twin", found)
        elif leader not in labels:
            others = [one for one in labels if one != label]
            yield Message("settings.unknown_twin", found | {"suggestion": suggestion(leader, others)})
        elif leader in leaders:
            yield Message("settings.twin_of_twin", found)
    for leader in sorted(set(leaders.values())):
        followers = [label for label, named in leaders.items() if named == leader]
        if len(followers) > 1:
            named: dict[str, Value] = {"labels": ", ".join(followers), "count": len(followers), "found": _shown(leader)}
            yield Message("settings.several_twins", named)


def _mistake(entry: Entry, details: ErrorDetails, model: type[BaseModel]) -> Message:
    path = tuple(part for part in details["loc"] if part != "[key]")
    section, description = _looked_up(model, path, entry.merged)
    allowed = Message(description)
    kind = details["type"]
    if kind.startswith("union_tag"):
        path, allowed = (*path, "type"), reduce(_or, map(Message, kinds()))
    label = "defaults" if not _has(entry.own, path) and _has(entry.defaults, path) else entry.label
    may_be_secret = path[:1] == ("notify",)
    named = [_without_secrets(str(part)) if may_be_secret else str(part) for part in path]
    where = f"{label}: {'.'.join(named)}"
    match kind:
        case "extra_forbidden":
            nearest = suggestion(named[-1], section.model_fields)
            return Message("settings.unknown_key", {"where": where, "suggestion": nearest})
        case "missing" | "union_tag_not_found":
            return Message("settings.missing", {"where": where, "allowed": allowed})
    found = details["input"].get("type") if kind == "union_tag_invalid" else details["input"]
    if may_be_secret and isinstance(found, str):
        found = _without_secrets(found)
    return Message("settings.not_allowed", {"where": where, "found": _shown(found), "allowed": allowed})


def _or(one: Message, other: Message) -> Message:
    return Message("settings.or", {"one": one, "other": other})


def _looked_up(
    model: type[BaseModel], path: Sequence[int | str], data: Mapping[str, object]
) -> tuple[type[BaseModel], str]:
    """Return the innermost section on a path, and the key of what is allowed there.

    A source's section depends on its kind, which is in the data; a mapping of sections has arbitrary keys.
    """
    section, description = model, ""
    parts = iter(path)
    for part in parts:
        if isinstance(part, int):
            continue
        info = section.model_fields.get(str(part))
        if info is None:
            break
        description = info.description or ""
        if get_origin(info.annotation) is dict:
            next(parts, None)
        inner = _section_in(info.annotation)
        if inner is SourceSettings:
            inner = _kind_in(data.get(str(part)))
        if inner is None:
            break
        section = inner
    return section, description


def _section_in(annotation: object) -> type[BaseModel] | None:
    """Return the section that a field or its mapping holds, None if there is none."""
    held = get_args(annotation) or (annotation,)
    return next((one for one in held if isinstance(one, type) and issubclass(one, BaseModel)), None)


def _kind_in(told: object) -> type[SourceSettings] | None:
    return kinds().get(str(told.get("type"))) if isinstance(told, Mapping) else None


def _has(data: object, path: Sequence[int | str]) -> bool:
    """Tell whether the data has the path; a list counts as a whole, since lists are never merged."""
    for part in path:
        if isinstance(data, list):
            return True
        if not isinstance(data, Mapping) or part not in data:
            return False
        data = data[part]
    return True


def _without_secrets(text: str) -> str:
    """Return of an address its scheme alone: what follows may be secret."""
    scheme, colon, _ = text.partition(":")
    return f"{scheme}:…" if colon else text


def _shown(value: object) -> str | Message:
    """Return a value as it was written, shortened; never a whole section."""
    match value:
        case None:
            return Message("settings.nothing")
        case bool():
            return str(value).lower()
        case int() | float():
            return Message("settings.number", {"value": str(value)})
        case Mapping():
            return Message("settings.mapping")
        case list() | tuple():
            return Message("settings.list")
    text = str(value)
    return repr(text if len(text) <= MAX_FOUND else text[:MAX_FOUND] + "…")


def _event_makers(merged: Mapping[str, object]) -> Iterator[int]:
    section = merged.get("place2book")
    if not isinstance(section, Mapping):
        return
    by_branch = section.get("event_makers_by_branch")
    for maker in (section.get("event_maker"), *(by_branch.values() if isinstance(by_branch, Mapping) else ())):
        if isinstance(maker, int):
            yield maker
