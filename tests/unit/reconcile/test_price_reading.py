"""Which events' prices are read: the rows of the table in reconcile/price_reading.py."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from billetbro.models import Kind, Mode, PriceReading
from billetbro.reconcile.planning.plan_parts import Plan, change_of
from billetbro.reconcile.price_reading import SHARES, is_its_turn, planned_on_earlier_prices, prices_to_read
from billetbro.reconcile.state import ReconcileState
from tests.cases import cases
from tests.unit.reconcile.builders import NOW, linked, standing, state_of

HOUR = timedelta(hours=1)
CURRENT = standing()
ROW = "row as it was"


def reading(**changes: Any) -> PriceReading:
    """Return a reading of the event a little while ago, whose turn it is not."""
    values: dict[str, Any] = {
        "event_maker": CURRENT.event_maker,
        "event_id": CURRENT.event_id,
        "row_hash": ROW,
        "read_at": NOW - timedelta(minutes=10),
        "event": CURRENT,
    }
    return PriceReading(**values | changes)


def state(last: PriceReading | None, row: str | None = ROW, **run: Any) -> ReconcileState:
    known = {} if last is None else {CURRENT.key: last}
    rows = {} if row is None else {CURRENT.key: row}
    return replace(state_of([], [], [], **run), readings=known, row_hashes=rows)


@cases(
    "last row run",
    ("never read", None, ROW, {}),
    ("read without prices", reading(event=replace(CURRENT, prices=None)), ROW, {}),
    ("another row", reading(), "row as it is", {}),
    ("no longer listed", reading(), None, {}),
    ("row not known", reading(row_hash=None), None, {}),
    ("a window opened or closed", reading(next_turn_at=NOW), ROW, {}),
    ("read a day ago", reading(read_at=NOW - SHARES * HOUR), ROW, {}),
    ("resync", reading(), ROW, {"mode": Mode.RESYNC}),
    ("run of some events", reading(), ROW, {"events": frozenset({"a"})}),
    ("all prices wanted", reading(), ROW, {"read_all_prices": True}),
)
def test_prices_are_read_where_they_can_have_changed(
    last: PriceReading | None, row: str | None, run: Mapping[str, Any]
) -> None:
    assert prices_to_read(CURRENT, state(last, row, **run))


def test_prices_last_read_count_where_nothing_tells_of_a_change() -> None:
    assert not prices_to_read(CURRENT, state(reading(next_turn_at=NOW + HOUR)))


def test_prices_of_an_event_without_a_limit_are_read() -> None:
    unlimited = replace(CURRENT, capacity=None)
    assert prices_to_read(unlimited, state(reading(event=unlimited)))


def test_prices_are_read_of_an_event_with_a_change_in_doubt() -> None:
    assert prices_to_read(CURRENT, replace(state(reading()), concerned=frozenset({CURRENT.key})))


def test_turn_comes_to_each_event_once_in_as_many_hours_as_there_are_shares() -> None:
    last = reading(read_at=NOW - HOUR)
    hours = [
        now
        for now in (NOW + number * HOUR for number in range(SHARES))
        if is_its_turn(replace(last, read_at=now - HOUR), now)
    ]
    assert len(hours) == 1
    assert not is_its_turn(replace(last, read_at=hours[0] - timedelta(minutes=5)), hours[0])


def test_plan_on_earlier_prices_names_the_events_that_it_concerns_and_were_not_read() -> None:
    one, other, third = standing(1), standing(2), standing(3)
    seen = replace(state_of([], [], [one, other, third]), read_now=frozenset({other.key}))
    changes = [change_of(Kind.UPDATE, linked("a", event.event_id), event, (), "") for event in (one, other)]
    assert planned_on_earlier_prices(Plan(changes=changes), seen) == {one.key}
    assert planned_on_earlier_prices(Plan(held_back=changes[:1]), seen) == {one.key}
    assert planned_on_earlier_prices(Plan(), seen) == frozenset()
