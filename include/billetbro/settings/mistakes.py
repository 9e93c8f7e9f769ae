"""Mistakes in the libraries' settings, each as one line: whose, which key, what was found, what is allowed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from billetbro.settings.file import Entry, suggestion
from billetbro.sources import SourceSettings, kinds

MAX_FOUND = 60
"""Characters of a found value that a message shows."""


def mistakes_of(entry: Entry, error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Return a line for each mistake that validation found in one library; one in the defaults is labelled so."""
    return [_line(entry, details, model) for details in error.errors(include_url=False, include_context=False)]


def mistakes_across(entries: Iterable[Entry]) -> list[str]:
    """Return a line for each id that two libraries have, for each event maker or source that two libraries use, and for
    each pair of twins that is none; twins may have an event maker together."""
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
        f"{label}: id: {count} libraries have this id; each needs its own" for label, count in ids.items() if count > 1
    ]
    twins = {frozenset((entry.label, str(entry.merged.get("twin_of")))) for entry in entries}
    same_maker = [
        f"{', '.join(labels)}: place2book: event maker {maker} is used by {len(labels)} libraries; each event maker "
        "belongs to one, or the events of one library would look unlinked to the other"
        for maker, labels in users.items()
        if len(labels) > 1 and frozenset(labels) not in twins
    ]
    same_site = [
        f"{', '.join(labels)}: source: connection '{conn_id}' is used by {len(labels)} libraries; each source "
        "belongs to one, or its events would be created once for each of them"
        for conn_id, labels in sites.items()
        if len(labels) > 1
    ]
    return same_id + same_maker + same_site + list(_no_twins(entries))


def _no_twins(entries: Sequence[Entry]) -> Iterator[str]:
    """Find what is wrong with `twin_of`: two libraries are twins, one of them leads, and neither has another twin."""
    leaders = {entry.label: said for entry in entries if isinstance(said := entry.merged.get("twin_of"), str)}
    labels = [entry.label for entry in entries]
    for label, leader in leaders.items():
        where = f"{label}: twin_of: found {_shown(leader)}"
        if leader == label:
            yield f"{where}; a library cannot be its own twin"
        elif leader not in labels:
            yield f"{where}; no library has this id, {suggestion(leader, [one for one in labels if one != label])}"
        elif leader in leaders:
            yield f"{where}, which is itself the twin of another; of two twins one leads, and it has no 'twin_of'"
    for leader in sorted(set(leaders.values())):
        followers = [label for label, named in leaders.items() if named == leader]
        if len(followers) > 1:
            yield f"{', '.join(followers)}: twin_of: {len(followers)} libraries name {_shown(leader)}; it has one twin"


def _line(entry: Entry, details: ErrorDetails, model: type[BaseModel]) -> str:
    path = tuple(part for part in details["loc"] if part != "[key]")
    section, allowed = _looked_up(model, path, entry.merged)
    kind = details["type"]
    if kind.startswith("union_tag"):
        path, allowed = (*path, "type"), " or ".join(kinds())
    label = "defaults" if not _has(entry.own, path) and _has(entry.defaults, path) else entry.label
    where = f"{label}: {'.'.join(str(part) for part in path)}"
    match kind:
        case "extra_forbidden":
            return f"{where}: unknown key; {suggestion(str(path[-1]), section.model_fields)}"
        case "missing" | "union_tag_not_found":
            return f"{where}: is missing; allowed is {allowed}"
        case "union_tag_invalid":
            return f"{where}: found {_shown(details['input'].get('type'))}; allowed is {allowed}"
        case _:
            return f"{where}: found {_shown(details['input'])}; allowed is {allowed}"


def _looked_up(
    model: type[BaseModel], path: Sequence[int | str], data: Mapping[str, object]
) -> tuple[type[BaseModel], str]:
    """Return the innermost section that a path leads into, and what is allowed there.

    What a source's section may hold depends on its kind, which the data tell; in a mapping of sections any key leads
    on.
    """
    section, description = model, ""
    parts = iter(path)
    for part in parts:
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
    """Return the section that a field holds, or each key of its mapping; None when it holds none."""
    held = get_args(annotation) or (annotation,)
    return next((one for one in held if isinstance(one, type) and issubclass(one, BaseModel)), None)


def _kind_in(told: object) -> type[SourceSettings] | None:
    return kinds().get(str(told.get("type"))) if isinstance(told, Mapping) else None


def _has(data: object, path: Sequence[int | str]) -> bool:
    """Tell whether the path leads to something in the data; a list counts whole, for it is never merged."""
    for part in path:
        if isinstance(data, list):
            return True
        if not isinstance(data, Mapping) or part not in data:
            return False
        data = data[part]
    return True


def _shown(value: object) -> str:
    """Show a value as its writer would recognise it, cut where it is long; never a whole section."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case Mapping():
            return "a mapping"
        case list() | tuple():
            return "a list"
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
