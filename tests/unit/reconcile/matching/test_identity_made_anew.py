"""Instances of a series that were made anew with other uuids (behaviour 4.3): events and sales follow them."""

from dataclasses import replace
from datetime import datetime, timedelta

from billetbro.models import Link, Mapped, Outcome
from tests.cases import cases
from tests.unit.reconcile.builders import (
    START,
    WEEK,
    WINDOW_START,
    at,
    belongings,
    identities_of,
    linked_at,
    standing,
    unwanted,
)
from tests.unit.reconcile.mapping.mapping_examples import NOW

STARTS = [START + week * WEEK for week in range(4)]
LATER = timedelta(hours=1)
Pairs = dict[str, tuple[str, int | None]]


def old_links() -> list[Link]:
    return [linked_at(start, f"old{number}", number + 1) for number, start in enumerate(STARTS)]


def anew(*starts: datetime) -> list[Mapped]:
    return [at(start, f"new{9 - number}") for number, start in enumerate(starts)]


def pairs(snapshot: list[Mapped], links: list[Link]) -> Pairs:
    events = [standing(link.event_id, name="Andet", begin_at=link.starts_at) for link in links]
    return belongings(identities_of(snapshot, links, events))


@cases(
    "starts expected",
    (
        "another-time-of-day",
        [start + LATER for start in STARTS],
        {"new9": ("moved", 1), "new8": ("moved", 2), "new7": ("moved", 3), "new6": ("moved", 4)},
    ),
    ("first-one-fewer", STARTS[1:], {"new9": ("moved", 2), "new8": ("moved", 3), "new7": ("moved", 4)}),
    (
        "last-one-fewer-and-another-time",
        [start + LATER for start in STARTS[:3]],
        {"new9": ("moved", 1), "new8": ("moved", 2), "new7": ("moved", 3)},
    ),
    (
        "one-more",
        [*STARTS, STARTS[3] + WEEK],
        {"new9": ("moved", 1), "new8": ("moved", 2), "new7": ("moved", 3), "new6": ("moved", 4), "new5": ("new", None)},
    ),
    (
        "shifted-by-a-week",
        [start + WEEK for start in STARTS],
        {"new9": ("moved", 2), "new8": ("moved", 3), "new7": ("moved", 4), "new6": ("moved", 1)},
    ),
)
def test_series_made_anew_is_paired_by_start_and_then_in_order(starts: list[datetime], expected: Pairs) -> None:
    assert pairs(anew(*starts), old_links()) == expected


@cases(
    "change",
    ("another-series-with-the-same-title", {"series_uuid": "another"}),
    ("no-series", {"series_uuid": None}),
    ("another-title", {"title": "Andet hold"}),
)
def test_event_of_another_kind_is_not_the_vanished_one_made_anew(change: dict[str, object]) -> None:
    assert pairs([at(STARTS[0] + LATER, "new", **change)], old_links()[:1]) == {"new": ("new", None)}


@cases(
    "change expected",
    ("looks-the-same", {}, ("moved", 1)),
    ("in-a-series-now", {"series_uuid": "another"}, ("moved", 1)),
    ("another-title", {"title": "Andet hold"}, ("new", None)),
    ("another-start", {"starts_at": START + LATER}, ("new", None)),
    ("another-event-maker", {"event_maker": 5001}, ("new", None)),
)
def test_events_without_a_series_are_paired_only_when_they_look_the_same(
    change: dict[str, object], expected: tuple[str, int | None]
) -> None:
    links = [linked_at(START, "old", series_uuid=None)]
    assert pairs([at(START, "new", **{"series_uuid": None} | change)], links) == {"new": expected}


def test_events_that_look_the_same_are_paired_one_to_one_after_their_series() -> None:
    links = [linked_at(START, "old1", 1), linked_at(START, "old2", 2, series_uuid=None)]
    made = [at(START, "new1", series_uuid=None), at(START, "new2", series_uuid=None), at(START + WEEK, "new3")]
    assert pairs(made, links) == {"new1": ("moved", 2), "new2": ("new", None), "new3": ("moved", 1)}


def test_vanished_event_whose_start_is_not_known_is_paired_with_none() -> None:
    link = linked_at(START, "old", series_uuid=None, starts_at=None)
    assert pairs([at(START, "new", series_uuid=None, starts_at=None)], [link]) == {"new": ("new", None)}


@cases(
    "there",
    ("wanted", at(START, "old0")),
    ("rejected", unwanted(Outcome.REJECTED, "old0")),
    ("cancelled", unwanted(Outcome.CANCELLED, "old0")),
)
def test_new_instance_beside_a_present_one_takes_nothing_of_it(there: Mapped) -> None:
    assert pairs([there, at(START, "new")], old_links()[:1])["new"] == ("new", None)


@cases(
    "link",
    ("over", linked_at(NOW - timedelta(days=1), "old")),
    ("before-the-window", linked_at(WINDOW_START - timedelta(days=1), "old", ends_at=NOW + timedelta(days=9))),
)
def test_instance_out_of_sight_has_not_vanished_and_is_not_moved(link: Link) -> None:
    assert pairs([at(START, "new")], [link]) == {"new": ("new", None)}


RUNS_ON = NOW + timedelta(days=9)
BEFORE = WINDOW_START - timedelta(days=3)


@cases(
    "fresh expected",
    ("in its series", at(BEFORE, "new"), ("moved", 1)),
    ("in its series, of another branch", at(BEFORE, "new", event_maker=5001), ("moved", 1)),
    ("looks the same", at(BEFORE, "new", series_uuid=None), ("moved", 1)),
    ("another start", at(BEFORE + LATER, "new"), ("new", None)),
    ("another title", at(BEFORE, "new", title="Andet hold"), ("new", None)),
)
def test_instance_of_one_that_began_before_the_window_is_told_by_its_start(
    fresh: Mapped, expected: tuple[str, int | None]
) -> None:
    assert pairs([fresh], [linked_at(BEFORE, "old", ends_at=RUNS_ON)]) == {"new": expected}


def test_series_that_runs_already_is_made_anew_beside_one_that_is_to_come() -> None:
    links = [linked_at(BEFORE, "old", ends_at=RUNS_ON), linked_at(START, "next", 2)]
    fresh = [at(BEFORE, "new"), at(START + WEEK, "later")]
    assert pairs(fresh, links) == {"new": ("moved", 1), "later": ("moved", 2)}
    assert pairs(fresh[1:], links[:1]) == {"later": ("new", None)}


def test_instance_made_anew_whose_event_was_deleted_in_place2book_is_missing() -> None:
    found = identities_of([at(START + LATER, "new")], old_links()[:1], [])
    assert belongings(found) == {"new": ("missing", None)}
    assert found["new"].link == old_links()[0]


def test_moved_event_is_not_taken_by_two() -> None:
    found = pairs([at(START, "new1"), at(START, "new2")], old_links()[:1])
    assert found == {"new1": ("moved", 1), "new2": ("new", None)}


def test_instance_that_shows_the_vanished_ones_link_is_paired_first() -> None:
    link = old_links()[0]
    showing = at(START + WEEK, "new2", link=link.sales_location)
    assert pairs([at(START, "new1"), showing], [link]) == {"new1": ("new", None), "new2": ("moved", 1)}


def test_instances_that_all_show_one_vanished_link_are_paired_in_order() -> None:
    links = old_links()
    showing = [replace(mapped, link=links[2].sales_location) for mapped in anew(*(start + LATER for start in STARTS))]
    moved = {"new9": ("moved", 1), "new8": ("moved", 2), "new7": ("moved", 3), "new6": ("moved", 4)}
    assert pairs(showing, links) == moved
