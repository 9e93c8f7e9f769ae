"""What an upsert stores, and what it says that it did."""

from collections.abc import Sequence
from datetime import timedelta, timezone

from sqlalchemy import Connection, Engine, Table, text

from billetbro.store.schema.warehouse_tables import answers, purchases, tickets
from billetbro.warehouse.frames import frame_of, types_of
from billetbro.warehouse.ingest.upsert import Upserted
from billetbro.warehouse.ingest.upsert import upsert as upsert_frame
from billetbro.warehouse.privacy.pseudonymise import Row
from tests.cases import cases
from tests.integration.warehouse.examples import HOUR, LIBRARY, MONDAY, Till, contents, export

SEEN = {"first_seen_at": MONDAY, "last_seen_at": MONDAY, "changed_at": MONDAY}
GIVEN = SEEN | {"library": LIBRARY, "purchase_id": 900, "name": "Klub"}


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> Upserted:
    named = rows[0] if rows else ()
    types = {name: type_ for name, type_ in types_of(table).items() if name in named}
    return upsert_frame(connection, table, frame_of(rows, types))


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
    found = sorted(tuple(row.values()) for row in stored if row["ticket_id"])
    assert found == [(901, 1, "Bogorme", MONDAY, MONDAY + HOUR), (901, 2, "Bogorme", MONDAY, MONDAY + HOUR)]
    assert [row["value"] for row in stored if row["ticket_id"] is None] == ["Læsehest"]


def test_upsert_values_of_every_kind_arrive_as_they_are(own_engine: Engine) -> None:
    export(own_engine, Till())
    beyond_doubles = 2**53 + 1
    arrived = MONDAY.astimezone(timezone(timedelta(hours=1))) + timedelta(microseconds=123456)
    ticket = SEEN | {"library": LIBRARY, "purchase_id": 900, "event_id": 10, "amount_ore": 0, "released_at": None}
    rows = [
        ticket | {"ticket_id": beyond_doubles, "price_id": None, "arrived_at": arrived, "seating": "A\x001\t\\N\n\\."},
        ticket | {"ticket_id": 2, "price_id": 71, "arrived_at": None, "seating": ""},
    ]
    with own_engine.begin() as connection:
        assert upsert(connection, tickets, rows) == Upserted(new=2)
    stored = contents(own_engine, tickets, "ticket_id", "price_id", "arrived_at", "seating")
    assert [row for row in stored if row["ticket_id"] in (2, beyond_doubles)] == [
        {"ticket_id": 2, "price_id": 71, "arrived_at": None, "seating": ""},
        {"ticket_id": beyond_doubles, "price_id": None, "arrived_at": arrived, "seating": "A1\t\\N\n\\."},
    ]


@cases(
    "total_ore changed changed_at",
    ("seen again as it is", 10000, 0, MONDAY),
    ("another total", 12000, 1, MONDAY + HOUR),
)
def test_upsert_dates_a_change_and_nothing_else(engine: Engine, total_ore: int, changed: int, changed_at) -> None:
    export(engine, Till())
    later = {"last_seen_at": MONDAY + HOUR, "first_seen_at": MONDAY + HOUR, "changed_at": MONDAY + HOUR}
    stood = contents(engine, purchases)[0]
    with engine.begin() as connection:
        done = upsert(connection, purchases, [stood | later | {"total_ore": total_ore}])
    assert done == Upserted(changed=changed)
    found = contents(engine, purchases)[0]
    assert found == stood | {"total_ore": total_ore, "last_seen_at": MONDAY + HOUR, "changed_at": changed_at}


def test_upsert_leaves_no_row_in_the_session_that_it_was_copied_in(engine: Engine) -> None:
    export(engine, Till())
    with engine.connect() as connection:
        upsert(connection, answers, [GIVEN | {"ticket_id": None, "position": 1, "value": "Bogorme"}])
        connection.commit()
        assert connection.scalar(text("SELECT count(*) FROM incoming_answers")) == 0


def test_upsert_of_many_rows_leaves_no_empty_space_in_the_session(engine: Engine) -> None:
    export(engine, Till())
    rows = [GIVEN | {"ticket_id": None, "position": number, "value": "Bogorme" * 10} for number in range(1, 10_000)]
    with engine.connect() as connection:
        done = upsert(connection, answers, rows)
        assert (done, connection.scalar(text("SELECT pg_relation_size('incoming_answers')"))) == (Upserted(new=9999), 0)
        connection.rollback()


def test_upsert_in_a_transaction_that_fails_leaves_nothing_for_the_next(engine: Engine) -> None:
    export(engine, Till())
    row = GIVEN | {"ticket_id": None, "position": 1, "value": "Bogorme"}
    with engine.connect() as connection:
        upsert(connection, answers, [row])
        connection.rollback()
    with engine.begin() as connection:
        assert upsert(connection, answers, [row | {"position": 2}]) == Upserted(new=1)
    assert [row["position"] for row in contents(engine, answers, "position")] == [2]
