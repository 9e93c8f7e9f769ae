"""How rows are shaped before they are written."""

from datetime import UTC, datetime, timedelta, timezone

import pandas as pd
import pytest

from include.store.warehouse_tables import answers, tickets
from include.warehouse.upsert import frame, natural_key

BEYOND_DOUBLES = 2**53 + 1


def test_frame_nulls_beside_numbers_and_times_keep_their_types() -> None:
    arrived = datetime(2026, 3, 1, 19, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    shaped = frame(
        tickets,
        [
            {"library": "herlev", "ticket_id": BEYOND_DOUBLES, "price_id": None, "arrived_at": arrived},
            {"library": "herlev", "ticket_id": 2, "price_id": BEYOND_DOUBLES, "arrived_at": None},
        ],
    )
    assert {name: str(dtype) for name, dtype in shaped.dtypes.items() if name != "library"} == {
        "ticket_id": "Int64",
        "price_id": "Int64",
        "arrived_at": "datetime64[us, UTC]",
    }
    assert shaped["ticket_id"].tolist() == [BEYOND_DOUBLES, 2]
    assert shaped["price_id"].tolist() == [pd.NA, BEYOND_DOUBLES]
    assert shaped["arrived_at"].tolist() == [pd.Timestamp(arrived.astimezone(UTC)), pd.NaT]


def test_frame_nothing_but_nulls_is_still_integer() -> None:
    shaped = frame(tickets, [{"library": "herlev", "ticket_id": 1, "price_id": None}])
    assert (str(shaped["price_id"].dtype), shaped["price_id"].isna().tolist()) == ("Int64", [True])


def test_frame_row_listed_twice_keeps_the_last() -> None:
    rows = [{"library": "herlev", "ticket_id": 1, "seating": seat} for seat in ("A1", "B2")]
    assert frame(tickets, rows)["seating"].tolist() == ["B2"]


def test_frame_text_that_postgresql_cannot_hold_loses_its_nul() -> None:
    shaped = frame(tickets, [{"library": "herlev", "ticket_id": 1, "seating": "A\x001"}])
    assert shaped["seating"].tolist() == ["A1"]


def test_frame_no_rows_is_empty() -> None:
    assert frame(tickets, []).empty


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (tickets, ["library", "ticket_id"]),
        (answers, ["library", "purchase_id", "ticket_id", "name", "position"]),
    ],
    ids=["primary key", "unique constraint"],
)
def test_natural_key_table_returns_what_tells_a_row_apart(table, expected: list[str]) -> None:
    assert [column.name for column in natural_key(table)] == expected
