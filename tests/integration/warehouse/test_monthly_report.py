"""The monthly report's figures over the warehouse as the export fills it; each number is computed by hand."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from billetbro.messages.catalogue import Translator
from billetbro.models import Purchase, Ticket
from billetbro.settings.libraries import Library, load_settings
from billetbro.warehouse.ingest.reading import ExportEvent
from billetbro.warehouse.reports.figures import Figures, Part, Totals, figures_of
from billetbro.warehouse.reports.month import Month
from billetbro.warehouse.reports.queries import read_rows
from billetbro.warehouse.reports.report import make_report, store_report
from billetbro.warehouse.reports.report_files import StoreShelf
from demo.environment import LIBRARIES
from tests.cases import cases
from tests.integration.warehouse.examples import CURRENT, EVENT, FIRST, SECOND, Till, export

ZONE = ZoneInfo("Europe/Copenhagen")
OCTOBER = Month(2026, 10)
AFTER = datetime(2026, 11, 2, 9, tzinfo=UTC)


def held(event_id: int, begin_at: datetime, capacity: int | None = 10, **values: object) -> ExportEvent:
    current = replace(CURRENT, event_id=event_id, capacity=capacity, begin_at=begin_at)
    own = {"uuid": f"uuid-{event_id}", "title": f"Nr. {event_id}"} | values
    end_at = begin_at + timedelta(hours=2)
    return replace(EVENT, event_id=event_id, begin_at=begin_at, end_at=end_at, current=current, **own)  # type: ignore[arg-type]


def bought(number: int, at: datetime, *amounts: int, came: int = 0) -> Purchase:
    tickets = tuple(
        Ticket(ticket_id=number * 10 + nth, price_id=71, amount_ore=ore, arrived_at=at if nth < came else None)
        for nth, ore in enumerate(amounts)
    )
    return replace(
        SECOND, purchase_id=number, created_at=at, total_ore=sum(amounts), tickets=tickets, customer_profile_id=number
    )


def figures(engine: Engine, month: Month = OCTOBER, library: str = "herlev") -> Figures:
    return figures_of(read_rows(engine, library, month, ZONE), month, ZONE)


def local(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZONE)


def fill(engine: Engine, events: Sequence[ExportEvent], sold: dict[int, Sequence[Purchase]], now: datetime) -> None:
    export(engine, Till(sold), now, events=events, force=True)


def test_month_is_added_up_with_refunds_scans_and_additional_sales(engine: Engine) -> None:
    events = [
        held(10, local(10, 20)),
        held(11, local(10, 21), None, branch=None, category=None),
        held(12, local(9, 21)),
        held(13, local(10, 25)),
    ]
    with_coffee = replace(FIRST, created_at=local(10, 2), purchase_id=900)  # 7500 + 2500 for coffee, and one for 0
    sold: dict[int, Sequence[Purchase]] = {
        10: (bought(1, local(10, 1), 5000, 5000, 5000, came=2), with_coffee),
        11: (bought(2, local(10, 5), 8000),),
        12: (bought(3, local(9, 3), 4000, 4000),),
        13: (bought(4, local(10, 6), 6000, 6000),),
    }
    fill(engine, events, sold, local(10, 7))
    sold[13] = (replace(sold[13][0], transaction_type="cancel"),)
    fill(engine, events, sold, local(10, 8))
    fill(engine, events, sold, AFTER)
    found = figures(engine)
    assert found.totals == Totals(
        tickets=6,  # 3 + 2 + 1
        income_ore=33000,  # 15000 + 10000 + 8000
        cancelled_tickets=2,
        cancelled_ore=12000,
        held=2,  # what was called off was not held
        seats=10,  # unlimited ones have none
        seats_sold=5,
        expected=5,
        absent=3,
    )
    assert found.before == Totals(tickets=2, income_ore=8000, held=1, seats=10, seats_sold=2)
    assert found.branches == (Part("Hovedbiblioteket", 5, 25000), Part(None, 1, 8000))
    shown = {day.day: (day.tickets, day.income_ore) for day in found.days if day.tickets}
    assert shown == {date(2026, 10, 1): (3, 15000), date(2026, 10, 2): (2, 10000), date(2026, 10, 5): (1, 8000)}
    assert ([one.title for one in found.best], [one.title for one in found.unlimited]) == (["Nr. 10"], ["Nr. 11"])


@cases(
    "month inside outside",
    (
        "clocks go back",
        OCTOBER,
        [datetime(2026, 9, 30, 22, 0, tzinfo=UTC), datetime(2026, 10, 31, 22, 59, 59, tzinfo=UTC)],
        [datetime(2026, 9, 30, 21, 59, 59, tzinfo=UTC), datetime(2026, 10, 31, 23, 0, tzinfo=UTC)],
    ),
    (
        "clocks go forward",
        Month(2026, 3),
        [datetime(2026, 2, 28, 23, 0, tzinfo=UTC), datetime(2026, 3, 31, 21, 59, 59, tzinfo=UTC)],
        [datetime(2026, 2, 28, 22, 59, 59, tzinfo=UTC), datetime(2026, 3, 31, 22, 0, tzinfo=UTC)],
    ),
)
def test_month_begins_and_ends_at_midnight_where_the_library_is(
    engine: Engine, month: Month, inside: list[datetime], outside: list[datetime]
) -> None:
    purchases = [bought(number, at, 100) for number, at in enumerate(inside + outside, start=1)]
    fill(engine, [held(number, at) for number, at in enumerate(inside + outside, start=10)], {10: purchases}, AFTER)
    found = figures(engine, month)
    assert (found.totals.tickets, found.totals.held, sum(day.tickets for day in found.days)) == (2, 2, 2)
    assert found.days[0].tickets == found.days[-1].tickets == 1
    assert figures(engine, month.next).before == found.totals


def test_released_ticket_counts_as_cancelled_when_it_was_seen(engine: Engine) -> None:
    event = [held(10, local(10, 30))]
    fill(engine, event, {10: (bought(1, local(9, 5), 5000, 4000),)}, local(9, 6))
    fill(engine, event, {10: (bought(1, local(9, 5), 5000),)}, local(10, 6))
    october, september = figures(engine).totals, figures(engine, OCTOBER.before).totals
    assert (october.tickets, october.cancelled_tickets, october.cancelled_ore) == (0, 1, 4000)
    assert (september.tickets, september.income_ore, september.cancelled_tickets) == (1, 5000, 0)


def test_event_that_sold_nothing_is_held_and_never_the_best(engine: Engine) -> None:
    fill(engine, [held(10, local(10, 3)), held(11, local(10, 4))], {}, AFTER)
    found = figures(engine)
    assert found.totals == Totals(held=2, seats=20)
    assert (found.best, sorted(one.title for one in found.worst)) == ((), ["Nr. 10", "Nr. 11"])


def test_other_librarys_sales_are_not_in_it(engine: Engine) -> None:
    fill(engine, [held(10, local(10, 3))], {10: (bought(1, local(10, 1), 100),)}, AFTER)
    nothing = figures(engine, library="solbjerg")
    assert (nothing.totals, nothing.before, nothing.events, nothing.as_of) == (Totals(), Totals(), (), None)


@pytest.fixture
def library() -> Library:
    return load_settings(LIBRARIES).libraries[0].model_copy(update={"id": "herlev"})


def test_report_made_again_replaces_its_two_files_with_the_same(engine: Engine, library: Library, tmp_path) -> None:
    fill(engine, [held(10, local(10, 3), title="=1+1<b>")], {10: (bought(1, local(10, 1), 123456),)}, AFTER)
    shelf = StoreShelf(name="reports", root=tmp_path)
    stored = []
    for _ in range(2):
        page, rows = store_report(shelf, library.id, make_report(engine, library, OCTOBER, Translator()))
        stored.append({one.relative_to(tmp_path).as_posix(): one.read_bytes() for one in tmp_path.rglob("*.*")})
    folder = "herlev/2026-10/herlev-2026-10"
    assert (page, rows) == (f"{tmp_path}/{folder}.html", f"{tmp_path}/{folder}.csv")
    assert (stored[0] == stored[1], sorted(stored[0])) == (True, [f"{folder}.csv", f"{folder}.html"])
    html, csv_ = (stored[0][f"{folder}.{ending}"] for ending in ("html", "csv"))
    assert ("=1+1&lt;b&gt;" in html.decode(), "1.234,56" in html.decode(), csv_[:3]) == (True, True, b"\xef\xbb\xbf")
    (row,) = csv.DictReader(csv_.decode("utf-8-sig").splitlines(), delimiter=";")
    assert (row["Arrangement"], row["Indtægt i måneden"], row["Pladser"]) == ("'=1+1<b>", "1234,56", "10")


def test_report_holds_nothing_of_the_buyers(engine: Engine, library: Library) -> None:
    buyers = {10: (replace(FIRST, created_at=local(10, 2)), replace(SECOND, created_at=local(10, 3)))}
    fill(engine, [held(10, local(10, 3))], buyers, AFTER)
    report = make_report(engine, library, OCTOBER, Translator())
    whole = (report.html + report.csv.decode()).casefold()
    traces = ("testesen", "prøvesen", "example.com", "12 34 56 78", "87654321", "2730", "nødder", "77001122")
    assert [one for one in traces if one in whole] == []
