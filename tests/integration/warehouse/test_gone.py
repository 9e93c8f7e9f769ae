"""What is cancelled, released or removed is marked and dated; nothing is deleted."""

from dataclasses import replace

from sqlalchemy import Engine

from billetbro.store.schema.warehouse_tables import additional_sales, prices, purchases, tickets
from tests.cases import cases
from tests.integration.warehouse.examples import (
    ADULT,
    CHILD,
    EVENT,
    FIRST,
    HOUR,
    MONDAY,
    SECOND,
    Till,
    contents,
    export,
    exported,
    standing,
)

CANCELLED = replace(FIRST, transaction_type="cancel")
LATER = MONDAY + HOUR


def cancellations(engine: Engine) -> list[tuple[object, ...]]:
    return [
        tuple(row.values()) for row in contents(engine, purchases, "purchase_id", "transaction_type", "cancelled_at")
    ]


def released(engine: Engine) -> dict[object, object]:
    return {row["ticket_id"]: row["released_at"] for row in contents(engine, tickets, "ticket_id", "released_at")}


def removed(engine: Engine) -> dict[object, object]:
    return {row["price_id"]: row["removed_at"] for row in contents(engine, prices, "price_id", "removed_at")}


def test_export_purchase_that_becomes_cancelled_is_dated_once(engine: Engine) -> None:
    till = exported(engine, Till())
    till.sold[10] = (CANCELLED, SECOND)
    summary = export(engine, till, LATER, force=True)
    assert (summary.purchases_new, summary.purchases_changed, summary.purchases_cancelled) == (0, 1, 1)
    again = export(engine, till, LATER + HOUR, force=True)
    assert (again.purchases_new, again.purchases_changed, again.purchases_cancelled) == (0, 0, 0)
    assert cancellations(engine) == [(900, "cancel", LATER), (910, "completed", None)]


def test_export_purchase_cancelled_before_it_was_seen_is_dated(engine: Engine) -> None:
    summary = export(engine, Till({10: (CANCELLED,)}))
    assert (summary.purchases_new, summary.purchases_changed, summary.purchases_cancelled) == (1, 0, 1)
    assert cancellations(engine) == [(900, "cancel", MONDAY)]


def test_export_purchase_completed_again_loses_its_date(engine: Engine) -> None:
    till = exported(engine, Till({10: (CANCELLED,)}))
    till.sold[10] = (FIRST,)
    summary = export(engine, till, LATER, force=True)
    assert (summary.purchases_changed, summary.purchases_cancelled) == (1, 0)
    assert cancellations(engine) == [(900, "completed", None)]


def test_export_ticket_no_longer_listed_is_released_until_it_is_back(engine: Engine) -> None:
    till = exported(engine, Till())
    till.sold[10] = (replace(FIRST, tickets=FIRST.tickets[:1]), SECOND)
    assert export(engine, till, LATER, force=True).tickets_released == 1
    assert export(engine, till, LATER + HOUR, force=True).tickets_released == 0
    assert released(engine) == {901: None, 902: LATER, 911: None}
    till.sold[10] = (FIRST, SECOND)
    assert export(engine, till, LATER + 2 * HOUR, force=True).tickets_released == 0
    assert released(engine) == {901: None, 902: None, 911: None}


def test_export_purchase_no_longer_listed_stays_and_its_tickets_are_released(engine: Engine) -> None:
    till = exported(engine, Till())
    till.sold[10] = (FIRST,)
    assert export(engine, till, LATER, force=True).tickets_released == 1
    assert released(engine) == {901: None, 902: None, 911: LATER}
    found = [tuple(row.values()) for row in contents(engine, purchases, "purchase_id", "last_seen_at")]
    assert found == [(900, LATER), (910, MONDAY)]


def test_export_additional_sale_no_longer_listed_is_released(engine: Engine) -> None:
    till = exported(engine, Till())
    without_coffee = replace(FIRST.tickets[0], additional_sales=())
    till.sold[10] = (replace(FIRST, tickets=(without_coffee, FIRST.tickets[1])), SECOND)
    export(engine, till, LATER, force=True)
    assert contents(engine, additional_sales, "additional_sale_id", "amount_ore", "released_at") == [
        {"additional_sale_id": 5, "amount_ore": 2500, "released_at": LATER}
    ]


def test_export_what_is_marked_has_changed(engine: Engine) -> None:
    till = exported(engine, Till())
    till.sold[10] = (replace(FIRST, tickets=()), SECOND)
    export(engine, till, LATER, events=[standing(prices=(ADULT,))])
    marks = {tickets: "released_at", additional_sales: "released_at", prices: "removed_at"}
    assert {
        table.name: [tuple(row.values()) for row in contents(engine, table, mark, "changed_at")]
        for table, mark in marks.items()
    } == {
        "tickets": [(LATER, LATER), (LATER, LATER), (None, MONDAY)],
        "additional_sales": [(LATER, LATER)],
        "prices": [(None, MONDAY), (LATER, LATER)],
    }


def test_export_price_deleted_after_it_was_seen_is_kept_for_its_tickets(engine: Engine) -> None:
    export(engine, Till())
    export(engine, Till(), LATER, events=[standing(prices=(ADULT,))])
    assert removed(engine) == {71: None, 72: LATER}
    assert [row["price_id"] for row in contents(engine, tickets, "price_id")] == [71, 72, 71]
    export(engine, Till(), LATER + HOUR, events=[standing(prices=(ADULT, CHILD))])
    assert removed(engine) == {71: None, 72: None}


@cases("listed removed_at", ("prices read", (ADULT,), MONDAY), ("prices not read", None, None))
def test_export_price_deleted_before_it_was_seen_is_made_up_for_its_tickets(engine: Engine, listed, removed_at) -> None:
    export(engine, Till({10: (FIRST,)}), events=[standing(prices=listed)])
    found = contents(engine, prices, "price_id", "event_id", "name", "value_ore", "removed_at")[-1]
    assert found == {"price_id": 72, "event_id": 10, "name": None, "value_ore": None, "removed_at": removed_at}
    assert export(engine, Till(), LATER, events=[standing(prices=listed)]).reasons == {}


def test_export_prices_not_read_this_time_leaves_them_listed(engine: Engine) -> None:
    export(engine, Till())
    export(engine, Till(), LATER, events=[standing(prices=None)], force=True)
    assert removed(engine) == {71: None, 72: None}


def test_export_sold_price_that_vanished_is_a_change_once(engine: Engine) -> None:
    export(engine, Till())
    gone = standing(prices=(ADULT,))
    assert export(engine, Till(), LATER, events=[gone]).reasons == {"sold_changed": 1}
    assert export(engine, Till(), LATER + HOUR, events=[gone]).reasons == {}


def test_export_purchase_listed_twice_is_stored_as_listed_last(engine: Engine) -> None:
    summary = export(engine, Till({10: (FIRST, CANCELLED)}), events=[EVENT])
    assert (summary.purchases_new, summary.purchases_cancelled) == (1, 1)
    assert cancellations(engine) == [(900, "cancel", MONDAY)]
