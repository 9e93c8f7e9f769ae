"""The catalogue is true: each sentence of the rules is in it, each break can be made, and each test exists."""

import ast
from functools import cache

import pytest

from tests.rules.catalogue import ROOT, Break, Row, read_behaviour, read_catalogue

ROWS = read_catalogue()
BREAKS = [found for row in ROWS for found in row.breaks]
SECTIONS = read_behaviour()


def test_catalogue_has_every_section_of_the_rules() -> None:
    assert {row.section for row in ROWS} == set(SECTIONS)


@pytest.mark.parametrize("section", sorted(SECTIONS))
def test_catalogue_has_every_sentence_of_a_section(section: str) -> None:
    """Break each rule that is new here, see a test fail, and write it into `broken/`; `make broken-rules` tries all."""
    quoted = [row.row for row in ROWS if row.section == section]
    assert [sentence for sentence in SECTIONS[section] if not any(words in sentence for words in quoted)] == []


def test_catalogue_quotes_each_sentence_by_words_that_stand_once_in_its_section() -> None:
    found = {row.row: sum(row.row in sentence for sentence in SECTIONS.get(row.section, ())) for row in ROWS}
    assert {words: times for words, times in found.items() if times != 1} == {}


def test_catalogue_breaks_each_sentence_or_says_why_there_is_nothing_to_break() -> None:
    assert [row.row for row in ROWS if bool(row.breaks) == bool(row.explains)] == []


def test_catalogue_breaks_what_stands_once_in_its_file() -> None:
    times = {found: (ROOT / found.file).read_text().count(found.old) for found in BREAKS}
    assert [(found.row, found.file, found.old) for found in BREAKS if times[found] != 1] == []


def test_catalogue_breaks_into_python_that_can_be_read() -> None:
    assert [found.row for found in BREAKS if not _can_be_read(found)] == []


def test_catalogue_names_tests_that_exist() -> None:
    named = {(found.row, test) for found in BREAKS for test in found.tests or ("none",)}
    assert [(row, test) for row, test in sorted(named) if not _exists(test)] == []


def test_catalogue_names_no_test_that_only_the_long_run_has() -> None:
    files = {test.partition("::")[0] for found in BREAKS for test in found.tests}
    assert [file for file in sorted(files) if "pytest.mark.long" in (ROOT / file).read_text()] == []


def test_sentences_of_a_row_that_is_missing_are_told() -> None:
    lonely = Row(section="1", row="words that nobody wrote", breaks=(), explains="nothing")
    assert [sentence for sentence in SECTIONS["1"] if lonely.row in sentence] == []


def _can_be_read(found: Break) -> bool:
    if not found.file.endswith(".py"):
        return True
    try:
        ast.parse((ROOT / found.file).read_text().replace(found.old, found.new))
    except SyntaxError:
        return False
    return found.old != found.new


def _exists(test: str) -> bool:
    path, _, name = test.partition("::")
    return name.partition("[")[0] in _functions(path)


@cache
def _functions(path: str) -> frozenset[str]:
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    return frozenset(node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef))
