"""What the reports read."""

from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy import Engine

from billetbro.warehouse.privacy.pseudonymise import Row
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
    "library_name": "herlev",
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
    sums = (
        "purchases",
        "cancelled_purchases",
        "tickets_sold",
        "tickets_ore",
        "additional_sales_ore",
        "income_ore",
        "revenue_ore",
    )
    sold, unsold = dict(zip(sums, (2, 1, 2, 15000, 2500, 17500, 17500), strict=True)), dict.fromkeys(sums, 0)
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
        of_day(MONDAY.date(), 0, 7500, 0),
        of_day(date(2026, 6, 1), 2, 10000, 2500),
        of_day(date(2026, 6, 2), 1, 7500, 0),
    ]


def of_day(day: date, tickets_sold: int, income_ore: int, additional_sales_ore: int) -> Row:
    """Return the row of a day with one purchase."""
    income = {"income_ore": income_ore, "revenue_ore": income_ore, "additional_sales_ore": additional_sales_ore}
    library = {"library": "herlev", "library_name": "herlev"}
    return library | {"day": day, "purchases": 1, "tickets_sold": tickets_sold} | income


def test_attendance_counts_who_came(engine: Engine) -> None:
    export(engine, Till(), events=[EVENT, another(11)])
    assert view(engine, "attendance", "event_id") == [
        ABOUT | {"tickets_sold": 3, "arrived": 1, "not_arrived": 2},
        UNSOLD | {"tickets_sold": 0, "arrived": 0, "not_arrived": 0},
    ]
