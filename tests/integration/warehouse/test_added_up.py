"""What an export adds up by event and by day; that it is what the views show, the fixture sees after every test."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from alembic import command
from sqlalchemy import Engine, text

from billetbro.store.database import lineage, migrate_warehouse
from billetbro.store.schema.metadata import warehouse_metadata
from billetbro.warehouse.ingest.tombstones import mark_events_gone
from tests.integration.warehouse.added_up import added_up, shown_by_views
from tests.integration.warehouse.examples import (
    BOUGHT_AT,
    EVENT,
    FIRST,
    HOUR,
    MONDAY,
    SECOND,
    Till,
    another,
    export,
    exported,
)

DAY = date(2026, 3, 1)
LATER = replace(SECOND, created_at=datetime.fromisoformat("2026-03-02T00:30+01:00"))


def test_sales_are_added_up_by_event_and_by_danish_day(engine: Engine) -> None:
    export(engine, Till({10: (FIRST, LATER), 11: ()}), events=[EVENT, another(11)])
    assert added_up(engine) == (
        [
            ("herlev", 10, 2, 3, 17500, 2500, 1, [0, 0, 0, 0, 0, 3, 3, 3, 3]),
            ("herlev", 11, 0, 0, 0, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ],
        [("herlev", DAY, 1, 2, 10000, 2500), ("herlev", date(2026, 3, 2), 1, 1, 7500, 0)],
    )


def test_day_on_which_everything_was_cancelled_is_no_day_of_sales(engine: Engine) -> None:
    till = exported(engine, Till({10: (FIRST, LATER)}))
    till.sold[10] = (FIRST, replace(LATER, transaction_type="cancel"))
    export(engine, till, MONDAY + HOUR, force=True)
    assert added_up(engine)[1] == [("herlev", DAY, 1, 2, 10000, 2500)]


def test_start_that_moves_changes_how_early_tickets_were_booked(engine: Engine) -> None:
    till = exported(engine, Till({10: (FIRST,)}))
    export(engine, till, MONDAY + HOUR, events=[replace(EVENT, begin_at=BOUGHT_AT + timedelta(days=30))], force=True)
    ((*_, booked),), _ = added_up(engine)
    assert booked == [0, 0, 2, 2, 2, 2, 2, 2, 2]


def test_event_without_a_start_has_no_booking(engine: Engine) -> None:
    current = replace(EVENT.current, begin_at=None)
    export(engine, Till({10: (FIRST,)}), events=[replace(EVENT, begin_at=None, current=current)])
    ((*_, booked),), _ = added_up(engine)
    assert booked is None


def test_purchase_that_moved_with_its_event_gone_counts_at_the_other(engine: Engine) -> None:
    till = exported(engine, Till({10: (FIRST,), 11: ()}), events=[EVENT, another(11)])
    till.sold |= {10: (), 11: (FIRST,)}
    export(engine, till, MONDAY + HOUR, events=[another(11)], force=True)
    mark_events_gone(engine, "herlev", [10], MONDAY + 2 * HOUR)
    assert [row[:5] for row in map(list, added_up(engine)[0])] == [  # type: ignore[call-overload]
        ["herlev", 10, 0, 0, 0],
        ["herlev", 11, 1, 2, 10000],
    ]


def test_what_did_not_change_is_not_written_again(engine: Engine) -> None:
    till = exported(engine, Till({10: (FIRST, LATER)}))
    before = versions(engine)
    export(engine, till, MONDAY + HOUR, force=True)
    assert versions(engine) == before
    till.sold[10] = (FIRST, replace(LATER, total_ore=8000))
    export(engine, till, MONDAY + 2 * HOUR, force=True)
    assert [one == other for one, other in zip(versions(engine), before, strict=True)] == [False, True, False]


def versions(engine: Engine) -> list[str]:
    """Return which transaction wrote the event's row, and the rows of the two days."""
    with engine.connect() as connection:
        of_tables = (f"SELECT xmin::text FROM warehouse.{table} ORDER BY {key}" for table, key in KEYS.items())
        return [version for query in of_tables for version in connection.scalars(text(query))]


KEYS = {"event_sales": "event_id", "daily_sales": "day"}


def test_upgrade_adds_up_what_was_sold_before(own_engine: Engine) -> None:
    undated = replace(SECOND, purchase_id=930, created_at=None, tickets=())
    export(own_engine, Till({10: (FIRST, LATER, undated), 11: ()}), events=[EVENT, another(11)])
    with own_engine.begin() as connection:
        command.downgrade(lineage(connection, warehouse_metadata), "0008_library_names")
    migrate_warehouse(own_engine)
    assert added_up(own_engine) == shown_by_views(own_engine)
    assert len(added_up(own_engine)[0]) == 2
