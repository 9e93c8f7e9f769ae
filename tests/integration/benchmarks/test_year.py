"""The benchmark's year is the same every time and adds up, and a small one runs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.year import Year
from benchmarks.year_export import Round, Stock, export_first, export_hourly, forget_before
from benchmarks.year_server import serving
from demo.environment import EmbeddedPostgres

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def a_year() -> Year:
    return Year(libraries=2, purchases=200, now=NOW)


def test_year_has_about_the_purchases_asked_for_in_every_library() -> None:
    year = a_year()
    bought = {maker: sum(len(list(year.bought(event))) for event in year.event_ids(maker)) for maker in year.makers}
    assert bought == {5000: 97, 5001: 104}


def test_year_sold_tickets_are_those_of_the_purchases_that_were_not_cancelled() -> None:
    year = a_year()
    event_id = year.event_ids(5001)[3]
    year.sell([event_id])
    bought = list(year.bought(event_id))
    lasting = [purchase for purchase in bought if purchase["transaction_type"] == "completed"]
    tickets = [ticket for purchase in lasting for ticket in purchase["tickets"]]
    metadata = year.event(event_id)["metadata"]
    assert len(bought) > len(lasting)
    assert sum(price["sold_tickets"] for price in year.prices(event_id)) == len(tickets)
    assert metadata["available_tickets"] == 500 - len(tickets)
    assert (list(a_year().bought(event_id)), bought[-1]["created_at"]) == (bought[:-1], "2026-03-02T11:00:00Z")


@pytest.mark.long
def test_year_is_exported_once_and_then_only_what_is_new(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    year, whole = a_year(), postgres.create_database("year_whole")
    with serving(year) as server:
        stock = Stock(database_url=whole, server=server, year=year, files=tmp_path)
        first = export_first(stock)
        half = postgres.create_database("year_half", template="year_whole")
        forget_before(half, NOW - timedelta(days=122))
        hours = export_hourly(stock)
    year = a_year()
    with serving(year) as server:
        hours_of_half = export_hourly(Stock(database_url=half, server=server, year=year))
    assert told(first) == [("first", 20, 201)]
    assert told(hours) == told(hours_of_half) == [("no news", 0, 0), ("1 event", 1, 1), ("1 % of events", 0, 0)]
    postgres.drop_database("year_half")
    postgres.drop_database("year_whole")


def told(rounds: list[Round]) -> list[tuple[str, int, int]]:
    return [(run.name, run.events, run.purchases) for run in rounds]
