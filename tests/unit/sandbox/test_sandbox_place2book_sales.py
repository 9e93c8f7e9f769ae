"""Prices, sale windows and purchases of the stand-in for Place2book."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from sandbox.place2book_records import Buyer
from sandbox.place2book_sales import SaleRefusedError
from sandbox.server import Sandbox
from tests.cases import cases
from tests.unit.sandbox.clients import Place2bookClient, zulu


def _status(event: dict[str, Any]) -> tuple[str, bool]:
    return event["metadata"]["sales_status"], event["active"]


def _same(moment: datetime) -> datetime:
    return moment


def test_price_can_be_created_read_replaced_and_deleted(p2b: Place2bookClient) -> None:
    event = p2b.create([])
    created = p2b.send("POST", f"/events/{event['id']}/prices", {"price": {"name": "Voksen", "value": 7500}})
    price = created.json()
    path = f"/events/{event['id']}/prices/{price['id']}"
    assert (created.status_code, created.headers["Location"].endswith(path)) == (201, True)
    assert price == {
        "id": price["id"],
        "name": "Voksen",
        "description": None,
        "value": 7500,
        "sale_begin_at": None,
        "sale_end_at": None,
        "minimum_count": None,
        "maximum_count": None,
        "sold_tickets": 0,
        "door_sales": 0,
        "metadata": {"deleteable": 1},
    }
    assert p2b.send("GET", path).json() == price
    replaced = p2b.send("PUT", path, {"price": {"name": "Pensionist"}})
    assert replaced.json() == {**price, "name": "Pensionist", "value": 0}
    deleted = p2b.send("DELETE", path)
    assert (deleted.status_code, deleted.content, p2b.prices(event["id"])) == (204, b"", [])
    assert p2b.send("GET", path).status_code == 404


def test_event_that_staff_made_smaller_than_was_sold_shows_less_than_nothing_left(p2b: Place2bookClient) -> None:
    event = p2b.create()
    p2b.sandbox.place2book.buy(event["id"], quantity=3)
    p2b.sandbox.place2book.staff_edit(event["id"], capacity=1)
    shown = p2b.event(event["id"])
    assert (shown["metadata"]["available_tickets"], shown["active"]) == (-2, False)
    with pytest.raises(SaleRefusedError, match="only 0 tickets are left"):
        p2b.sandbox.place2book.buy(event["id"])


def test_price_of_the_live_variant_is_wrapped(sandbox: Sandbox) -> None:
    client = Place2bookClient(sandbox, 5000)
    event = client.create()["event"]
    price = client.prices(event["id"])[0]
    assert client.send("GET", f"/events/{event['id']}/prices/{price['id']}").json() == {"price": price}
    assert price["meta_data"] == {"deletable": True}


@cases(
    "body",
    ("not wrapped", {"name": "Voksen", "value": 100}),
    ("no name", {"price": {"value": 100}}),
    ("not whole øre", {"price": {"name": "Voksen", "value": 7.5}}),
    ("negative", {"price": {"name": "Voksen", "value": -1}}),
    ("count is text", {"price": {"name": "Voksen", "maximum_count": "8"}}),
)
def test_price_with_invalid_body_is_refused(p2b: Place2bookClient, body: object) -> None:
    event = p2b.create([])
    assert p2b.send("POST", f"/events/{event['id']}/prices", body).status_code == 400
    assert p2b.prices(event["id"]) == []


def test_price_with_sales_cannot_be_deleted(p2b: Place2bookClient) -> None:
    event = p2b.create([{"name": "A"}, {"name": "B"}])
    sold, unsold = p2b.prices(event["id"])
    p2b.sandbox.place2book.buy(event["id"], sold["id"], 2)
    assert [(p["sold_tickets"], p["metadata"]["deleteable"]) for p in p2b.prices(event["id"])] == [(2, 0), (0, 1)]
    paths = [f"/events/{event['id']}/prices/{price['id']}" for price in (sold, unsold)]
    assert [p2b.send("DELETE", path).status_code for path in paths] == [400, 204]


@cases(
    "event price expected",
    ("no windows", {}, {}, ("open", True)),
    ("event opens later", {"sale_open_at": zulu(1)}, {}, ("upcoming", False)),
    ("event has closed", {"sale_close_at": zulu(-1)}, {}, ("closed", False)),
    ("price opens later", {}, {"sale_begin_at": zulu(2)}, ("upcoming", False)),
    ("price has ended", {}, {"sale_end_at": zulu(-2)}, ("closed", False)),
    ("inside both", {"sale_open_at": zulu(-2)}, {"sale_end_at": zulu(2)}, ("open", True)),
    ("passive", {"passive": True}, {}, ("closed", False)),
    ("event is over", {"begin_at": zulu(-2), "end_at": zulu(-1)}, {}, ("closed", False)),
)
def test_sales_status_follows_the_windows(
    p2b: Place2bookClient, event: dict[str, object], price: dict[str, object], expected: tuple[str, bool]
) -> None:
    assert _status(p2b.create([{"name": "A", **price}], **event)) == expected


def test_sale_opens_and_closes_as_time_passes(p2b: Place2bookClient) -> None:
    start = datetime(2031, 5, 1, tzinfo=UTC)
    moments = [start, start + timedelta(hours=32), start + timedelta(hours=56)]
    event = p2b.create(
        begin_at="2031-05-04T17:00:00Z", sale_open_at="2031-05-02T08:00:00Z", sale_close_at="2031-05-03T08:00:00Z"
    )
    seen = []
    for moment in moments:
        p2b.sandbox.clock = partial(_same, moment)
        seen.append(_status(p2b.event(event["id"])))
    assert seen == [("upcoming", False), ("open", True), ("closed", False)]


def test_pause_makes_an_event_inactive_until_it_is_taken_up_again(p2b: Place2bookClient) -> None:
    event = p2b.create()
    p2b.sandbox.place2book.pause(event["id"])
    paused = p2b.event(event["id"])
    p2b.sandbox.place2book.pause(event["id"], paused=False)
    assert (paused["metadata"]["event_state"], paused["active"], paused["state"]) == ("paused", False, "published")
    assert p2b.event(event["id"]) == event


def test_sold_out_event_is_inactive_and_can_have_a_waiting_list(p2b: Place2bookClient) -> None:
    event = p2b.create(capacity=2)
    p2b.sandbox.place2book.buy(event["id"], quantity=2)
    p2b.sandbox.place2book.staff_edit(event["id"], waiting_list=True)
    shown = p2b.event(event["id"])
    assert (shown["metadata"]["available_tickets"], shown["active"], shown["waiting_list"]) == (0, False, True)


@cases(
    "event price quantity reason",
    ("more than are left", {"capacity": 1}, {}, 2, "only 1 tickets are left"),
    ("not yet open", {"sale_open_at": zulu(1)}, {}, 1, "not on sale now"),
    ("closed", {"sale_close_at": zulu(-1)}, {}, 1, "not on sale now"),
    ("too few at once", {}, {"minimum_count": 2}, 1, "at least 2"),
    ("too many at once", {}, {"maximum_count": 2}, 3, "at most 2"),
    ("none", {}, {}, 0, "at least 1"),
    ("passive", {"passive": True}, {}, 1, "not for sale: passive"),
)
def test_buying_what_is_not_for_sale_is_refused(
    p2b: Place2bookClient, event: dict[str, object], price: dict[str, object], quantity: int, reason: str
) -> None:
    created = p2b.create([{"name": "A", **price}], **event)
    with pytest.raises(SaleRefusedError, match=reason):
        p2b.sandbox.place2book.buy(created["id"], quantity=quantity)
    assert p2b.send("GET", f"/events/{created['id']}/purchases").json() == []


def test_buying_of_an_event_without_prices_is_refused(p2b: Place2bookClient) -> None:
    event = p2b.create([])
    with pytest.raises(SaleRefusedError, match="no prices"):
        p2b.sandbox.place2book.buy(event["id"])
    assert p2b.event(event["id"])["active"] is False


def test_purchase_shows_tickets_answers_and_additional_sales(p2b: Place2bookClient) -> None:
    event = p2b.create([{"name": "A", "value": 5000}])
    buyer = Buyer("Prøve Prøvesen", "proeve@example.com", "+45 00 00 00 09", "0800")
    bought = p2b.sandbox.place2book.buy(event["id"], None, 2, buyer, {"Allergi": "Laktose"}, [("Kage", 2500)])
    shown = p2b.send("GET", f"/events/{event['id']}/purchases").json()
    first, second = bought.tickets
    price = p2b.prices(event["id"])[0]["id"]
    ticket = {
        "price_id": price,
        "total_amount_paid": 5000,
        "arrived_at": None,
        "seating": None,
        "custom_fields": [{"custom_field_name": "Allergi", "value": "Laktose"}],
    }
    sale = first.additional_sales[0]
    cake = {
        "additional_sale_id": sale.id,
        "additional_id": sale.additional_id,
        "additional_name": "Kage",
        "debit_total_for_customer": 2500,
    }
    assert shown == [
        {
            "purchase_id": bought.id,
            "customer_profile_id": bought.customer_profile_id,
            "full_name": "Prøve Prøvesen",
            "email": "proeve@example.com",
            "phone_number": "+45 00 00 00 09",
            "zip_code": "0800",
            "total_price_paid": 12500,
            "transaction_type": "completed",
            "created_at": shown[0]["created_at"],
            "tickets": [
                {"ticket_id": first.id, "barcode": first.barcode, "additional_sales": [cake], **ticket},
                {"ticket_id": second.id, "barcode": second.barcode, "additional_sales": [], **ticket},
            ],
            "custom_field_values": [
                {"custom_field_name": "Hvor hørte du om arrangementet?", "value": "Plakat på biblioteket"}
            ],
        }
    ]


def test_refund_cancels_the_purchase_and_frees_its_tickets(p2b: Place2bookClient) -> None:
    event = p2b.create()
    bought = p2b.sandbox.place2book.buy(event["id"], quantity=4)
    p2b.sandbox.place2book.refund(bought.id)
    shown = p2b.send("GET", f"/events/{event['id']}/purchases").json()
    assert [(p["transaction_type"], len(p["tickets"])) for p in shown] == [("cancel", 4)]
    assert p2b.prices(event["id"])[0]["sold_tickets"] == 0
    assert p2b.event(event["id"])["metadata"]["available_tickets"] == 10


def listed(p2b: Place2bookClient, event: dict[str, Any]) -> list[tuple[int, str, int, list[int]]]:
    shown = p2b.send("GET", f"/events/{event['id']}/purchases").json()
    return [
        (one["purchase_id"], one["transaction_type"], one["total_price_paid"], [t["ticket_id"] for t in one["tickets"]])
        for one in shown
    ]


def test_purchase_of_two_events_is_listed_at_each_with_its_tickets_and_the_whole_total(p2b: Place2bookClient) -> None:
    first, second = p2b.create(), p2b.create([{"name": "Billet", "value": 3000}])
    here, there = p2b.sandbox.place2book.buy_together([first["id"], second["id"]], quantity=2)
    assert listed(p2b, first) == [(here.id, "completed", 16000, [ticket.id for ticket in here.tickets])]
    assert listed(p2b, second) == [(here.id, "completed", 16000, [ticket.id for ticket in there.tickets])]
    p2b.sandbox.place2book.refund(here.id)
    assert [one[1] for event in (first, second) for one in listed(p2b, event)] == ["cancel", "cancel"]


def test_purchase_that_moves_is_listed_at_the_other_event_only(p2b: Place2bookClient) -> None:
    first, second = p2b.create(), p2b.create()
    bought = p2b.sandbox.place2book.buy(first["id"], quantity=2)
    p2b.sandbox.place2book.move(bought.id, second["id"])
    tickets = [ticket.id for ticket in bought.tickets]
    assert (listed(p2b, first), listed(p2b, second)) == ([], [(bought.id, "completed", 10000, tickets)])
    assert [p2b.event(one["id"])["metadata"]["available_tickets"] for one in (first, second)] == [10, 8]


@pytest.mark.parametrize("listed_first", [False, True], ids=["last", "first"])
def test_ticket_that_is_sold_again_is_listed_in_both_purchases(p2b: Place2bookClient, listed_first: bool) -> None:
    event = p2b.create()
    before = p2b.sandbox.place2book.buy(event["id"])
    again = p2b.sandbox.place2book.resell(before.id, Buyer(full_name="Prøve Prøvesen"), listed_first=listed_first)
    tickets = [before.tickets[0].id]
    both = [(before.id, "cancel", 5000, tickets), (again.id, "completed", 5000, tickets)]
    assert listed(p2b, event) == (both[::-1] if listed_first else both)
    assert p2b.event(event["id"])["metadata"]["available_tickets"] == 9


def test_purchase_with_a_time_of_its_own_form_shows_it(p2b: Place2bookClient) -> None:
    event = p2b.create()
    p2b.sandbox.place2book.buy(event["id"]).written_at = "i går"
    assert p2b.send("GET", f"/events/{event['id']}/purchases").json()[0]["created_at"] == "i går"


def test_arrival_is_counted_and_can_be_cleared_again(p2b: Place2bookClient) -> None:
    event = p2b.create()
    ticket = p2b.sandbox.place2book.buy(event["id"]).tickets[0]
    counts = []
    for arrived in (True, False):
        p2b.sandbox.place2book.arrive(ticket.id, arrived=arrived)
        shown = p2b.send("GET", f"/events/{event['id']}/purchases").json()[0]["tickets"][0]
        counts.append((p2b.event(event["id"])["metadata"]["scanned_tickets"], shown["arrived_at"] is not None))
    assert counts == [(1, True), (0, False)]


def test_released_ticket_is_no_longer_listed(p2b: Place2bookClient) -> None:
    event = p2b.create()
    bought = p2b.sandbox.place2book.buy(event["id"], quantity=2)
    p2b.sandbox.place2book.release(bought.tickets[0].id)
    shown = p2b.send("GET", f"/events/{event['id']}/purchases").json()[0]
    assert [ticket["ticket_id"] for ticket in shown["tickets"]] == [bought.tickets[0].id]
    assert p2b.prices(event["id"])[0]["sold_tickets"] == 1


def test_staff_edit_merges_and_leaves_the_rest(p2b: Place2bookClient) -> None:
    event = p2b.create(description_long="Lang")
    p2b.sandbox.place2book.staff_edit(event["id"], sale_close_at=zulu(3), kultunaut_export=True)
    shown = p2b.event(event["id"])
    assert shown == {**event, "sale_close_at": shown["sale_close_at"], "kultunaut_export": True}
    assert shown["sale_close_at"] is not None


def test_staff_can_change_and_add_prices_and_delete_what_is_sold(p2b: Place2bookClient) -> None:
    state, event = p2b.sandbox.place2book, p2b.create()
    state.staff_edit_price(event["id"], p2b.prices(event["id"])[0]["id"], maximum_count=4)
    state.staff_add_price(event["id"], name="Ledsager", value=0)
    shown = [(price["name"], price["value"], price["maximum_count"]) for price in p2b.prices(event["id"])]
    state.buy(event["id"])
    state.delete(event["id"])
    assert shown == [("Billet", 5000, 4), ("Ledsager", 0, None)]
    assert p2b.send("GET", f"/events/{event['id']}").status_code == 404
