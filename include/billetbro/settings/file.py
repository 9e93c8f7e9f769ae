"""The libraries' YAML file as plain data: read safely, no key twice, `defaults` merged into each library."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from billetbro.errors import SettingsError

# What most often lies behind a parser's complaint, for those who do not write YAML every day.
HINTS = {
    r"character '\t'": "indent with spaces, not with tabs",
    "expected <block end>": "indent this line as far as the others that it belongs with",
    "mapping values are not allowed": "a text with a colon stands in quotes; else check how far this line is indented",
}

_INT, _FLOAT = "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"


class _Loader(yaml.SafeLoader):
    """Reads numbers in plain digits alone: YAML 1.1 takes 05000 for 2560, 1_000 for 1000 and 12:30 for 750."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in (_INT, _FLOAT)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_INT, re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z"), list("-+0123456789"))
_Loader.add_implicit_resolver(_FLOAT, re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+\Z"), list("-+0123456789"))


class LibrariesFileError(SettingsError):
    """The libraries' settings cannot be used; the message lists every mistake, for the person who edits the file."""

    code = "libraries_file_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One library of the file: its label in messages, what it says itself, the defaults, and both merged."""

    label: str
    own: Mapping[str, object]
    defaults: Mapping[str, object]
    merged: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The file's libraries, and the mistakes in its form that did not keep us from reading on."""

    libraries: tuple[Entry, ...]
    mistakes: tuple[str, ...]


def read_file(path: Path) -> Content:
    """Read the file; raises LibrariesFileError when it is missing, empty, not YAML, or lists no libraries."""
    data, doubles = _load(path)
    if data is None:
        raise LibrariesFileError(f"{path}: the file is empty; it has to list at least one library under 'libraries'")
    if not isinstance(data, dict):
        raise LibrariesFileError(f"{path}: expected a mapping with the keys 'defaults' and 'libraries'")
    mistakes = [*doubles]
    mistakes += [
        f"{key}: unknown key; {suggestion(str(key), ('defaults', 'libraries'))}"
        for key in data
        if key not in ("defaults", "libraries")
    ]
    defaults = data.get("defaults") or {}
    if not isinstance(defaults, dict):
        mistakes.append("defaults: expected a mapping with keys of a library")
        defaults = {}
    mistakes += [f"defaults: {key}: cannot be a default, each library has its own" for key in defaults if key == "id"]
    listed = data.get("libraries")
    if not isinstance(listed, list) or not listed:
        return Content(libraries=(), mistakes=(*mistakes, "libraries: expected a list with at least one library"))
    entries = []
    for number, own in enumerate(listed, start=1):
        if isinstance(own, dict):
            entries.append(_entry(number, own, defaults))
        else:
            mistakes.append(f"library number {number}: expected a mapping with the keys of a library")
    return Content(libraries=tuple(entries), mistakes=tuple(mistakes))


def suggestion(key: str, known: Iterable[str]) -> str:
    """Return the nearest known key as a question, or all known keys where none is near."""
    names = sorted(known)
    near = difflib.get_close_matches(key, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known keys are {', '.join(names)}"


def _load(path: Path) -> tuple[object, list[str]]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise LibrariesFileError(
            f"{path}: there is no such file; write it, or name another in the environment variable BILLETBRO_LIBRARIES"
        ) from None
    except OSError as error:
        raise LibrariesFileError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        loader = _Loader(content)
        node = loader.get_single_node()
        if node is None:
            return None, []
        doubles = [*_doubles(node, set())]
        return loader.construct_document(node), doubles
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise LibrariesFileError(
            f"{path}: {line}this is not valid YAML: {error.problem}{_hint(error.problem)}"
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise LibrariesFileError(f"{path}: this is not valid YAML: {error}") from None


def _hint(problem: str | None) -> str:
    """Return the hint for a parser's complaint, to be put behind it; nothing where we have none."""
    return next((f"; {hint}" for complaint, hint in HINTS.items() if complaint in (problem or "")), "")


def _doubles(node: yaml.Node, visited: set[int]) -> Iterator[str]:
    """Find keys that are given twice in one mapping: YAML forbids them, and PyYAML silently keeps the last."""
    if id(node) in visited or not isinstance(node, yaml.CollectionNode):
        return
    visited.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _doubles(item, visited)
        return
    seen: set[str] = set()
    for key, value in node.value:
        name = str(key.value)
        if name in seen:
            yield f"line {key.start_mark.line + 1}: the key {name!r} is given twice"
        seen.add(name)
        yield from _doubles(value, visited)


def _entry(number: int, own: dict[str, object], defaults: dict[str, object]) -> Entry:
    label = own.get("id")
    return Entry(
        label=label if isinstance(label, str) else f"library number {number}",
        own=own,
        defaults=defaults,
        merged={key: _merged(defaults.get(key), value) for key, value in {**defaults, **own}.items()},
    )


def _merged(default: object, own: object) -> object:
    """Lay a library's own value over the default: mappings merge key by key, anything else replaces."""
    if isinstance(default, dict) and isinstance(own, dict):
        return {key: _merged(default.get(key), value) for key, value in {**default, **own}.items()}
    return own
