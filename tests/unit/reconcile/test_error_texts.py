"""What an error means in Danish."""

import pytest

from billetbro import errors
from billetbro.errors import BilletbroError, ServerError
from billetbro.messages.errors import IN_DANISH, UNEXPECTED, error_code, error_lines
from billetbro.reconcile.operations.checks import NotTaken, SoldMeanwhile
from billetbro.warehouse.lake.files import FilesTrouble


def in_the_tree(kind: type[BilletbroError]) -> list[type[BilletbroError]]:
    """Return a class of the tree of errors and all below it that the tree's own module has."""
    below = [
        one for child in kind.__subclasses__() if child.__module__ == errors.__name__ for one in in_the_tree(child)
    ]
    return [kind, *below]


@pytest.mark.parametrize(
    "kind", [*in_the_tree(BilletbroError)[1:], NotTaken, SoldMeanwhile, FilesTrouble], ids=lambda kind: kind.__name__
)
def test_every_error_of_ours_is_explained_under_its_own_name(kind: type[BilletbroError]) -> None:
    assert (error_code(kind("a sentence")), kind.__name__ in IN_DANISH) == (kind.__name__, True)


def test_error_that_is_not_ours_is_unexpected() -> None:
    assert error_code(ValueError("what it says may be anything")) == UNEXPECTED


def test_error_of_a_class_that_nobody_explained_is_the_one_above_it() -> None:
    class OverloadedError(ServerError):
        """A class that is new."""

    assert error_code(OverloadedError("a sentence")) == "ServerError"


@pytest.mark.parametrize(
    ("code", "sentence", "lines"),
    [
        pytest.param("TimedOut", "No answer.", [IN_DANISH["TimedOut"], "No answer."], id="both"),
        pytest.param(None, "No answer.", ["No answer."], id="stored before there were codes"),
        pytest.param("Fatal", "One.\nTwo.", [IN_DANISH["Fatal"], "One.", "Two."], id="several sentences"),
        pytest.param(None, None, [], id="nothing"),
    ],
)
def test_error_is_shown_in_danish_and_then_in_its_own_words(
    code: str | None, sentence: str | None, lines: list[str]
) -> None:
    assert error_lines(code, sentence) == lines
