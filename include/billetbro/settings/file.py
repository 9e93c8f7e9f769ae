"""The libraries' YAML file as plain data: read safely, no key twice, `defaults` merged into each library."""

import difflib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from billetbro.errors import SettingsError
from billetbro.models.message import Message

FILE_VARIABLE = "BILLETBRO_LIBRARIES"
LARGEST = 200_000
"""How many keys, values and lists a file may have, those that an alias repeats included."""
DEFAULT_FILE = Path(__file__).parents[2] / "libraries.yaml"

# The most frequent causes of a parser's errors.
HINTS = {
    r"character '\t'": "settings.hint_tabs",
    "expected <block end>": "settings.hint_indentation",
    "mapping values are not allowed": "settings.hint_colon",
}

_TOP = ("defaults", "libraries", "operators")
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
    """The libraries' settings cannot be used; the message lists every mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One library of the file: its label in messages, its own values, the defaults, and both merged."""

    label: str
    own: Mapping[str, object]
    defaults: Mapping[str, object]
    merged: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The file's libraries, who operates them, and the mistakes in its form that do not prevent reading on."""

    libraries: tuple[Entry, ...]
    mistakes: tuple[Message, ...]
    operators: Mapping[str, object] = field(default_factory=dict)


def settings_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the libraries' file is."""
    return Path(environ.get(FILE_VARIABLE) or DEFAULT_FILE)


def read_file(path: Path) -> Content:
    """Read the file; raises LibrariesFileError if it is missing, empty or not YAML."""
    data, doubles = _load(path)
    if data is None:
        raise LibrariesFileError("settings.empty_file", file=str(path))
    if not isinstance(data, dict):
        raise LibrariesFileError("settings.no_mapping", file=str(path))
    mistakes = [*doubles]
    mistakes += [
        Message("settings.unknown_key", {"where": str(key), "suggestion": suggestion(str(key), _TOP)})
        for key in data
        if key not in _TOP
    ]
    defaults = data.get("defaults") or {}
    if not isinstance(defaults, dict):
        mistakes.append(Message("settings.defaults_no_mapping"))
        defaults = {}
    operators = data.get("operators") or {}
    if not isinstance(operators, dict):
        mistakes.append(Message("settings.operators_no_mapping"))
        operators = {}
    if "id" in defaults:
        mistakes.append(Message("settings.id_as_default"))
    listed = data.get("libraries")
    if not isinstance(listed, list) or not listed:
        mistakes.append(Message("settings.no_libraries"))
        return Content(libraries=(), mistakes=tuple(mistakes), operators=operators)
    entries = []
    for number, own in enumerate(listed, start=1):
        if isinstance(own, dict):
            entries.append(_entry(number, own, defaults))
        else:
            mistakes.append(Message("settings.library_no_mapping", {"place": number}))
    return Content(libraries=tuple(entries), mistakes=tuple(mistakes), operators=operators)


def names_by_id(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the libraries' names by id, in the file's order, as far as they can be read; nothing is validated."""
    try:
        entries = read_file(settings_file(environ)).libraries
    except LibrariesFileError:
        return {}
    pairs = [(entry.own.get("id"), entry.merged.get("name")) for entry in entries]
    return {id_: name if isinstance(name, str) else id_ for id_, name in pairs if isinstance(id_, str) and id_.strip()}


def suggestion(key: str, known: Iterable[str]) -> Message:
    """Return the nearest known key as a question, or all known keys where none is near."""
    names = sorted(known)
    near = difflib.get_close_matches(key, names, n=1)
    if near:
        return Message("settings.did_you_mean", {"key": near[0]})
    return Message("settings.known_keys", {"keys": ", ".join(names)})


def _load(path: Path) -> tuple[object, list[Message]]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise LibrariesFileError("settings.no_file", file=str(path)) from None
    except OSError as error:
        raise LibrariesFileError("settings.unreadable_file", file=str(path), problem=str(error.strerror)) from None
    try:
        loader = _Loader(content)
        node = loader.get_single_node()
        if node is None:
            return None, []
        _ensure_finite(path, node)
        doubles = [*_doubles(node, set())]
        return loader.construct_document(node), doubles
    except yaml.MarkedYAMLError as error:
        line = Message("settings.line", {"line": error.problem_mark.line + 1}) if error.problem_mark else ""
        problem, hint = str(error.problem), _hint(error.problem)
        raise LibrariesFileError("settings.no_yaml", file=str(path), line=line, problem=problem, hint=hint) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise LibrariesFileError("settings.no_yaml", file=str(path), line="", problem=str(error), hint="") from None


def _ensure_finite(path: Path, root: yaml.Node) -> None:
    """Raise LibrariesFileError if an alias is inside what it stands for, or aliases of aliases make too much of it."""
    left, nodes = LARGEST, [(root, frozenset[int]())]
    while nodes:
        node, around = nodes.pop()
        left -= 1
        if id(node) in around or left < 0:
            raise LibrariesFileError("settings.refers_to_itself", file=str(path))
        if isinstance(node, yaml.CollectionNode):
            inside = around | {id(node)}
            parts = node.value if isinstance(node, yaml.SequenceNode) else [one for pair in node.value for one in pair]
            nodes += [(part, inside) for part in parts]


def _hint(problem: str | None) -> Message | str:
    return next((Message(hint) for complaint, hint in HINTS.items() if complaint in (problem or "")), "")


def _doubles(node: yaml.Node, visited: set[int]) -> Iterator[Message]:
    """Find duplicate keys: YAML forbids them, and PyYAML silently keeps the last."""
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
            yield Message("settings.key_twice", {"line": key.start_mark.line + 1, "key": name})
        seen.add(name)
        yield from _doubles(value, visited)


def _entry(number: int, own: dict[str, object], defaults: dict[str, object]) -> Entry:
    label = own.get("id")
    return Entry(
        label=label if isinstance(label, str) else f"libraries[{number}]",
        own=own,
        defaults=defaults,
        merged={key: _merged(defaults.get(key), value) for key, value in {**defaults, **own}.items()},
    )


def _merged(default: object, own: object) -> object:
    """Merge a library's own value into the default: mappings key by key, anything else replaces."""
    if isinstance(default, dict) and isinstance(own, dict):
        return {key: _merged(default.get(key), value) for key, value in {**default, **own}.items()}
    return own
