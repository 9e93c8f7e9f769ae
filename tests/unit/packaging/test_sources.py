"""A kind of source is known to its own files alone: adding one changes no other."""

import ast
from collections.abc import Iterator

import pytest

from billetbro.sources import SourceSettings, kinds
from demo.environment import ROOT

NAMES = ("dpl_cms", "dplcms", "yesplan")
# What belongs to one kind: its file, its client, its connection type; and Yesplan's webhook, which nobody else has.
OWN_FILES = {
    "plugins/billetbro_airflow/provider.py",
    "plugins/billetbro_plugin.py",
    "plugins/billetbro_airflow/hooks/dpl_cms_hook.py",
    "plugins/billetbro_airflow/hooks/yesplan_hook.py",
}
OWN_FOLDERS = (
    "include/billetbro/sources/",
    "include/billetbro/api/dpl_cms/",
    "include/billetbro/api/yesplan/",
    "plugins/billetbro_airflow/webhooks/",
)


def test_kinds_are_the_files_that_offer_one() -> None:
    known = kinds()
    assert sorted(known) == ["dpl_cms", "yesplan"]
    assert [kind for kind in known.values() if not issubclass(kind, SourceSettings)] == []


def test_no_other_file_tells_kinds_of_sources_apart() -> None:
    found = [
        f"{path}:{line}: {said}"
        for folder in ("dags", "include", "plugins")
        for file in sorted((ROOT / folder).rglob("*.py"))
        if not _is_own(path := file.relative_to(ROOT).as_posix())
        for line, said in _names_in(file.read_text())
        if any(name in said.lower() for name in NAMES)
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        'if source.type == "yesplan": ...',
        "isinstance(source, YesplanSettings)",
        "from billetbro.sources import dpl_cms",
        "from billetbro_airflow.hooks.yesplan_hook import Hook",
        "import billetbro.sources.yesplan.source",
        "x = sources.dpl_cms",
        "match x:\n    case {'dpl_cms': y}: ...",
        "def of_yesplan(): ...",
    ],
)
def test_naming_a_kind_in_code_is_noticed(code: str) -> None:
    assert [said for _, said in _names_in(code) if any(name in said.lower() for name in NAMES)] != []


def test_naming_a_kind_in_a_sentence_is_none() -> None:
    assert list(_names_in('"""Asks Yesplan."""\nsaid = "Ret nøglen (Yesplan)."')) == [(2, "said")]


def _is_own(path: str) -> bool:
    return path in OWN_FILES or path.startswith(OWN_FOLDERS)


def _names_in(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Name(id=name, lineno=line) | ast.Attribute(attr=name, lineno=line):
                yield line, name
            case ast.FunctionDef(name=name, lineno=line) | ast.ClassDef(name=name, lineno=line):
                yield line, name
            case ast.Import(names=names, lineno=line):
                yield from ((line, alias.name) for alias in names)
            case ast.ImportFrom(module=module, names=names, lineno=line):
                yield from ((line, f"{module}.{alias.name}") for alias in names)
            case ast.Constant(value=str(said), lineno=line) if said.isidentifier():
                yield line, said
