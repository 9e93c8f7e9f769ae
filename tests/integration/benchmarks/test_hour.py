"""The benchmark of an hour runs, with libraries of a few events, and the others see what changed."""

from datetime import UTC, datetime

import pytest

from benchmarks.country import Country
from benchmarks.hour import CHANGES, IDEAL, OURS, STRAIGHTFORWARD, measure


@pytest.mark.slow
def test_hour_of_a_few_events_writes_what_is_new_and_nothing_again_and_others_see_the_same() -> None:
    runs = list(measure(Country(libraries=2, events=3, now=datetime.now(UTC)), 0))
    ours = {one.run: one.writes for one in runs if one.program == OURS}
    seen = {program: [one.changed for one in runs if one.program == program] for program in (IDEAL, STRAIGHTFORWARD)}
    asked = {one.program: sum(one.requests.values()) for one in runs if one.run == "nothing changed"}
    assert list(CHANGES) == list(ours)[1:]
    assert ours == {"first": 14, "nothing changed": 0, "1 % changed": 1, "5 % changed": 1}
    assert seen == {IDEAL: [0, 1, 1], STRAIGHTFORWARD: [0, 1, 1]}
    assert (asked[IDEAL], asked[STRAIGHTFORWARD]) == (4, 10)
