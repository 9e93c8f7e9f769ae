"""Numbers with their words."""

import pytest

from billetbro.messages.pluralize import pluralize


@pytest.mark.parametrize(("number", "said"), [(0, "0 billetter"), (1, "1 billet"), (2, "2 billetter")])
def test_number_is_said_with_the_word_that_it_takes(number: int, said: str) -> None:
    assert pluralize(number, "billet", "billetter") == said
