"""What an upsert says that it did."""

from sqlalchemy import Engine

from include.store.warehouse_tables import answers
from include.warehouse.upsert import Upserted, upsert
from tests.integration.warehouse.examples import HOUR, LIBRARY, MONDAY, Till, contents, export

SEEN = {"first_seen_at": MONDAY, "last_seen_at": MONDAY, "changed_at": MONDAY}
GIVEN = SEEN | {"library": LIBRARY, "purchase_id": 900, "name": "Klub"}


def test_upsert_rows_whose_key_holds_a_null_are_found_again(engine: Engine) -> None:
    export(engine, Till())
    rows = [GIVEN | {"ticket_id": ticket_id, "position": 1, "value": "Bogorme"} for ticket_id in (None, 901)]
    later = [row | {"last_seen_at": MONDAY + HOUR} for row in rows]
    with engine.begin() as connection:
        done = [
            upsert(connection, answers, rows),
            upsert(connection, answers, later),
            upsert(connection, answers, [later[0] | {"value": "Læsehest"}, later[1], later[1] | {"position": 2}]),
            upsert(connection, answers, []),
        ]
    assert done == [Upserted(new=2), Upserted(), Upserted(new=1, changed=1), Upserted()]
    stored = contents(engine, answers, "ticket_id", "position", "value", "first_seen_at", "last_seen_at")
    assert sorted(tuple(row.values()) for row in stored if row["ticket_id"]) == [
        (901, 1, "Bogorme", MONDAY, MONDAY + HOUR),
        (901, 2, "Bogorme", MONDAY, MONDAY + HOUR),
    ]
    assert [row["value"] for row in stored if row["ticket_id"] is None] == ["Læsehest"]
