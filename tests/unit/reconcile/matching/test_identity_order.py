"""Which of the rules of identity comes first when several fit (behaviour 4)."""

from dataclasses import replace

import pytest

from billetbro.models import Mapped
from tests.unit.reconcile.builders import (
    EVENT,
    SALES,
    START,
    WEEK,
    at,
    belongings,
    identities_of,
    linked_at,
    standing,
    wanted,
)

FREE = f"{SALES}sec9"


def claimant(uuid: str, weeks: int, title: str = EVENT.name, **changes: object) -> Mapped:
    start = START + weeks * WEEK
    event = replace(EVENT, name=title, begin_at=start, end_at=start + (EVENT.end_at - EVENT.begin_at))
    return wanted(uuid, event, title=title, link=FREE, **changes)


def test_link_of_a_free_event_comes_before_the_instance_made_anew() -> None:
    made_anew = at(START + WEEK, "new", link=FREE)
    found = identities_of([made_anew], [linked_at(START, "old", 1)], [standing(1), standing(9)])
    assert belongings(found) == {"new": ("adopted", 9)}


def test_instance_made_anew_comes_before_the_lost_create() -> None:
    old, event = linked_at(START, "old", 1), standing(2, replace(EVENT, begin_at=START + WEEK))
    found = identities_of([at(START + WEEK, "new")], [old], [standing(1), event], begun=frozenset({"new"}))
    assert belongings(found) == {"new": ("moved", 1)}


def test_own_link_comes_before_the_sales_link_and_the_instance_made_anew() -> None:
    mine, old = linked_at(START, "mine", 1), linked_at(START, "old", 2)
    events = [standing(1), standing(2), standing(9)]
    assert belongings(identities_of([at(START, "mine", link=FREE)], [mine, old], events)) == {"mine": ("linked", 1)}


@pytest.mark.parametrize("alike", [0, 1, 2], ids=["first", "second", "third"])
def test_free_link_of_several_goes_to_the_one_with_the_same_name_and_then_the_same_start(alike: int) -> None:
    """Name before start: the alike one has the name and another start, another one the start and another name."""
    claimants = [claimant(f"u{number}", number + 1, "Andet") for number in range(3)]
    claimants[alike] = claimant(f"u{alike}", alike + 1)
    event = standing(9, replace(EVENT, begin_at=START + ((alike + 1) % 3 + 1) * WEEK))
    found = belongings(identities_of(claimants, [], [event]))
    assert {uuid for uuid, (belonging, _) in found.items() if belonging == "adopted"} == {f"u{alike}"}


@pytest.mark.parametrize("alike", [0, 1, 2], ids=["first", "second", "third"])
def test_free_link_of_several_with_the_same_name_goes_to_the_one_with_the_same_start(alike: int) -> None:
    claimants = [claimant(f"u{number}", number + 1) for number in range(3)]
    found = belongings(identities_of(claimants, [], [standing(9, replace(EVENT, begin_at=START + (alike + 1) * WEEK))]))
    assert {uuid for uuid, (belonging, _) in found.items() if belonging == "adopted"} == {f"u{alike}"}
