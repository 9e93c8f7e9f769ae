"""Unlinked events that look like one of ours (behaviour 4), where no run is needed to see it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from billetbro.models import LookalikeChoice, Mode
from billetbro.reconcile.matching.identity import identify, match_events
from billetbro.reconcile.matching.lookalikes import lookalikes_in, naming_a_linked_page
from billetbro.reconcile.planning.plan import make_plan
from billetbro.reconcile.state import ReconcileState
from tests.cases import cases
from tests.unit.reconcile.builders import (
    END,
    EVENT,
    START,
    WEEK,
    at,
    belongings,
    linked,
    linked_at,
    rejected,
    standing,
    state_of,
    wanted,
)
from tests.unit.reconcile.mapping.mapping_examples import NOW

PAGE = "bibliotek.example/krea"
NAMING = f'<p>Kom!</p><p><a href="https://{PAGE}">Læs mere</a></p>'
ADOPT, ANOTHER = LookalikeChoice.ADOPT, LookalikeChoice.ANOTHER


def known(state: ReconcileState, **changes: Any) -> ReconcileState:
    return match_events(replace(state, **changes))


def numbers(found: Mapping[str, Any]) -> dict[str, list[int]]:
    return {uuid: [event.event_id for event in events] for uuid, events in found.items()}


def test_event_that_two_are_said_to_be_is_given_to_one() -> None:
    there = standing()
    state = state_of([wanted("a"), wanted("b")], [], [there])
    found = identify(replace(state, choices={("a", there.key): ADOPT, ("b", there.key): ADOPT}))
    assert belongings(found) == {"a": ("adopted", 1), "b": ("new", None)}


def test_event_that_is_chosen_is_adopted_though_it_looks_alike_no_longer() -> None:
    there = standing(name="Hvaler!", begin_at=START + WEEK, end_at=END + WEEK)
    found = identify(replace(state_of([wanted()], [], [there]), choices={("a", there.key): ADOPT}))
    assert (belongings(found), found["a"].chosen, found["a"].created_by_us) == ({"a": ("adopted", 1)}, True, False)


def test_event_that_is_chosen_and_gone_leaves_the_source_event_new() -> None:
    found = identify(replace(state_of([wanted()], [], []), choices={("a", standing().key): ADOPT}))
    assert belongings(found) == {"a": ("new", None)}


@cases(
    "changes alike",
    ("same name and start", {}, {"a": [1]}),
    ("over already", {"end_at": NOW}, {}),
    ("renamed, naming the page", {"name": "Hvaler!", "description_long": NAMING}, {"a": [1]}),
    ("renamed, naming another page", {"name": "Hvaler!", "description_long": NAMING.replace("krea", "x")}, {}),
    ("moved, naming the page", {"begin_at": START + WEEK, "end_at": END + WEEK, "description_long": NAMING}, {}),
    ("of another event maker", {"event_maker": 5001}, {}),
)
def test_what_looks_like_an_event_to_be_created(changes: dict[str, Any], alike: dict[str, list[int]]) -> None:
    state = known(state_of([wanted()], [], [standing(**changes)]), pages={"a": PAGE})
    assert numbers(lookalikes_in(state)) == alike


def test_event_that_has_its_own_looks_like_nothing() -> None:
    state = known(state_of([wanted()], [linked()], [standing(1), standing(2)]))
    assert lookalikes_in(state) == {}


@cases(
    "mode code",
    ("in a run that leaves it", Mode.SYNC, "event_missing_in_place2book"),
    ("in a resync", Mode.RESYNC, "looks_like_existing"),
)
def test_event_that_staff_deleted_is_not_created_beside_what_looks_like_it(mode: Mode, code: str) -> None:
    plan = make_plan(known(state_of([wanted()], [linked(event_id=9)], [standing()], mode=mode)))
    assert ([change.kind for change in plan.changes], [one[1] for one in rejected(plan)]) == ([], [code])


def test_event_that_names_the_page_of_several_dates_is_told_of_the_one_with_its_start() -> None:
    dates = [at(START, "a"), at(START + WEEK, "b")]
    links = [linked_at(START, "a", 1), linked_at(START + WEEK, "b", 2)]
    there = [standing(1), standing(2, replace(EVENT, begin_at=START + WEEK, end_at=END + WEEK))]
    other = standing(3, begin_at=START + WEEK, end_at=END + WEEK, description_long=NAMING)
    state = known(state_of(dates, links, [*there, other]), pages={"a": PAGE, "b": PAGE})
    assert numbers(naming_a_linked_page(state)) == {"b": [3]}


@cases("choice told", ("nothing said", {}, {"a": [2]}), ("another", {("a", standing(2).key): ANOTHER}, {}))
def test_second_event_of_a_page_is_told_until_it_is_called_another(
    choice: dict[Any, LookalikeChoice], told: dict[str, list[int]]
) -> None:
    other = standing(2, name="Hvaler!", description_long=NAMING)
    state = state_of([wanted()], [linked()], [standing(), other])
    assert numbers(naming_a_linked_page(known(state, pages={"a": PAGE}, choices=choice))) == told
