"""What the reports read."""

from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy import Engine

from tests.integration.warehouse.examples import (
    EVENT,
    FIRST,
    HOUR,
    MONDAY,
    SECOND,
    Till,
    another,
    export,
    exported,
    view,
)

ABOUT = {
    "library": "herlev",
    "event_id": 10,
    "source_uuid": "5f0c",
    "title": "Foredrag",
    "branch": "Hovedbiblioteket",
    "begin_at": EVENT.begin_at,
}
UNSOLD = ABOUT | {"event_id": 11, "source_uuid": "uuid-11", "title": "Nr. 11"}


def test_sales_by_event_counts_what_is_sold_and_not_what_is_gone(engine: Engine) -> None:
    cancelled = replace(SECOND, purchase_id=920, transaction_type="cancel", tickets=())
    till = exported(engine, Till({10: (FIRST, SECOND, cancelled)}), events=[EVENT, another(11)])
    till.sold[10] = (replace(FIRST, tickets=FIRST.tickets[:1]), SECOND, cancelled)
    export(engine, till, MONDAY + HOUR, events=[EVENT], force=True)
    common = {"category": "Foredrag", "capacity": 100, "end_at": EVENT.end_at, "ended": False, "removed_at": None}
    sums = ("purchases", "cancelled_purchases", "tickets_sold", "tickets_ore", "additional_sales_ore", "revenue_ore")
    sold, unsold = dict(zip(sums, (2, 1, 2, 15000, 2500, 17500), strict=True)), dict.fromkeys(sums, 0)
    assert view(engine, "sales_by_event", "event_id") == [
        ABOUT | common | sold | {"exported_at": MONDAY + HOUR},
        UNSOLD | common | unsold | {"exported_at": MONDAY},
    ]


def test_sales_by_day_counts_by_the_day_in_denmark(engine: Engine) -> None:
    before_midnight = replace(FIRST, created_at=datetime(2026, 6, 1, 21, 59, tzinfo=UTC))
    after_midnight = replace(SECOND, created_at=datetime(2026, 6, 1, 22, 0, tzinfo=UTC))
    undated = replace(SECOND, purchase_id=920, created_at=None, tickets=())
    cancelled = replace(SECOND, purchase_id=930, transaction_type="cancel", tickets=())
    export(engine, Till({10: (before_midnight, after_midnight, undated, cancelled)}))
    assert view(engine, "sales_by_day", "day") == [
        {"library": "herlev", "day": MONDAY.date(), "purchases": 1, "tickets_sold": 0, "revenue_ore": 7500},
        {"library": "herlev", "day": date(2026, 6, 1), "purchases": 1, "tickets_sold": 2, "revenue_ore": 10000},
        {"library": "herlev", "day": date(2026, 6, 2), "purchases": 1, "tickets_sold": 1, "revenue_ore": 7500},
    ]


def test_attendance_counts_who_came(engine: Engine) -> None:
    export(engine, Till(), events=[EVENT, another(11)])
    assert view(engine, "attendance", "event_id") == [
        ABOUT | {"tickets_sold": 3, "arrived": 1, "not_arrived": 2},
        UNSOLD | {"tickets_sold": 0, "arrived": 0, "not_arrived": 0},
    ]
