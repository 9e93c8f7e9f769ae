"""When an event's purchases are read again (behaviour 9)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from billetbro.models import UNLIMITED_TICKETS, CurrentEvent, CurrentPrice
from billetbro.warehouse.ingest.schedule import LastExport, Reason, is_due, sold_tickets
from tests.cases import cases

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADULT = CurrentPrice(price_id=1, name="Voksen", value_ore=7500, sold_tickets=4)
CHILD = CurrentPrice(price_id=2, name="Barn", value_ore=0, sold_tickets=6)
EVENT = CurrentEvent(
    event_maker=5000,
    event_id=10,
    seccode="39pfs0v0xy",
    name="Foredrag",
    capacity=100,
    available_tickets=90,
    prices=(ADULT, CHILD),
)
LAST = LastExport(
    exported_at=NOW - timedelta(hours=1), available_tickets=90, ended=False, sold_tickets={1: 4, 2: 6, 3: 0}
)


def priced(*prices: CurrentPrice) -> CurrentEvent:
    return replace(EVENT, prices=prices)


@cases(
    "current last ended expected",
    ("never exported", EVENT, None, False, Reason.NEVER_EXPORTED),
    ("nothing happened", EVENT, LAST, False, None),
    ("a ticket sold", replace(EVENT, available_tickets=89), LAST, False, Reason.AVAILABLE_CHANGED),
    ("a ticket back", replace(EVENT, available_tickets=91), LAST, False, Reason.AVAILABLE_CHANGED),
    (
        "a refund and a new sale at another price cancel out",
        priced(replace(ADULT, sold_tickets=3), replace(CHILD, sold_tickets=7)),
        LAST,
        False,
        Reason.SOLD_CHANGED,
    ),
    ("a sold price is gone", priced(ADULT), LAST, False, Reason.SOLD_CHANGED),
    ("new unsold price", priced(ADULT, CHILD, CurrentPrice(price_id=4, name="Ny", value_ore=100)), LAST, False, None),
    ("prices not read", replace(EVENT, prices=None), LAST, False, None),
    ("no capacity is unlimited", replace(EVENT, capacity=None), LAST, False, Reason.UNLIMITED),
    (
        "the count that stands for unlimited",
        replace(EVENT, available_tickets=UNLIMITED_TICKETS),
        replace(LAST, available_tickets=UNLIMITED_TICKETS),
        False,
        Reason.UNLIMITED,
    ),
    (
        "more oversold than before",
        replace(EVENT, available_tickets=-2),
        replace(LAST, available_tickets=-1),
        False,
        Reason.AVAILABLE_CHANGED,
    ),
    ("as oversold as before", replace(EVENT, available_tickets=-2), replace(LAST, available_tickets=-2), False, None),
    ("first run after it ended", EVENT, LAST, True, Reason.ENDED),
    ("second run after it ended", EVENT, replace(LAST, ended=True), True, None),
    ("a day later", EVENT, replace(LAST, exported_at=NOW - timedelta(days=1)), False, Reason.DAILY),
    ("almost a day", EVENT, replace(LAST, exported_at=NOW - timedelta(hours=23, minutes=59)), False, None),
)
def test_is_due_event_and_its_last_export_returns_the_reason(
    current: CurrentEvent, last: LastExport | None, ended: bool, expected: Reason | None
) -> None:
    assert is_due(current, last, NOW, ended=ended, force=False) == expected


@pytest.mark.parametrize("last", [LAST, None], ids=["nothing happened", "never exported"])
def test_is_due_forced_returns_forced(last: LastExport | None) -> None:
    assert is_due(EVENT, last, NOW, ended=False, force=True) == "forced"


@cases(
    "capacity available expected",
    ("limited", 100, 90, False),
    ("no capacity", None, 90, True),
    ("count for unlimited", 100, UNLIMITED_TICKETS, True),
    ("count not told", 100, None, False),
)
def test_is_unlimited_capacity_and_count_tell(capacity: int | None, available: int | None, expected: bool) -> None:
    assert replace(EVENT, capacity=capacity, available_tickets=available).is_unlimited is expected


def test_sold_tickets_unsold_and_untold_prices_are_left_out() -> None:
    unsold = replace(ADULT, price_id=7, sold_tickets=0)
    untold = replace(ADULT, price_id=8, sold_tickets=None)
    assert sold_tickets(priced(ADULT, unsold, untold)) == {1: 4}
