"""Why a change is made, in both languages."""

import pytest

from billetbro.messages.explanations import CODES, explain
from billetbro.messages.source_words import ANY_SOURCE
from billetbro.reconcile.reasons import IN_DANISH, Why, reason_in_words


def test_every_reason_has_a_danish_sentence_of_its_own() -> None:
    assert set(IN_DANISH) == set(Why)
    assert len(set(IN_DANISH.values())) == len(Why)


@pytest.mark.parametrize(
    ("why", "danish", "english"),
    [
        pytest.param(
            "the event is over", "arrangementet er slut; det bliver, som det er", "the event is over", id="reason"
        ),
        pytest.param("as it was said before", "as it was said before", "as it was said before", id="older sentence"),
    ],
)
def test_reason_is_said_in_both_languages(why: str, danish: str, english: str) -> None:
    words = reason_in_words(why, ANY_SOURCE)
    assert (words.da, words.en) == (danish, english)


@pytest.mark.parametrize("code", sorted(CODES))
def test_reason_of_what_is_held_back_is_its_rejections(code: str) -> None:
    assert reason_in_words(code, ANY_SOURCE) == explain(code, ANY_SOURCE)
