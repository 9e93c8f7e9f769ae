"""Instances of a series that were made anew with other uuids (behaviour 4.3): events and sales follow them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from billetbro.models import Link, Mapped, Outcome
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
    """Return the links of a series of four, `old0` to `old3`, with the Place2book events 1 to 4."""
    return [linked_at(start, f"old{number}", number + 1) for number, start in enumerate(STARTS)]


def anew(*starts: datetime) -> list[Mapped]:
    """Return new instances, in an order of uuid that is not that of their starts."""
    return [at(start, f"new{9 - number}") for number, start in enumerate(starts)]


def pairs(snapshot: list[Mapped], links: list[Link]) -> Pairs:
    events = [standing(link.event_id, name="Andet", begin_at=link.starts_at) for link in links]
    return belongings(identities_of(snapshot, links, events))


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        pytest.param(
            [start + LATER for start in STARTS],
            {"new9": ("moved", 1), "new8": ("moved", 2), "new7": ("moved", 3), "new6": ("moved", 4)},
            id="another-time-of-day",
        ),
        pytest.param(
            STARTS[1:], {"new9": ("moved", 2), "new8": ("moved", 3), "new7": ("moved", 4)}, id="first-one-fewer"
        ),
        pytest.param(
            [start + LATER for start in STARTS[:3]],
            {"new9": ("moved", 1), "new8": ("moved", 2), "new7": ("moved", 3)},
            id="last-one-fewer-and-another-time",
        ),
        pytest.param(
            [*STARTS, STARTS[3] + WEEK],
            {
                "new9": ("moved", 1),
                "new8": ("moved", 2),
                "new7": ("moved", 3),
                "new6": ("moved", 4),
                "new5": ("new", None),
            },
            id="one-more",
        ),
        pytest.param(
            [start + WEEK for start in STARTS],
            {"new9": ("moved", 2), "new8": ("moved", 3), "new7": ("moved", 4), "new6": ("moved", 1)},
            id="shifted-by-a-week",
        ),
    ],
)
def test_series_made_anew_is_paired_by_start_and_then_in_order(starts: list[datetime], expected: Pairs) -> None:
    assert pairs(anew(*starts), old_links()) == expected


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"series_uuid": "another"}, id="another-series-with-the-same-title"),
        pytest.param({"series_uuid": None}, id="no-series"),
        pytest.param({"title": "Andet hold"}, id="another-title"),
    ],
)
def test_event_of_another_kind_is_not_the_vanished_one_made_anew(change: dict[str, object]) -> None:
    assert pairs([at(STARTS[0] + LATER, "new", **change)], old_links()[:1]) == {"new": ("new", None)}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param({}, ("moved", 1), id="looks-the-same"),
        pytest.param({"series_uuid": "another"}, ("moved", 1), id="in-a-series-now"),
        pytest.param({"title": "Andet hold"}, ("new", None), id="another-title"),
        pytest.param({"starts_at": START + LATER}, ("new", None), id="another-start"),
        pytest.param({"event_maker": 5001}, ("new", None), id="another-event-maker"),
    ],
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


@pytest.mark.parametrize(
    "there",
    [
        pytest.param(at(START, "old0"), id="wanted"),
        pytest.param(unwanted(Outcome.REJECTED, "old0"), id="rejected"),
        pytest.param(unwanted(Outcome.CANCELLED, "old0"), id="cancelled"),
    ],
)
def test_new_instance_beside_a_present_one_takes_nothing_of_it(there: Mapped) -> None:
    assert pairs([there, at(START, "new")], old_links()[:1])["new"] == ("new", None)


@pytest.mark.parametrize(
    "link",
    [
        pytest.param(linked_at(NOW - timedelta(days=1), "old"), id="over"),
        pytest.param(
            linked_at(WINDOW_START - timedelta(days=1), "old", ends_at=NOW + timedelta(days=9)), id="before-the-window"
        ),
    ],
)
def test_instance_out_of_sight_has_not_vanished_and_is_not_moved(link: Link) -> None:
    assert pairs([at(START, "new")], [link]) == {"new": ("new", None)}


RUNS_ON = NOW + timedelta(days=9)
BEFORE = WINDOW_START - timedelta(days=3)


@pytest.mark.parametrize(
    ("fresh", "expected"),
    [
        pytest.param(at(BEFORE, "new"), ("moved", 1), id="in its series"),
        pytest.param(at(BEFORE, "new", event_maker=5001), ("moved", 1), id="in its series, of another branch"),
        pytest.param(at(BEFORE, "new", series_uuid=None), ("moved", 1), id="looks the same"),
        pytest.param(at(BEFORE + LATER, "new"), ("new", None), id="another start"),
        pytest.param(at(BEFORE, "new", title="Andet hold"), ("new", None), id="another title"),
    ],
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
    assert pairs([at(START, "new1"), at(START, "new2")], old_links()[:1]) == {
        "new1": ("moved", 1),
        "new2": ("new", None),
    }


def test_instance_that_shows_the_vanished_ones_link_is_paired_first() -> None:
    link = old_links()[0]
    showing = at(START + WEEK, "new2", link=link.sales_location)
    assert pairs([at(START, "new1"), showing], [link]) == {"new1": ("new", None), "new2": ("moved", 1)}


def test_instances_that_all_show_one_vanished_link_are_paired_in_order() -> None:
    links = old_links()
    showing = [replace(mapped, link=links[2].sales_location) for mapped in anew(*(start + LATER for start in STARTS))]
    moved = {"new9": ("moved", 1), "new8": ("moved", 2), "new7": ("moved", 3), "new6": ("moved", 4)}
    assert pairs(showing, links) == moved
