"""What is rejected is listed event by event, and what is the same for several is said once."""

from billetbro.messages.catalogue import Translator
from billetbro.messages.rejected_lines import rejected_lines

SAY = Translator("en")


def test_rejected_lines_of_nothing_are_none() -> None:
    assert rejected_lines(SAY, []) == []


def test_rejected_lines_say_once_what_is_the_same_for_several_events_and_name_each() -> None:
    key, full = "The key may not write the field.", "The number of tickets is missing."
    assert rejected_lines(SAY, [("Hamlet", key), ("Koncert", full), ("Måge", key), ("", key)]) == [
        "Rejected, needs action: 4",
        "  - Hamlet",
        "  - Måge",
        "  - (no title): The key may not write the field.",
        "  - Koncert: The number of tickets is missing.",
    ]
