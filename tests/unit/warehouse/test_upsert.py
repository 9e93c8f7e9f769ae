"""Which rows are written, and by which key."""

import pytest

from billetbro.store.schema.warehouse_tables import answers, tickets
from billetbro.warehouse.ingest.upsert import latest, natural_key


def test_latest_row_listed_twice_keeps_the_last() -> None:
    rows = [
        {"library": "herlev", "ticket_id": number, "seating": seat} for number, seat in ((1, "A"), (2, "B"), (1, "C"))
    ]
    assert latest(tickets, rows) == [
        {"library": "herlev", "ticket_id": 1, "seating": "C"},
        {"library": "herlev", "ticket_id": 2, "seating": "B"},
    ]


def test_latest_no_rows_is_empty() -> None:
    assert latest(tickets, []) == []


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
