"""The catalogues: every language says the same keys with the same placeholders, and a sentence is found by its key."""

import pytest

from billetbro.messages.catalogue import DEFAULT_LANGUAGE, Translator, languages
from billetbro.models.message import Message
from tests.cases import cases
from tests.catalogues import files, keys, placeholders


def test_languages_are_danish_first_and_english() -> None:
    assert languages() == ("da", "en")


@pytest.mark.parametrize("language", languages())
def test_catalogue_says_every_key_once_and_leaves_none_empty(language: str) -> None:
    found = [key for catalogue in files(language) for key in keys(catalogue)]
    empty = [key for catalogue in files(language) for key, forms in keys(catalogue).items() if not all(forms)]

    assert (sorted({str(key) for key in found if found.count(key) > 1}), empty) == ([], [])


@pytest.mark.parametrize("language", [one for one in languages() if one != DEFAULT_LANGUAGE])
def test_catalogues_have_the_same_keys_and_placeholders(language: str) -> None:
    danish, other = placeholders(DEFAULT_LANGUAGE), placeholders(language)

    differing = {key: (danish.get(key), other.get(key)) for key in danish | other if danish.get(key) != other.get(key)}

    assert differing == {}


@cases(
    "language kind sentence",
    ("the source's own in Danish", "da", "dpl_cms", "CMS"),
    ("the source's own in English", "en", "dpl_cms", "the CMS"),
    ("a source that has none", "da", "mail", "kildesystemet"),
)
def test_sentence_of_a_source_is_its_own_or_that_of_any(language: str, kind: str, sentence: str) -> None:
    assert Translator(language).for_source(kind)("source") == sentence


def test_key_that_no_catalogue_has_is_said_as_it_is() -> None:
    say = Translator("da")

    assert (say("of.a_later_version"), say.knows("of.a_later_version")) == ("of.a_later_version", False)


def test_key_that_no_catalogue_has_is_said_by_its_family() -> None:
    assert Translator("da")("field.screen_names") == "feltet ”screen_names”"


def test_further_sentences_follow_where_their_value_is_given() -> None:
    say = Translator("en")
    found = [say("rejection.over", found="x"), say("rejection.price_currency", found="", detail="y")]
    assert found == [say("rejection.over"), say("rejection.price_currency")]
    assert say("rejection.price_currency", found="x") == f"{say('rejection.price_currency')} Ticket category: x."


def test_library_is_spoken_of_in_the_words_of_its_source() -> None:
    say = Translator("en", libraries={"herlev": "yesplan"})
    assert [say.for_library(library)("source") for library in ("herlev", "ribe")] == ["Yesplan", "the source system"]


def test_language_without_a_catalogue_is_an_error_that_names_those_that_have_one() -> None:
    with pytest.raises(ValueError, match="no language 'sv'; there are da, en"):
        Translator("sv")


def test_message_is_the_same_after_it_was_stored() -> None:
    reason = Message("reason.gone", {"title": "Babyrytmik"})
    message = Message("error.partly", {"number": 2, "reason": reason, "more": (reason, Message("none"))})

    assert Message.from_json(message.to_json()) == message


@pytest.mark.parametrize("stored", [{}, {"key": 7}, {"key": "a", "values": "b"}], ids=["empty", "number", "text"])
def test_stored_value_that_is_no_message_is_an_error(stored: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a message"):
        Message.from_json(stored)
