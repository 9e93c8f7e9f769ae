"""Which rows are written, and by which key."""

import pytest

from billetbro.store.schema.warehouse_tables import answers, tickets
from billetbro.warehouse.ingest.upsert import natural_key


@pytest.mark.parametrize(
    ("table", "expected"),
    [(tickets, ["library", "ticket_id"]), (answers, ["library", "purchase_id", "ticket_id", "name", "position"])],
    ids=["primary key", "unique constraint"],
)
def test_natural_key_table_returns_what_tells_a_row_apart(table, expected: list[str]) -> None:
    assert [column.name for column in natural_key(table)] == expected
