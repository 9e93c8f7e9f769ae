"""Every key that the code names has its sentence, and every placeholder of the sentence its value."""

import ast
import re
from collections.abc import Iterator

from billetbro.messages.catalogue import DEFAULT_LANGUAGE
from demo.environment import ROOT
from tests.catalogues import placeholders

GIVEN_BY_THE_TRANSLATOR = {"source", "Source", "of_source"}
SENTENCES: dict[str, set[str]] = {}
for (_, key), names in placeholders(DEFAULT_LANGUAGE).items():
    SENTENCES[key] = SENTENCES.get(key, set()) | names - GIVEN_BY_THE_TRANSLATOR
FILES = [*(ROOT / "include").rglob("*.py"), *(ROOT / "plugins").rglob("*.py"), *(ROOT / "include").rglob("*.j2")]


def says(tree: ast.AST) -> Iterator[tuple[int, str, set[str] | None]]:
    """Yield line, key and names of values of each `say("key", ...)` and `Message("key", {...})`.

    The names are None where they cannot be seen: values that are passed on.
    """
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
            continue
        key, called = node.args[0].value, node.func.id if isinstance(node.func, ast.Name) else ""
        if not isinstance(key, str):
            continue
        if called == "say":
            passed = {keyword.arg for keyword in node.keywords}
            yield node.lineno, key, None if None in passed else {str(name) for name in passed}
        elif called == "Message":
            given = node.args[1] if len(node.args) > 1 else ast.Dict(keys=[], values=[])
            known = isinstance(given, ast.Dict) and all(isinstance(name, ast.Constant) for name in given.keys)
            yield node.lineno, key, {str(name.value) for name in given.keys} if known else None  # type: ignore[attr-defined,union-attr]


def in_template(text: str) -> Iterator[tuple[int, str, set[str] | None]]:
    for found in re.finditer(r'\bsay\("([a-z_.]+[a-z_])"((?:[^()]|\([^()]*\))*)\)', text):
        yield text[: found.start()].count("\n") + 1, found[1], set(re.findall(r"(?:^|[\s,])([a-z_]+)=", found[2]))


def test_keys_in_the_code_have_sentences_whose_placeholders_are_all_given() -> None:
    wrong, seen = [], set()
    for file in FILES:
        text = file.read_text("utf-8")
        for line, key, names in in_template(text) if file.suffix == ".j2" else says(ast.parse(text)):
            seen.add(key)
            if key not in SENTENCES or (names is not None and SENTENCES[key] - names):
                wrong.append((f"{file.relative_to(ROOT)}:{line}", key))
    assert wrong == []
    assert seen >= {"report.read", "blocked.empty", "cli.no_event"}
