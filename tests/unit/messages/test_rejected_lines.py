"""What is rejected is listed event by event, and what is the same for several is said once."""

from billetbro.messages.explanations import Explanation
from billetbro.messages.rejections import rejected_lines

FULL = Explanation("Der mangler et antal billetter.", "The number of tickets is missing.")
KEY = Explanation("Nøglen må ikke skrive feltet.", "The key may not write the field.")


def test_rejected_lines_of_nothing_are_none() -> None:
    assert rejected_lines([]) == []


def test_rejected_lines_say_once_what_is_the_same_for_several_events_and_name_each() -> None:
    assert rejected_lines([("Hamlet", KEY), ("Koncert", FULL), ("Måge", KEY), ("", KEY)]) == [
        "Afvist, kræver handling / rejected, needs action: 4",
        "  - Hamlet",
        "  - Måge",
        "  - (uden titel / no title): Nøglen må ikke skrive feltet.",
        "    The key may not write the field.",
        "  - Koncert: Der mangler et antal billetter.",
        "    The number of tickets is missing.",
    ]
