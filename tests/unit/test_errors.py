"""The error tree, and what its errors say: every raise has a sentence in each language, whose placeholders it fills."""

import ast
import pickle
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from billetbro import errors
from billetbro.errors import BilletbroError, Fatal, Refused, Retriable, code_of, message_of, several
from billetbro.messages.catalogue import Translator, languages
from billetbro.models.message import Message
from tests.cases import cases
from tests.catalogues import placeholders

PRODUCT = Path(errors.__file__).parent
SOURCES = [*PRODUCT.rglob("*.py"), *(PRODUCT.parents[1] / "plugins").rglob("*.py")]
for module in ("reconcile.operations.delete", "reconcile.operations.sending", "settings.file", "warehouse.lake.lake"):
    import_module(f"billetbro.{module}")


def below(kind: type[BilletbroError]) -> list[type[BilletbroError]]:
    ours = [child for child in kind.__subclasses__() if child.__module__.startswith("billetbro")]
    return [one for child in ours for one in (child, *below(child))]


EVERY_ERROR = below(BilletbroError)


@pytest.mark.parametrize("kind", EVERY_ERROR, ids=lambda kind: kind.__name__)
def test_error_sent_between_processes_arrives_whole(kind: type[errors.BilletbroError]) -> None:
    sent = kind("error.no_connection", connection="place2book")
    arrived = pickle.loads(pickle.dumps(sent))
    assert (type(arrived), str(arrived), vars(arrived)) == (kind, str(sent), vars(sent))


def test_refused_sent_between_processes_keeps_status_and_words() -> None:
    arrived = pickle.loads(pickle.dumps(errors.Refused("No.", 422, "phone is invalid")))
    assert (str(arrived), arrived.status, arrived.said) == ("No.", 422, "phone is invalid")


def test_tree_has_three_branches_that_do_not_overlap() -> None:
    branches = [errors.Retriable, errors.Fatal, errors.Refused]
    placed = {
        kind.__name__: [branch.__name__ for branch in branches if issubclass(kind, branch)] for kind in EVERY_ERROR
    }
    assert {name: len(under) for name, under in placed.items()} == dict.fromkeys(placed, 1)


@pytest.mark.parametrize(
    "kind", [kind for kind in EVERY_ERROR if kind.__module__ == errors.__name__], ids=lambda kind: kind.__name__
)
def test_module_docstring_names_every_error(kind: type[errors.BilletbroError]) -> None:
    assert f"    {kind.__name__} " in (errors.__doc__ or "")


def test_codes_are_written_in_snake_case_and_each_is_one_class_s() -> None:
    codes = [kind.__dict__.get("code", "") for kind in EVERY_ERROR]
    assert [code for code in codes if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", code) or codes.count(code) > 1] == []


def test_error_that_is_not_ours_is_unexpected_and_its_text_is_kept_to_itself() -> None:
    error = ValueError("what it says may be anything")
    assert (code_of(error), message_of(error)) == ("unexpected", Message("error.unexpected", {"kind": "ValueError"}))


@cases(
    "raised kind",
    ("hopeless", [Fatal("a"), Refused("b")], Fatal),
    ("one may get better", [Fatal("a"), Retriable("b")], Retriable),
    ("one is not ours", [Fatal("a"), ValueError("b")], Fatal),
    ("the database is away", [Fatal("a"), OperationalError("", None, Exception())], Retriable),
)
def test_several_errors_become_one_that_says_each(raised: list[Exception], kind: type[BilletbroError]) -> None:
    made = several(raised, of=["herlev", "solbjerg"])
    lines = str(made).splitlines()
    said = Translator("en").say(message_of(raised[1]))
    assert (type(made), lines[1:]) == (kind, ["  - herlev: a", f"  - solbjerg: {said}"])


def keys_used(file: Path) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Yield each key that a file's errors and messages are made with, and the values they are given (None: not known).

    `Asked.error` adds what was asked of whom, and `Refused` the status.
    """
    kinds = {kind.__name__: kind for kind in EVERY_ERROR}
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        literal = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        given = {keyword.arg for keyword in node.keywords if keyword.arg}
        spread = any(keyword.arg is None for keyword in node.keywords)
        if name in kinds and literal:
            given |= {"status"} if issubclass(kinds[name], Refused) else set()
        elif name == "error" and node.args and isinstance(node.args[0], ast.Name) and node.args[0].id in kinds:
            literal = literal or ([f"error.{kinds[node.args[0].id].code}"] if len(node.args) == 1 else [])
            given |= {"connection", "host", "what"}
        elif name == "of_refused_read":
            given |= {"connection", "host", "what", "status"}
        elif name == "Message" and literal:
            values = node.args[1] if len(node.args) > 1 else ast.Dict([], [])
            known = isinstance(values, ast.Dict) and all(isinstance(key, ast.Constant) for key in values.keys)
            given = {str(key.value) for key in values.keys} if known else set()  # type: ignore[union-attr]
            spread = not known
        elif name not in ("bad_answer", "UnreadableResponseError"):
            continue
        for key in literal[:1]:
            yield key, None if spread else frozenset(map(str, given))


@pytest.mark.parametrize("language", languages())
def test_each_error_and_message_of_the_code_has_its_sentence_and_fills_its_placeholders(language: str) -> None:
    known = {key: names for (_, key), names in placeholders(language).items()}
    used = [(file.name, key, given) for file in SOURCES for key, given in keys_used(file)]

    assert len(used) > 100
    assert [(file, key) for file, key, _ in used if key not in known] == []
    assert [
        (file, key, names - given)
        for file, key, given in used
        if given is not None and (names := known[key] - {"source", "Source", "of_source"}) - given
    ] == []
