"""A Place2book event that exists and could not be read: nothing follows from what is not known."""

from dataclasses import replace

import pytest

from billetbro.models import Link, Mapped, Mode, Outcome
from tests.cases import cases
from tests.unit.reconcile.builders import (
    EVENT,
    START,
    WEEK,
    at,
    linked,
    linked_at,
    plan_of,
    rejected,
    standing,
    unwanted,
    wanted,
)

RENAMED = replace(EVENT, name="Nyt navn")
UNREADABLE = ("a", "unreadable_in_place2book", None, "1")


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.RESYNC])
@cases(
    "snapshot links",
    ("changed", [wanted("a", RENAMED)], [linked("a", 1)]),
    ("gone", [], [linked("a", 1, absences=1)]),
    ("cancelled", [unwanted(Outcome.CANCELLED)], [linked("a", 1)]),
    ("over", [unwanted(Outcome.OVER)], [linked("a", 1)]),
    ("not linked, its create was lost", [wanted("a")], []),
)
def test_plan_of_an_event_that_could_not_be_read_is_to_leave_it_alone(
    snapshot: list[Mapped], links: list[Link], mode: Mode
) -> None:
    plan = plan_of(snapshot, links, [standing(1)], unread=[1], begun=frozenset({"a"}), mode=mode)
    assert (plan.changes, plan.held_back, plan.absences, rejected(plan)) == ([], [], {}, [UNREADABLE])


def test_plan_of_others_goes_on() -> None:
    there = [standing(1), standing(2)]
    plan = plan_of([wanted("a", RENAMED), wanted("b", RENAMED)], [linked("a", 1), linked("b", 2)], there, unread=[1])
    assert [(change.kind, change.uuid) for change in plan.changes] == [("update", "b")]
    assert rejected(plan) == [UNREADABLE]


def test_plan_tells_once_of_an_instance_made_anew_and_on_behalf_of_the_one_that_the_source_shows() -> None:
    links = [linked_at(START, "old", 1)]
    plan = plan_of([at(START + WEEK, "new")], links, [standing(1)], unread=[1])
    assert (plan.changes, plan.absences) == ([], {})
    assert rejected(plan) == [("new", "unreadable_in_place2book", None, "1")]


def test_plan_limited_to_other_events_does_not_tell_of_it() -> None:
    plan = plan_of([wanted("a"), wanted("b")], [linked("a", 1)], [standing(1)], unread=[1], events={"b"})
    assert ([(change.kind, change.uuid) for change in plan.changes], rejected(plan)) == ([("create", "b")], [])


def test_plan_tells_also_what_the_source_says_wrongly_of_it() -> None:
    flawed = unwanted(Outcome.REJECTED, code="capacity_missing")
    plan = plan_of([flawed], [linked("a", 1)], [standing(1)], unread=[1])
    assert rejected(plan) == [("a", "capacity_missing", None, None), UNREADABLE]
