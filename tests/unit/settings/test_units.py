"""Twins are worked on together, the one that leads first."""

from billetbro.settings.libraries import Library, in_units
from tests.cases import cases


def _library(library_id: str, leader: str | None = None) -> Library:
    return Library.model_validate(
        {
            "id": library_id,
            "name": library_id,
            "source": {"type": "dpl_cms", "conn_id": library_id, "price_unit": "kroner"},
            "place2book": {"event_maker": 5000},
            "fallback_address": {"name": "A", "address1": "B", "postal_code": "2730", "city": "C"},
            "twin_of": leader,
        }
    )


@cases(
    "libraries units",
    ("none", [], []),
    ("no twins", [_library("a"), _library("b")], [["a"], ["b"]]),
    ("the leader first", [_library("a"), _library("b"), _library("c", "a")], [["a", "c"], ["b"]]),
    ("the leader last", [_library("c", "a"), _library("b"), _library("a")], [["b"], ["a", "c"]]),
    ("the follower alone", [_library("b"), _library("c", "a")], [["b"], ["c"]]),
)
def test_units_of_a_run_hold_twins_together(libraries: list[Library], units: list[list[str]]) -> None:
    assert in_units(libraries) == units
