"""The error tree."""

import pickle

import pytest

from billetbro import errors

EVERY_ERROR = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.BilletbroError) and kind is not errors.BilletbroError
]


@pytest.mark.parametrize("kind", EVERY_ERROR, ids=lambda kind: kind.__name__)
def test_error_sent_between_processes_arrives_whole(kind: type[errors.BilletbroError]) -> None:
    sent = kind("Connection 'place2book' said no.")
    arrived = pickle.loads(pickle.dumps(sent))
    assert (type(arrived), str(arrived), vars(arrived)) == (kind, "Connection 'place2book' said no.", vars(sent))


def test_refused_sent_between_processes_keeps_status_and_words() -> None:
    arrived = pickle.loads(pickle.dumps(errors.Refused("No.", 422, "phone is invalid")))
    assert (str(arrived), arrived.status, arrived.said) == ("No.", 422, "phone is invalid")


def test_tree_has_three_branches_that_do_not_overlap() -> None:
    branches = [errors.Retriable, errors.Fatal, errors.Refused]
    placed = {
        kind.__name__: [branch.__name__ for branch in branches if issubclass(kind, branch)] for kind in EVERY_ERROR
    }
    assert {name: len(under) for name, under in placed.items()} == dict.fromkeys(placed, 1)


@pytest.mark.parametrize("kind", EVERY_ERROR, ids=lambda kind: kind.__name__)
def test_module_docstring_names_every_error(kind: type[errors.BilletbroError]) -> None:
    assert f"    {kind.__name__} " in (errors.__doc__ or "")
