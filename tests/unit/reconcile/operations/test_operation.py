"""Every kind of change has its operation, with its words, and its flags are what the others ask."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import billetbro
from billetbro.messages.catalogue import LOCALE, Translator, languages
from billetbro.models import Kind
from billetbro.reconcile import operations
from billetbro.reconcile.operations import Operation, ReportSection, operation_of

FLAGS = [name for name, value in vars(Operation).items() if isinstance(value, bool)]
KEYS = {
    *(key for kind in Kind for key in (operation_of(kind).to_do_key, operation_of(kind).done_key)),
    *(section.heading_key for section in ReportSection),
}


def test_every_kind_of_change_has_an_operation_of_its_own() -> None:
    assert {kind: operation_of(kind).kind for kind in Kind} == {kind: kind for kind in Kind}


@pytest.mark.parametrize("kind", Kind)
def test_operation_is_a_request_to_one_system_at_most_and_says_how_it_is_applied(kind: Kind) -> None:
    operation = operation_of(kind)
    applied = type(operation).apply is not Operation.apply

    assert not (operation.sends_to_place2book and operation.sends_to_source)
    assert applied is not operation.sends_to_source


@pytest.mark.parametrize("kind", Kind)
def test_operation_can_be_confirmed_where_an_answer_of_place2books_can_be_lost(kind: Kind) -> None:
    operation = type(operation_of(kind))
    confirmed = operation.confirm is not Operation.confirm or operation._confirm is not Operation._confirm

    # What a create made has no link yet: it is found by other signs.
    assert confirmed is (operation.sends_to_place2book and not operation.makes_event)


@pytest.mark.parametrize("language", languages())
def test_catalogue_has_the_words_of_every_operation_and_of_no_other(language: str) -> None:
    text = (LOCALE / language / "LC_MESSAGES" / "operations.po").read_bytes()

    assert {message.id for message in read_po(BytesIO(text)) if message.id} == KEYS
    assert [key for key in KEYS if not Translator(language).knows(key)] == []


@pytest.mark.parametrize("flag", FLAGS)
def test_flag_tells_kinds_apart_and_is_asked(flag: str) -> None:
    product, family = Path(billetbro.__file__).parent, Path(operations.__file__).parent
    askers = [
        path
        for path in product.rglob("*.py")
        if family not in path.parents and re.search(rf"\.{flag}\b", path.read_text())
    ]

    assert ({getattr(operation_of(kind), flag) for kind in Kind}, bool(askers)) == ({True, False}, True)


@pytest.mark.parametrize("section", ReportSection)
def test_section_of_a_report_lists_some_kind(section: ReportSection) -> None:
    assert section in {operation_of(kind).section for kind in Kind}
