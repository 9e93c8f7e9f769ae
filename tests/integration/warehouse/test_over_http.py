"""Exports from the stand-in Place2book, through its API: what buyers and staff do arrives in the reports."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from include.api.place2book import Place2bookClient
from include.sandbox.server import Sandbox
from include.store.warehouse_tables import purchases, tickets
from include.warehouse.event_rows import ExportEvent
from include.warehouse.purchases import ExportSummary, export_purchases
from tests.integration.warehouse.examples import HOUR, LIBRARY, PSEUDONYMISE, contents, text_of_all_tables, view

NOW = datetime.now(UTC).replace(microsecond=0)
MAKER = 5100


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Run the stand-ins, in which 'Krimiaften med lokale forfattere' has sold three tickets."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Place2bookClient]:
    """Give a client of Place2book, with everything as it was seeded."""
    sandbox.reset()
    with Place2bookClient(sandbox.place2book_url, sandbox.place2book_token, connection="place2book") as client:
        yield client


def evening(sandbox: Sandbox, client: Place2bookClient) -> ExportEvent:
    event_id = sandbox.place2book.find("Krimiaften med lokale forfattere").id
    current = replace(client.event(MAKER, event_id), prices=client.prices(MAKER, event_id))
    return ExportEvent(
        uuid="5f0c",
        title=current.name,
        event_maker=MAKER,
        event_id=event_id,
        begin_at=current.begin_at,
        end_at=current.end_at,
        current=current,
    )


def run(engine: Engine, client: Place2bookClient, events: list[ExportEvent], now: datetime) -> ExportSummary:
    return export_purchases(engine, LIBRARY, events, client.purchases, PSEUDONYMISE, now)


def test_export_over_http_follows_what_buyers_and_staff_do(
    engine: Engine, sandbox: Sandbox, client: Place2bookClient
) -> None:
    event = evening(sandbox, client)
    assert run(engine, client, [event], NOW).purchases_new == 2
    assert run(engine, client, [evening(sandbox, client)], NOW + HOUR).events_exported == 0

    first, second = sandbox.place2book.purchases(event.event_id)
    sandbox.place2book.buy(event.event_id, quantity=1)
    sandbox.place2book.refund(second.id)
    sandbox.place2book.release(first.tickets[1].id)
    sandbox.place2book.arrive(first.tickets[0].id)
    summary = run(engine, client, [evening(sandbox, client)], NOW + 2 * HOUR)

    assert (summary.reasons, summary.purchases_new, summary.purchases_cancelled, summary.tickets_released) == (
        {"available_changed": 1},
        1,
        1,
        1,
    )
    assert [row["cancelled_at"] for row in contents(engine, purchases, "cancelled_at")].count(NOW + 2 * HOUR) == 1
    sold = view(engine, "attendance", "event_id")
    assert [(row["tickets_sold"], row["arrived"]) for row in sold] == [(2, 1)]


def test_export_over_http_leaves_no_trace_of_the_buyers(
    engine: Engine, sandbox: Sandbox, client: Place2bookClient
) -> None:
    event = evening(sandbox, client)
    run(engine, client, [event], NOW)
    barcodes = [ticket.barcode for bought in sandbox.place2book.purchases(event.event_id) for ticket in bought.tickets]
    stored = text_of_all_tables(engine).casefold()
    traces = ("testesen", "prøvesen", "example.com", "00 00 00", "nødder", "plakat")
    assert [trace for trace in traces if trace in stored] == []
    # As a word: a pseudonym may hold a "b" and six digits by chance.
    assert {barcode.casefold() for barcode in barcodes} & set(re.findall(r"\w+", stored)) == set()
    assert len(contents(engine, tickets)) == len(barcodes) == 3


def test_export_over_http_refund_and_sale_that_cancel_out_are_noticed(
    engine: Engine, sandbox: Sandbox, client: Place2bookClient
) -> None:
    event = evening(sandbox, client)
    run(engine, client, [event], NOW)
    companion = next(price for price in event.current.prices or () if price.name == "Ledsager")
    sandbox.place2book.refund(sandbox.place2book.purchases(event.event_id)[1].id)
    sandbox.place2book.buy(event.event_id, companion.price_id)
    later = evening(sandbox, client)
    assert later.current.available_tickets == event.current.available_tickets
    assert run(engine, client, [later], NOW + HOUR).reasons == {"sold_changed": 1}


def test_export_over_http_refund_and_sale_at_one_price_are_noticed_within_a_day(
    engine: Engine, sandbox: Sandbox, client: Place2bookClient
) -> None:
    event = evening(sandbox, client)
    run(engine, client, [event], NOW)
    refunded = sandbox.place2book.purchases(event.event_id)[1]
    sandbox.place2book.refund(refunded.id)
    sandbox.place2book.buy(event.event_id, refunded.tickets[0].price_id, quantity=len(refunded.tickets))
    assert run(engine, client, [evening(sandbox, client)], NOW + HOUR).reasons == {}
    summary = run(engine, client, [evening(sandbox, client)], NOW + timedelta(days=1))
    assert (summary.reasons, summary.purchases_new, summary.purchases_cancelled) == ({"daily": 1}, 1, 1)


def test_export_over_http_event_deleted_by_staff_is_a_failure_that_names_it(
    engine: Engine, sandbox: Sandbox, client: Place2bookClient
) -> None:
    event = evening(sandbox, client)
    run(engine, client, [event], NOW)
    sandbox.place2book.delete(event.event_id)
    summary = run(engine, client, [event], NOW + timedelta(days=1))
    assert (summary.events_exported, len(summary.failures)) == (0, 1)
    assert summary.failures[0].startswith(f"'{event.title}' (Place2book event {event.event_id}): ")
    assert len(contents(engine, purchases)) == 2
