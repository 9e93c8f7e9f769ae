"""What a check says of one thing that was looked at."""

from __future__ import annotations

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
from billetbro.steps.check import Checked, checked, verdict


def test_check_that_goes_well_is_a_line() -> None:
    assert str(checked("connection x", lambda: "it answers")) == "OK    connection x: it answers"


def test_check_that_fails_tells_what_is_wrong_and_how_to_mend_it() -> None:
    def look() -> str:
        raise SettingsError("mistakes:\n  - one\n  - two")

    assert str(checked("libraries.yaml", look)).splitlines() == [
        "FEJL  libraries.yaml",
        "        mistakes:",
        "          - one",
        "          - two",
        "      > Ret det, der er nævnt ovenfor, og prøv igen.",
        "      > Correct what is named above, and try again.",
    ]


@pytest.mark.parametrize(
    ("error", "mend"),
    [
        (
            WrongCredentials("x"),
            "Correct user and password, token or key of the connection",
        ),
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
    def look() -> str:
        raise error

    result = checked("x", look)
    assert result.mend is not None
    assert (result.mend.en.startswith(mend), "secret" in str(result)) == (True, False)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (0, "Alt er i orden. / Everything is in order."),
        (2, "2 fejl; ret dem, og kør check igen. / 2 to be mended; then run check again."),
    ],
    ids=["none", "two"],
)
def test_verdict_counts_what_is_wrong(wrong: int, said: str) -> None:
    def look() -> str:
        raise Fatal("x")

    assert verdict([Checked(subject="y", said="well"), *[checked("x", look)] * wrong]) == said
