"""Staff read the name of their own source, and no other's, in every sentence that names one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter

import pytest

from billetbro.messages.changes import explained
from billetbro.messages.diagnosis import ANSWERS
from billetbro.messages.explanation_texts import ENTRIES, Explanation
from billetbro.messages.explanations import explain, explain_noted
from billetbro.messages.history import NOT_LISTED
from billetbro.messages.source_words import ANY_SOURCE, SourceWords
from billetbro.models import Kind, SourceState
from billetbro.reconcile.operations import ReportSection, operation_of
from billetbro.reconcile.reasons import Why, reason_in_words
from billetbro.sources import kinds
from billetbro.sources.dpl_cms.words import WORDS as CMS
from billetbro.sources.yesplan.words import WORDS as YESPLAN
from billetbro.steps.report import CANCELLED

SOURCES = {**{name: kind.words for name, kind in kinds().items()}, "any source": ANY_SOURCE}
SAYS_ALONE = {"dpl_cms": ("Eksternt system", "Active", "udgiv"), "yesplan": ("prisfelt", "price field", "API")}
"""What only one source's sentences say, besides its name."""


def names(source: str) -> tuple[str, ...]:
    """Return what tells that a sentence is about a source."""
    words = SOURCES[source]
    return (words.name.da, words.name.en.removeprefix("the "), *SAYS_ALONE.get(source, ()))


def placeholders(text: Explanation) -> set[str]:
    return {name for said in (text.da, text.en) for _, name, _, _ in Formatter().parse(said) if name}


def answered(code: str, words: SourceWords) -> Explanation:
    """Return an answer with something for each placeholder that the shared answer of that code has."""
    given = placeholders(ANSWERS[code]) - {"source", "Source", "of_source"}
    return words.said(words.answers.get(code, ANSWERS[code]), **dict.fromkeys(given, Explanation("noget", "something")))


def sentences(words: SourceWords) -> Iterator[tuple[str, Explanation]]:
    """Yield whole sentences that staff of a source can be told, with what each is of."""
    for code in ENTRIES:
        yield code, explain(code, words, field="title", found="noget", detail="nej")
        yield f"{code} alone", explain(code, words)
    for code in ANSWERS:
        yield f"why: {code}", answered(code, words)
    yield "cancelled", words.said(CANCELLED)


def phrases(words: SourceWords) -> Iterator[tuple[str, Explanation]]:
    """Yield what else they can be told."""
    for why in Why:
        yield f"because: {why.name}", reason_in_words(why, words)
    for kind in Kind:
        yield f"done: {kind}", words.said(explained(operation_of(kind).done_key))
        yield f"to do: {kind}", words.said(explained(operation_of(kind).to_do_key))
    for section in ReportSection:
        yield f"heading: {section}", words.said(explained(section.heading_key))
    yield "not listed", words.said(NOT_LISTED)


@pytest.mark.parametrize("source", SOURCES)
def test_everything_that_staff_are_told_is_filled_in_and_speaks_of_no_other_source(source: str) -> None:
    words = SOURCES[source]
    foreign = {name for other in SOURCES if other != source for name in names(other)}
    found = [
        (of, wrong, text)
        for of, said in [*sentences(words), *phrases(words)]
        for text in (said.da, said.en)
        for wrong in (*foreign, "{", "}", "  ")
        if re.search(rf"(?<!\w){re.escape(wrong)}", text, re.IGNORECASE)
    ]
    assert found == []


@pytest.mark.parametrize("source", SOURCES)
def test_sentences_begin_with_a_capital_and_codes_alone_end_with_a_full_stop(source: str) -> None:
    told = [(of, text) for of, said in sentences(SOURCES[source]) for text in (said.da, said.en)]
    assert [(of, text) for of, text in told if not text[0].isupper()] == []
    assert [(of, text) for of, text in told if of.endswith("alone") and not text.endswith(".")] == []


@pytest.mark.parametrize("source", kinds())
def test_sentences_of_a_sources_own_stand_in_for_shared_ones(source: str) -> None:
    words = SOURCES[source]
    assert (words.entries.keys() - ENTRIES.keys(), words.answers.keys() - ANSWERS.keys()) == (set(), set())
    assert set(words.states) <= {state.value for state in SourceState}


def test_cms_has_its_article_in_english_and_none_in_danish() -> None:
    told = [*sentences(CMS), *phrases(CMS)]
    assert [said.en for _, said in told if re.search(r"(?<![Tt]he )CMS", said.en)] == []
    assert [said.da for _, said in told if "the CMS" in said.da or "CMS's" in said.da] == []


@pytest.mark.parametrize(
    ("words", "danish", "english"),
    [
        pytest.param(CMS, "CMS: i CMS, CMS' liste", "The CMS: in the CMS, the CMS's list", id="dpl_cms"),
        pytest.param(
            YESPLAN, "Yesplan: i Yesplan, Yesplans liste", "Yesplan: in Yesplan, Yesplan's list", id="yesplan"
        ),
        pytest.param(
            ANY_SOURCE,
            "Kildesystemet: i kildesystemet, kildesystemets liste",
            "The source system: in the source system, the source system's list",
            id="any",
        ),
    ],
)
def test_source_is_named_in_each_form(words: SourceWords, danish: str, english: str) -> None:
    said = words.said(
        Explanation("{Source}: i {source}, {of_source} {what}", "{Source}: in {source}, {of_source} {what}"),
        what=Explanation("liste", "list"),
    )
    assert said == Explanation(danish, english)


def test_value_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    said = explain("refused_by_place2book", YESPLAN, detail="{source} {0}")
    assert said.da.endswith("Svaret var: ”{source} {0}”")


@pytest.mark.parametrize(
    ("state", "word"),
    [("SoldOut", "Udsolgt"), ("Active", "I salg"), ("Få pladser", "Få pladser")],
    ids=["sold out", "on sale", "a word of the staff's"],
)
def test_state_is_told_in_the_word_that_staff_see_in_yesplan(state: str, word: str) -> None:
    assert (YESPLAN.state(state), CMS.state(state)) == (word, state)


def test_rejection_of_another_version_is_told_by_its_code() -> None:
    noted = {"code": "of_a_later_version", "field": None, "found": None, "detail": None}
    assert explain_noted(noted, CMS) == Explanation("of_a_later_version", "of_a_later_version")
