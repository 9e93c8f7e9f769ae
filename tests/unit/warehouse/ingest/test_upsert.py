"""Which rows are written, and by which key."""

from billetbro.store.schema.warehouse_tables import answers, tickets
from billetbro.warehouse.ingest.upsert import natural_key
from tests.cases import cases


@cases(
    "table expected",
    ("primary key", tickets, ["library", "ticket_id"]),
    ("unique constraint", answers, ["library", "purchase_id", "ticket_id", "name", "position"]),
)
def test_natural_key_table_returns_what_tells_a_row_apart(table, expected: list[str]) -> None:
    assert [column.name for column in natural_key(table)] == expected
