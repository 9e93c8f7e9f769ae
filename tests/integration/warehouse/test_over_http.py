"""Exports from the stand-in Place2book, through its API: what buyers and staff do arrives in the reports."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from billetbro.api.place2book.client import Place2bookClient
from billetbro.messages.catalogue import Translator
from billetbro.store.schema.warehouse_tables import purchases, tickets
from billetbro.warehouse.ingest.purchases import Export, ExportSummary, export_purchases
from billetbro.warehouse.ingest.reading import ExportEvent
from sandbox.place2book_records import Buyer
from sandbox.server import Sandbox
from tests.integration.warehouse.examples import HOUR, LIBRARY, PSEUDONYMISE, contents, text_of_all_tables, view

NOW = datetime.now(UTC).replace(microsecond=0)
MAKER = 5100


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Place2bookClient]:
    sandbox.reset()
    with Place2bookClient(sandbox.place2book_url, sandbox.place2book_token, connection="place2book") as client:
        yield client


def evening(sandbox: Sandbox, client: Place2bookClient, name: str = "Krimiaften med lokale forfattere") -> ExportEvent:
    event_id = sandbox.place2book.find(name).id
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
    work = Export(engine=engine, library=LIBRARY, read_purchases=client.purchases, privacy=PSEUDONYMISE)
    return export_purchases(work, events, now)


def test_export_over_http_follows_buyers_and_staff(engine: Engine, sandbox: Sandbox, client: Place2bookClient) -> None:
    event = evening(sandbox, client)
    assert run(engine, client, [event], NOW).purchases_new == 2
    assert run(engine, client, [evening(sandbox, client)], NOW + HOUR).events_exported == 0
    first, second = sandbox.place2book.purchases(event.event_id)
    sandbox.place2book.buy(event.event_id, quantity=1)
    sandbox.place2book.refund(second.id)
    sandbox.place2book.release(first.tickets[1].id)
    sandbox.place2book.arrive(first.tickets[0].id)
    summary = run(engine, client, [evening(sandbox, client)], NOW + 2 * HOUR)
    found = (summary.reasons, summary.purchases_new, summary.purchases_cancelled, summary.tickets_released)
    assert found == ({"available_changed": 1}, 1, 1, 1)
    assert [row["cancelled_at"] for row in contents(engine, purchases, "cancelled_at")].count(NOW + 2 * HOUR) == 1
    sold = view(engine, "attendance", "event_id")
    assert [(row["tickets_sold"], row["arrived"]) for row in sold] == [(2, 1)]


def test_export_over_http_leaves_no_trace_of_buyers(engine: Engine, sandbox: Sandbox, client: Place2bookClient) -> None:
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
    assert (
        Translator("en").say(summary.failures[0]).startswith(f"'{event.title}' (Place2book event {event.event_id}): ")
    )
    assert len(contents(engine, purchases)) == 2


def two(sandbox: Sandbox, client: Place2bookClient) -> list[ExportEvent]:
    state, name = sandbox.place2book, "Krimiaften, ekstra dato"
    if not any(event.fields.name == name for event in state.events):
        first = state.find("Krimiaften med lokale forfattere")
        prices = [replace(price.fields, sale_end_at=None) for price in first.prices.values()]
        state.create(MAKER, replace(first.fields, name=name), prices)
    return [evening(sandbox, client), evening(sandbox, client, name)]


def sold(engine: Engine) -> list[tuple[object, ...]]:
    columns = ("purchases", "tickets_sold", "income_ore")
    return [tuple(row[name] for name in columns) for row in view(engine, "sales_by_event", "event_id")]


def test_export_over_http_of_a_purchase_of_two_events_counts_for_each_its_own(
    engine: Engine, sandbox: Sandbox, client: Place2bookClient
) -> None:
    events = two(sandbox, client)
    run(engine, client, events, NOW)
    before = sold(engine)
    here, there = sandbox.place2book.buy_together([event.event_id for event in events], quantity=2)
    summary = run(engine, client, two(sandbox, client), NOW + HOUR)
    part = sum(ticket.amount for ticket in here.tickets)
    assert (here.id, here.total, part) == (there.id, 2 * part, sum(ticket.amount for ticket in there.tickets))
    assert sold(engine) == [(bought + 1, tickets + 2, ore + part) for bought, tickets, ore in before]
    assert (summary.problems, summary.tickets_released) == ({}, 0)


def test_export_over_http_of_a_purchase_that_moves_leaves_no_problem_and_counts_once(
    engine: Engine, sandbox: Sandbox, client: Place2bookClient
) -> None:
    events = two(sandbox, client)
    run(engine, client, events, NOW)
    (bought, tickets, ore), nothing = sold(engine)
    moved = sandbox.place2book.purchases(events[0].event_id)[0]
    sandbox.place2book.move(moved.id, events[1].event_id)
    summary = run(engine, client, two(sandbox, client), NOW + HOUR)
    assert (nothing, summary.problems, summary.failures) == ((0, 0, 0), {}, ())
    count = len(moved.tickets)
    assert sold(engine) == [(bought - 1, tickets - count, ore - moved.total), (1, count, moved.total)]


@pytest.mark.parametrize("listed_first", [False, True], ids=["listed last", "listed first"])
def test_export_over_http_of_tickets_that_are_sold_again_gives_them_to_the_buyer(
    engine: Engine, sandbox: Sandbox, client: Place2bookClient, listed_first: bool
) -> None:
    event = evening(sandbox, client)
    run(engine, client, [event], NOW)
    before = sold(engine)
    first = sandbox.place2book.purchases(event.event_id)[0]
    again = sandbox.place2book.resell(first.id, Buyer(full_name="Ny Køber"), listed_first=listed_first)
    summary = run(engine, client, [evening(sandbox, client)], NOW + timedelta(days=1))
    ((bought, count, ore),) = before
    assert (summary.problems, sold(engine)) == ({}, [(bought, count, ore - first.total + again.total)])
    owners = {row["ticket_id"]: row["purchase_id"] for row in contents(engine, tickets, "ticket_id", "purchase_id")}
    assert {owners[ticket.id] for ticket in again.tickets} == {again.id}


def test_export_over_http_of_a_purchase_whose_time_cannot_be_read_says_so(
    engine: Engine, sandbox: Sandbox, client: Place2bookClient
) -> None:
    event = evening(sandbox, client)
    bought = sandbox.place2book.purchases(event.event_id)[0]
    bought.written_at = "i går"
    assert run(engine, client, [event], NOW).problems == {"unreadable": 1}
    bought.written_at = None
    assert run(engine, client, [event], NOW + timedelta(days=1)).problems == {}
    assert contents(engine, purchases, "created_at")[0]["created_at"] == bought.created_at.replace(microsecond=0)
