"""What the views answer: by price, by month, by postal code, how full, who stayed away, and how sales come in."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from billetbro.models import Purchase, Ticket
from billetbro.warehouse.privacy.pseudonymise import Row
from tests.cases import cases
from tests.integration.warehouse.examples import (
    ADULT,
    CHILD,
    CURRENT,
    EVENT,
    FIRST,
    HOUR,
    MONDAY,
    PSEUDONYMISE,
    SECOND,
    VIEWS,
    Till,
    another,
    export,
    exported,
    standing,
    view,
)

LIBRARY = {"library": "herlev", "library_name": "herlev"}
ABOUT = LIBRARY | {"event_id": 10, "title": "Foredrag"}
PLACE = {"branch": "Hovedbiblioteket", "category": "Foredrag"}
CANCELLED = replace(
    SECOND, purchase_id=920, transaction_type="cancel", tickets=(Ticket(ticket_id=921, price_id=71, amount_ore=7500),)
)
OVER = MONDAY + timedelta(days=8)


def bought(
    number: int, zip_code: str | None = "2730", *, at: datetime | None = None, buyer: int | None = None
) -> Purchase:
    buyer = number if buyer is None else buyer
    return replace(
        SECOND,
        purchase_id=number * 10,
        customer_profile_id=buyer,
        email=f"buyer-{buyer}@example.com",
        zip_code=zip_code,
        created_at=at,
        tickets=(Ticket(ticket_id=number * 10 + 1, price_id=71, amount_ore=7500),),
    )


def test_sales_by_price_counts_what_is_sold_and_shows_what_is_offered(engine: Engine) -> None:
    unpriced = replace(SECOND, purchase_id=930, tickets=(Ticket(ticket_id=931, price_id=None, amount_ore=100),))
    unknown = replace(SECOND, purchase_id=940, tickets=(Ticket(ticket_id=941, price_id=99, amount_ore=200),))
    unsold = replace(ADULT, price_id=73, name="Pensionist", value_ore=5000)
    till = Till({10: (FIRST, SECOND, CANCELLED, unpriced, unknown)})
    export(engine, till, events=[standing(prices=(ADULT, CHILD, unsold)), another(11)])
    till.sold[10] = (replace(FIRST, tickets=FIRST.tickets[:1]), *till.sold[10][1:])
    export(engine, till, MONDAY + HOUR, events=[standing(prices=(ADULT, CHILD, unsold))], force=True)
    rows = [
        {"price_id": 71, "price_name": "Voksen", "value_ore": 7500} | sold(2, 15000, 2500),
        {"price_id": 72, "price_name": "Barn", "value_ore": 0} | sold(0, 0, 0),
        {"price_id": 73, "price_name": "Pensionist", "value_ore": 5000} | sold(0, 0, 0),
        {"price_id": 99, "price_name": None, "value_ore": None} | sold(1, 200, 0),
        {"price_id": None, "price_name": None, "value_ore": None} | sold(1, 100, 0),
    ]
    assert view(engine, "sales_by_price", "price_id") == [ABOUT | row for row in rows]


def sold(tickets: int, tickets_ore: int, additional_sales_ore: int) -> Row:
    return counted(tickets) | {"tickets_ore": tickets_ore, "additional_sales_ore": additional_sales_ore}


def counted(tickets: int) -> Row:
    """Return the columns of the tickets sold, with the former name."""
    return {"tickets_sold": tickets, "tickets": tickets}


def test_sales_by_price_leaves_out_a_price_that_is_gone_and_was_never_sold(engine: Engine) -> None:
    export(engine, Till({}))
    export(engine, Till({}), MONDAY + HOUR, events=[standing(prices=(ADULT,))], force=True)
    assert [row["price_id"] for row in view(engine, "sales_by_price", "price_id")] == [71]


@pytest.mark.parametrize("name", VIEWS)
def test_view_counts_no_ticket_that_is_released_or_cancelled(engine: Engine, name: str) -> None:
    till = exported(engine, Till({10: (FIRST, SECOND, CANCELLED)}))
    till.sold[10] = (replace(FIRST, tickets=FIRST.tickets[:1]), SECOND, CANCELLED)
    export(engine, till, OVER)
    assert sum(int(str(row["tickets_sold"])) for row in view(engine, name, "library")) == 2


@cases(
    "capacity share",
    ("three of four", 4, Decimal("0.75")),
    ("rounded", 7, Decimal("0.4286")),
    ("more than there are", 2, Decimal("1.5")),
    ("unlimited", None, None),
    ("none", 0, None),
)
def test_capacity_used_is_the_share_of_tickets(engine: Engine, capacity: int | None, share: Decimal | None) -> None:
    export(engine, Till({10: (FIRST, SECOND, CANCELLED)}), events=[standing(capacity=capacity)])
    common = ABOUT | PLACE | {"begin_at": EVENT.begin_at}
    shares = {"share_sold": share, "share": share}
    assert view(engine, "capacity_used", "event_id") == [common | {"capacity": capacity} | counted(3) | shares]


def test_capacity_used_event_that_nothing_is_sold_for_is_empty(engine: Engine) -> None:
    export(engine, Till({}))
    assert [(row["tickets_sold"], row["share_sold"]) for row in view(engine, "capacity_used", "event_id")] == [
        (0, Decimal(0))
    ]


AWAY = dict.fromkeys(("share_no_shows", "share"), Decimal("0.6667"))


@cases(
    "now arrived_at expected",
    ("over", OVER, MONDAY, [counted(3) | {"arrived": 1, "no_shows": 2} | AWAY]),
    ("not over yet", MONDAY, MONDAY, []),
    ("nobody scanned", OVER, None, []),
)
def test_no_shows_tells_of_past_events_that_were_scanned(engine: Engine, now, arrived_at, expected: list[Row]) -> None:
    second = replace(SECOND, tickets=(replace(SECOND.tickets[0], arrived_at=arrived_at),))
    export(engine, Till({10: (FIRST, second, CANCELLED), 11: ()}), now, events=[EVENT, another(11)])
    common = ABOUT | PLACE | {"begin_at": EVENT.begin_at}
    assert view(engine, "no_shows", "event_id") == [common | row for row in expected]


def test_income_by_month_goes_by_the_month_in_denmark_with_what_was_sold_beside(engine: Engine) -> None:
    february = bought(1, at=datetime(2026, 2, 28, 22, 59, tzinfo=UTC))
    march = bought(2, at=datetime(2026, 2, 28, 23, 0, tzinfo=UTC))
    summer = bought(3, at=datetime(2026, 5, 31, 22, 0, tzinfo=UTC))
    undated = bought(4)
    elsewhere = replace(another(11), branch=None, category=None)
    till = Till({10: (FIRST, february, march, summer, CANCELLED), 11: (undated,)})
    export(engine, till, events=[EVENT, elsewhere])
    nowhere = {"branch": None, "category": None}
    assert view(engine, "income_by_month", "month, branch") == [
        of_month(date(2026, 2, 1), 1, 7500, 0) | PLACE,
        of_month(date(2026, 3, 1), 3, 17500, 2500) | PLACE,
        of_month(date(2026, 3, 1), 1, 7500, 0) | nowhere,
        of_month(date(2026, 6, 1), 1, 7500, 0) | PLACE,
    ]


def of_month(month: date, tickets: int, income_ore: int, additional_sales_ore: int) -> Row:
    income = {"income_ore": income_ore, "additional_sales_ore": additional_sales_ore}
    return LIBRARY | {"month": month, "events": 1} | counted(tickets) | income


def test_buyers_by_postal_code_merges_codes_with_few_buyers(engine: Engine) -> None:
    five = [bought(number) for number in range(1, 6)]
    four_and_again = [bought(number, "2740") for number in range(6, 10)] + [bought(10, "2740", buyer=9)]
    one = bought(11, "9990")
    unknown = [bought(number, None) for number in range(12, 14)]
    cancelled = [replace(bought(number, "2740"), transaction_type="cancel") for number in range(14, 16)]
    export(engine, Till({10: (*five, *four_and_again, one, *unknown, *cancelled)}), privacy=PSEUDONYMISE)
    assert view(engine, "buyers_by_postal_code", "zip_code") == [
        of_code("2730", 5, 37500),
        of_code("andre", 6, 45000),
        of_code("ukendt", 2, 15000),
    ]


def of_code(zip_code: str, purchases: int, income_ore: int) -> Row:
    """Return the row of so many purchases of a ticket each."""
    income = {"income_ore": income_ore, "additional_sales_ore": 0}
    return LIBRARY | {"zip_code": zip_code, "purchases": purchases} | counted(purchases) | income


@cases(
    "told",
    ("by phone", [{"customer_profile_id": None, "email": None}] * 5),
    ("nobody", [{"customer_profile_id": None, "email": None, "phone_number": None, "full_name": None}] * 5),
    ("one address", [{"customer_profile_id": number, "email": "family@example.com"} for number in range(5)]),
    ("one profile", [{"customer_profile_id": 7, "email": f"another-{number}@example.com"} for number in range(5)]),
    (
        "with a profile and without",
        [{"customer_profile_id": profile, "email": "one@example.com"} for profile in (None, 7, 7, None, 7)],
    ),
)
def test_buyers_by_postal_code_takes_no_person_for_several(engine: Engine, told: list[dict[str, object]]) -> None:
    purchases = [replace(bought(number), **changes) for number, changes in enumerate(told, start=1)]  # type: ignore[arg-type]
    others = [bought(number) for number in range(11, 14)]
    export(engine, Till({10: (*purchases, *others)}))
    assert [row["zip_code"] for row in view(engine, "buyers_by_postal_code", "zip_code")] == ["andre"]


def test_booking_curve_counts_the_days_until_the_event(engine: Engine) -> None:
    begin_at = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)  # half past midnight on the day when the clocks go forward
    times = [
        begin_at - timedelta(days=20),
        begin_at - timedelta(days=20) + HOUR,
        begin_at - timedelta(days=1),
        datetime(2026, 3, 29, 21, 59, tzinfo=UTC),
        datetime(2026, 3, 29, 22, 0, tzinfo=UTC),
    ]
    purchases = [bought(number, at=at) for number, at in enumerate(times, start=1)]
    untimed = replace(another(11), begin_at=None, current=replace(CURRENT, event_id=11, begin_at=None, prices=None))
    export(
        engine,
        Till({10: (*purchases, CANCELLED), 11: (bought(9),)}),
        events=[replace(EVENT, begin_at=begin_at), untimed],
    )
    common = ABOUT | {"begin_at": begin_at, "capacity": 100}
    assert view(engine, "booking_curve", "days_before DESC") == [
        common | {"days_before": 20, "tickets_so_far": 2} | counted(2),
        common | {"days_before": 1, "tickets_so_far": 3} | counted(1),
        common | {"days_before": 0, "tickets_so_far": 4} | counted(1),
        common | {"days_before": -1, "tickets_so_far": 5} | counted(1),
    ]
