"""Which types a frame has, and what it refuses."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from billetbro.store.schema.warehouse_tables import tickets
from billetbro.warehouse.frames import DAY, MOMENT, TEXT, TRUTH, WHOLE, frame_of, ints, types_of
from tests.cases import cases

BEYOND_FLOATS = 2**53 + 1


def test_types_of_table_follow_its_columns() -> None:
    assert types_of(tickets) == {
        "library": TEXT,
        "ticket_id": WHOLE,
        "purchase_id": WHOLE,
        "price_id": WHOLE,
        "amount_ore": WHOLE,
        "arrived_at": MOMENT,
        "seating": TEXT,
        "released_at": MOMENT,
        "first_seen_at": MOMENT,
        "last_seen_at": MOMENT,
        "changed_at": MOMENT,
        "event_id": WHOLE,
    }


@cases(
    "values type_ expected",
    ("ids beside none", [BEYOND_FLOATS, None], WHOLE, [BEYOND_FLOATS, None]),
    ("no ids", [None, None], WHOLE, [None, None]),
    ("texts", ["A", None, ""], TEXT, ["A", None, ""]),
    (
        "times of another zone",
        [datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=1))), None],
        MOMENT,
        [datetime(2026, 3, 1, 8, tzinfo=UTC), None],
    ),
)
def test_frame_of_values_keeps_them_and_their_type(values: list[object], type_: str, expected: list[object]) -> None:
    frame = frame_of([{"value": value, "other": 1} for value in values], {"value": type_})
    column = frame["value"]
    assert (str(column.dtype), column.astype(object).where(column.notna(), None).tolist()) == (type_, expected)
    assert list(frame) == ["value"]


def test_frame_of_no_rows_has_the_columns_and_types() -> None:
    types = {"a": WHOLE, "b": TEXT, "c": TRUTH, "d": MOMENT, "e": DAY}
    assert {name: str(dtype) for name, dtype in frame_of([], types).dtypes.items()} == types


@cases("value type_", ("half", 1.5, WHOLE), ("one", "one", WHOLE), ("yes", "yes", TRUTH), ("A", "A", MOMENT))
def test_frame_of_value_of_another_type_is_refused(value: object, type_: str) -> None:
    with pytest.raises((TypeError, ValueError)):
        frame_of([{"value": value}], {"value": type_})


def test_ints_leave_out_what_is_null() -> None:
    frame = frame_of([{"id": value} for value in (BEYOND_FLOATS, None)], {"id": WHOLE})
    assert ints(frame["id"]) == [BEYOND_FLOATS]
