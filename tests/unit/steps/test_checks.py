"""What a check says of one thing that was looked at."""

import pytest

from billetbro.errors import (
    Fatal,
    InvalidResponse,
    NoAccess,
    Refused,
    SettingsError,
    TimedOut,
    WrongCredentials,
    WrongHost,
)
from billetbro.messages.catalogue import Translator
from billetbro.models.message import Message, as_said
from billetbro.steps.check import Checked, checked, verdict
from tests.cases import cases
from tests.catalogues import danish


def test_check_that_goes_well_is_a_line() -> None:
    found = checked(as_said("connection x"), lambda: as_said("it answers"))
    assert found.in_words(Translator("da")) == "OK    connection x: it answers"


@cases(
    "language wrong mend",
    ("da", "da", "FEJL ", "Ret det, der er nævnt ovenfor, og prøv igen."),
    ("en", "en", "WRONG", "Correct what is named above, and try again."),
)
def test_check_that_fails_tells_what_is_wrong_and_how_to_mend_it(language: str, wrong: str, mend: str) -> None:
    def look() -> Message:
        raise SettingsError("mistakes:\n  - one\n  - two")

    found = checked(Message("check.settings"), look)
    assert found.in_words(Translator(language)).splitlines() == [
        f"{wrong} libraries.yaml",
        "        mistakes:",
        "          - one",
        "          - two",
        f"      > {mend}",
    ]


@pytest.mark.parametrize(
    ("error", "mend"),
    [
        (WrongCredentials("x"), "Correct user and password, token or key of the connection"),
        (WrongHost("x"), "Correct the address (host) of the connection in Airflow"),
        (NoAccess("x"), "Correct the number in libraries.yaml, or ask Place2book"),
        (TimedOut("x"), "Check that the address is right and can be reached from here"),
        (InvalidResponse("x"), "Check that the address is right and can be reached from here"),
        (Fatal("x"), "Correct what is named above"),
        (Refused("x"), "Correct what is named above"),
        (KeyError("a secret"), "It is a fault in Billetbro"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_check_tells_how_to_mend_each_kind_of_error(error: Exception, mend: str) -> None:
    def look() -> Message:
        raise error

    result = checked(as_said("x"), look)
    said = result.in_words(Translator("en"))
    assert (f"      > {mend}" in said, "secret" in said) == (True, False)


@cases("wrong said", ("none", 0, "Alt er i orden."), ("two", 2, "2 fejl; ret dem, og kør check igen."))
def test_verdict_counts_what_is_wrong(wrong: int, said: str) -> None:
    def look() -> Message:
        raise Fatal("x")

    well = Checked(subject=as_said("y"), said=as_said("well"))
    assert danish(verdict([well, *[checked(as_said("x"), look)] * wrong])) == said
