"""What the page of sales asks the warehouse."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.event import listen

from billetbro.models import CurrentEvent, Ticket
from billetbro.warehouse.ingest.reading import ExportEvent
from billetbro.warehouse.sales.period import Period, period_asked_for
from billetbro.warehouse.sales.queries import read_events, read_extremes, read_kinds, read_libraries, read_sold
from billetbro.warehouse.sales.rows import DaySales, Held, LibrarySales, Sold
from tests.cases import cases
from tests.integration.warehouse.examples import EVENT, FIRST, MONDAY, SECOND, Till, export

NOW = MONDAY + timedelta(days=30)
MARCH = Period(first=date(2026, 3, 1), last=date(2026, 3, 31))
LIBRARIES = ("herlev", "odder")
SEATS = EVENT.current


def on_sale(event_id: int, *, begin_at: datetime = EVENT.begin_at, **current: object) -> ExportEvent:  # type: ignore[assignment]
    """Return an event without prices that ends an hour after its start."""
    given: CurrentEvent = replace(SEATS, event_id=event_id, prices=(), **current)  # type: ignore[arg-type]
    return replace(
        EVENT,
        event_id=event_id,
        uuid=f"uuid-{event_id}",
        title=f"Nr. {event_id}",
        current=given,
        begin_at=begin_at,
        end_at=begin_at + timedelta(hours=1),
    )


def bought(event_id: int, tickets: int, arrived: int = 0, ore: int = 100):  # type: ignore[no-untyped-def]
    """Return a purchase of so many tickets, of which the first were scanned."""
    each = tuple(
        Ticket(
            ticket_id=event_id * 1000 + number,
            price_id=None,
            amount_ore=ore,
            arrived_at=MONDAY if number < arrived else None,
        )
        for number in range(tickets)
    )
    return replace(SECOND, purchase_id=event_id * 1000, total_ore=tickets * ore, tickets=each)


def sell(engine: Engine, *events: tuple[ExportEvent, object], library: str = "herlev") -> None:
    sold = {event.event_id: (purchase,) if purchase else () for event, purchase in events}
    export(engine, Till(sold), NOW, events=[event for event, _ in events], library=library)  # type: ignore[arg-type]


def test_sales_of_a_period_are_by_danish_day_and_by_library(engine: Engine) -> None:
    last = replace(SECOND, created_at=datetime(2026, 3, 31, 21, 59, tzinfo=UTC))
    after = replace(bought(11, 1), created_at=datetime(2026, 3, 31, 22, 0, tzinfo=UTC))
    export(engine, Till({10: (FIRST, last), 11: (after,)}), events=[EVENT, on_sale(11)])
    export(engine, Till({20: (bought(20, 4),)}), events=[on_sale(20)], library="ribe")
    with engine.connect() as connection:
        days, libraries = read_sold(connection, LIBRARIES, MARCH)
    assert len(days) == 31
    assert [one for one in days if one.sold != Sold()] == [
        DaySales(day=date(2026, 3, 1), sold=Sold(purchases=1, tickets=2, income_ore=10000, additional_sales_ore=2500)),
        DaySales(day=date(2026, 3, 31), sold=Sold(purchases=1, tickets=1, income_ore=7500)),
    ]
    assert libraries == {"herlev": Sold(purchases=2, tickets=3, income_ore=17500, additional_sales_ore=2500)}


def test_events_held_tell_of_seats_and_of_who_stayed_away(engine: Engine) -> None:
    sell(
        engine,
        (on_sale(10, capacity=10), bought(10, 10, arrived=8)),
        (on_sale(11, capacity=8), bought(11, 2)),  # nobody was scanned
        (on_sale(12, capacity=None), bought(12, 5, arrived=5)),
        (on_sale(13, capacity=4), None),
        (on_sale(14, begin_at=NOW + timedelta(hours=1)), bought(14, 1)),  # still to come
        (on_sale(15, begin_at=datetime(2026, 2, 28, 22, 59, tzinfo=UTC)), bought(15, 1)),  # the month before
    )
    with engine.connect() as connection:
        herlev, odder = read_libraries(connection, LIBRARIES, MARCH, {}, NOW)
    assert odder == LibrarySales(library="odder", sold=Sold(), held=Held())
    assert herlev.held == Held(events=4, seats=22, seats_sold=12, scanned=15, arrived=13, full=(1, 1, 0, 0, 1))
    assert (herlev.held + herlev.held).no_shows == 4


def test_kinds_tell_free_events_with_a_waiting_list_apart(engine: Engine) -> None:
    sell(
        engine,
        (on_sale(10), bought(10, 4, arrived=3)),
        (on_sale(11), bought(11, 6, arrived=6, ore=0)),
        (on_sale(12, waiting_list=True), bought(12, 8, arrived=2, ore=0)),
    )
    with engine.connect() as connection:
        kinds = read_kinds(connection, LIBRARIES, MARCH, NOW)
    assert [(one.free, one.waiting_list, one.events, one.tickets, one.no_shows) for one in kinds] == [
        (False, False, 1, 4, 1),
        (True, False, 1, 6, 0),
        (True, True, 1, 8, 6),
    ]
    # Bought on 1 March at 23 o'clock, Danish 2 March: seven days before.
    assert kinds[0].booked == (0, 0, 0, 0, 0, 4, 4, 4, 4)


def test_events_that_stand_out_are_the_best_the_worst_and_those_that_people_stayed_away_from(engine: Engine) -> None:
    sell(
        engine,
        *((on_sale(100 + number, capacity=20), bought(100 + number, number, arrived=1)) for number in range(1, 13)),
        (on_sale(120, capacity=None), bought(120, 3)),
        (on_sale(121, capacity=20), None),
    )
    with engine.connect() as connection:
        found = read_extremes(connection, LIBRARIES, MARCH, NOW)
    assert [one.event_id for one in found.best] == [112, 111, 110, 109, 108, 107, 106, 105, 104, 103]
    assert [one.event_id for one in found.worst] == [121, 101, 102, 103, 104, 105, 106, 107, 108, 109]
    assert [one.event_id for one in found.unlimited] == [120]
    assert [(one.event_id, one.no_shows) for one in found.no_shows][:2] == [(112, 11), (111, 10)]


def test_event_that_is_gone_counts_only_if_it_sold(engine: Engine) -> None:
    from billetbro.warehouse.ingest.tombstones import mark_events_gone

    sell(engine, (on_sale(10), bought(10, 1)), (on_sale(11), None))
    mark_events_gone(engine, "herlev", [10, 11], NOW)
    with engine.connect() as connection:
        assert [one.event_id for one in read_events(connection, LIBRARIES, MARCH)] == [10]


def test_nothing_of_a_library_that_is_not_asked_for_is_read(engine: Engine) -> None:
    sell(engine, (on_sale(20, capacity=2), bought(20, 2, arrived=1)), library="ribe")
    with engine.connect() as connection:
        days, sold = read_sold(connection, LIBRARIES, MARCH)
        libraries = read_libraries(connection, LIBRARIES, MARCH, sold, NOW)
        lists = read_extremes(connection, LIBRARIES, MARCH, NOW)
        rest = [*read_kinds(connection, LIBRARIES, MARCH, NOW), *read_events(connection, LIBRARIES, MARCH)]
    assert ({one.sold for one in days}, sold, {one.held for one in libraries}) == ({Sold()}, {}, {Held()})
    assert ([*lists.best, *lists.worst, *lists.unlimited, *lists.no_shows], rest) == ([], [])


def test_page_of_sales_reads_what_was_added_up_and_no_purchase_or_ticket(engine: Engine) -> None:
    sell(engine, (on_sale(10), bought(10, 2)))
    asked: list[str] = []
    listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with engine.connect() as connection:
        _, sold = read_sold(connection, LIBRARIES, MARCH)
        read_libraries(connection, LIBRARIES, MARCH, sold, NOW)
        read_extremes(connection, LIBRARIES, MARCH, NOW)
        read_kinds(connection, LIBRARIES, MARCH, NOW)
        [*read_events(connection, LIBRARIES, MARCH)]
    read = [sorted(set(re.findall(r"(?:FROM|JOIN) warehouse\.(\w+)", statement))) for statement in asked]
    assert read == [["daily_sales"], *[["event_sales", "events"]] * 4]


@cases(
    "first last expected",
    ("nothing", "", "", ("2026-03-03", "2026-04-01")),
    ("both", "2026-01-01", "2026-01-31", ("2026-01-01", "2026-01-31")),
    ("the first", "2026-03-30", "", ("2026-03-30", "2026-04-01")),
    ("the last", "", "2026-02-10", ("2026-01-12", "2026-02-10")),
    ("a day to come", "2026-05-01", "", ("2026-05-01", "2026-05-01")),
)
def test_period_is_the_one_asked_for_or_the_last_thirty_days(first: str, last: str, expected: tuple[str, str]) -> None:
    period = period_asked_for(first, last, datetime(2026, 3, 31, 22, 0, tzinfo=UTC))
    assert (str(period.first), str(period.last)) == expected
    assert period.days[0] == period.first
    assert period.ends_at - period.begins_at >= timedelta(days=len(period.days)) - timedelta(hours=1)


@pytest.mark.parametrize("first", ["2026-04-02", "yesterday", "2026-13-01", "0001-01-01", "9999-12-31", "'; DROP"])
def test_period_that_is_none_is_refused(first: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        period_asked_for(first, "2026-04-01", NOW)
