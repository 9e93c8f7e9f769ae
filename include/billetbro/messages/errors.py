"""What is said of an error, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from billetbro.messages.catalogue import Translator
from billetbro.messages.explanation_texts import Explanation
from billetbro.messages.pluralize import pluralize
from billetbro.models.message import Message


def error_lines(error: Message) -> list[str]:
    """Return what is shown of an error."""
    return [line for words in (error_in_words(error),) for line in (words.da, words.en)]


def error_in_words(error: Message) -> Explanation:
    """Return what an error says."""
    return Explanation(Translator("da").say(error), Translator("en").say(error))


def failures_in_words(failed: Mapping[str, Explanation], of: int) -> str:
    """Return in one line how many of so many libraries failed, and why, in Danish and then in English."""
    danish = " | ".join(f"{library}: {error.da}" for library, error in failed.items())
    english = " | ".join(f"{library}: {error.en}" for library, error in failed.items())
    return (
        f"{len(failed)} af {pluralize(of, 'bibliotek', 'biblioteker')} fejlede: {danish} / "
        f"{len(failed)} of {pluralize(of, 'library', 'libraries')} failed: {english}"
    )
