"""The stand-in for Place2book's events keeps the promises, and sets the traps, of the real one."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from sandbox.place2book_view import DOCUMENTED, LIVE
from sandbox.server import Sandbox
from tests.cases import cases
from tests.unit.sandbox.clients import ADDRESS, TIMEOUT, Place2bookClient, event_body, zulu


def _wrapped(**fields: object) -> dict[str, object]:
    return {"event": event_body(**fields)}


@cases(
    "headers status",
    ("wrong token", {"X-PLACE2BOOK-API-TOKEN": "wrong"}, 401),
    ("empty token", {"X-PLACE2BOOK-API-TOKEN": ""}, 401),
    ("wrong accept header", {"Accept": "application/json"}, 406),
)
def test_request_with_wrong_header_is_refused(p2b: Place2bookClient, headers: dict[str, str], status: int) -> None:
    assert p2b.send("GET", "/events", **headers).status_code == status


@cases("maker status", ("of another token", 5900, 403), ("unknown", 1, 404))
def test_event_maker_out_of_reach_is_refused(sandbox: Sandbox, maker: int, status: int) -> None:
    assert Place2bookClient(sandbox, maker).send("GET", "/events").status_code == status


def test_event_makers_lists_those_that_the_token_may_use(sandbox: Sandbox) -> None:
    answer = requests.get(
        f"{sandbox.place2book_url}/event_makers",
        headers={"X-PLACE2BOOK-API-TOKEN": sandbox.place2book_token, "Accept": "application/vnd.place2book.v1+json"},
        timeout=TIMEOUT,
    )
    assert [maker["id"] for maker in answer.json()] == [5000, 5100, 5101, 5200]
    assert Place2bookClient(sandbox, 5101).send("GET").json() == answer.json()[2]


def test_create_answers_with_location_and_everything_computed(p2b: Place2bookClient) -> None:
    answer = p2b.send("POST", "/events", _wrapped(prices=[{"name": "Voksen", "value": 299}]))
    event = answer.json()
    base = f"{p2b.sandbox.place2book_url}/event_makers/5100/events/{event['id']}"
    assert (answer.status_code, answer.headers["Location"]) == (201, base)
    assert len(event["seccode"]) == 10
    assert {name: event[name] for name in ("state", "active", "waiting_list", "metadata", "links")} == {
        "state": "published",
        "active": True,
        "waiting_list": False,
        "metadata": {
            "event_state": "published",
            "sales_status": "open",
            "available_tickets": 10,
            "scanned_tickets": 0,
            "deleteable": 1,
        },
        "links": {
            "prices": f"{base}/prices",
            "sales_location": f"{p2b.sandbox.place2book_url}/da/sw2/sales/{event['seccode']}",
        },
    }
    assert p2b.event(event["id"]) == event


@cases(
    "body message",
    ("not wrapped", event_body(), "missing or the value is empty: event"),
    ("no name", _wrapped(name=" "), "name can't be blank"),
    ("no begin_at", _wrapped(begin_at=None), "begin_at can't be blank"),
    ("begin_at is no time", _wrapped(begin_at="i morgen"), "begin_at is not a valid datetime"),
    ("no capacity", _wrapped(capacity=None), "capacity must be"),
    ("negative capacity", _wrapped(capacity=-1), "capacity must be"),
    ("capacity is text", _wrapped(capacity="10"), "capacity must be"),
    ("no address", _wrapped(address=None), "address can't be blank"),
    ("no city", _wrapped(address={**ADDRESS, "city": ""}), "address.city can't be blank"),
    ("phone is made up", _wrapped(address={**ADDRESS, "phone": "ukendt"}), "address.phone"),
    ("country is a name", _wrapped(address={**ADDRESS, "country": "Danmark"}), "address.country"),
    ("unknown age group", _wrapped(kultunaut_age_group="Babyer"), "kultunaut_age_group"),
    ("price without a name", _wrapped(prices=[{"value": 5}]), "name can't be blank"),
    ("price in kroner", _wrapped(prices=[{"name": "A", "value": 2.99}]), "value must be"),
)
def test_create_with_invalid_body_is_refused_with_a_message(p2b: Place2bookClient, body: object, message: str) -> None:
    before = len(p2b.sandbox.place2book.events)
    answer = p2b.send("POST", "/events", body)
    assert (answer.status_code, message in answer.json()["message"]) == (400, True)
    assert len(p2b.sandbox.place2book.events) == before


@cases(
    "fields prices state event_state available",
    ("with a price", {}, [{"name": "A"}], "published", "published", 10),
    ("without prices: stored, not sold", {}, [], "draft", "passive", 10),
    ("passive", {"passive": True}, [], "passive", "passive", 10),
    ("unlimited", {"capacity": "∞"}, [{"name": "A"}], "published", "published", 200000),
    ("no tickets", {"capacity": 0}, [{"name": "A"}], "published", "published", 0),
)
def test_state_of_a_new_event_follows_from_what_it_has(
    p2b: Place2bookClient,
    fields: dict[str, object],
    prices: list[dict[str, object]],
    state: str,
    event_state: str,
    available: int,
) -> None:
    event = p2b.create(prices, **fields)
    shown = (event["state"], event["metadata"]["event_state"], event["metadata"]["available_tickets"], event["active"])
    assert shown == (state, event_state, available, state == "published" and available > 0)


def test_short_description_past_255_characters_is_cut_without_a_word(p2b: Place2bookClient) -> None:
    assert p2b.create(description_short="æ" * 300)["description_short"] == "æ" * 255


def test_put_that_leaves_fields_out_loses_them_but_not_the_prices(p2b: Place2bookClient) -> None:
    event = p2b.create(sale_close_at=zulu(20), bank_account_id=354, kultunaut_export=True, description_long="Lang")
    answer = p2b.send("PUT", f"/events/{event['id']}", _wrapped(name="Nyt navn"))
    lost = ("sale_close_at", "bank_account_id", "kultunaut_export", "description_long")
    assert answer.status_code == 200
    assert (answer.json()["name"], [answer.json()[name] for name in lost]) == ("Nyt navn", [None, None, False, None])
    assert [price["name"] for price in p2b.prices(event["id"])] == ["Billet"]


def test_put_of_what_was_read_changes_nothing(p2b: Place2bookClient) -> None:
    event = p2b.create(sale_close_at=zulu(20), kultunaut_export=True, description_short="Kort", end_at=zulu(31))
    assert p2b.send("PUT", f"/events/{event['id']}", {"event": event}).json() == event


def _moved(event: dict[str, Any], shift: timedelta) -> dict[str, object]:
    moved = datetime.fromisoformat(event["begin_at"]) + shift
    return {"event": {**event, "begin_at": moved.strftime("%Y-%m-%dT%H:%M:%SZ")}}


@cases(
    "days minutes status",
    ("an earlier date", -1, 0, 400),
    ("earlier on the same date", 0, -30, 200),
    ("a later date", 1, 0, 200),
)
def test_begin_at_after_the_first_sale_cannot_move_to_an_earlier_date(
    p2b: Place2bookClient, days: int, minutes: int, status: int
) -> None:
    event = p2b.create(begin_at="2031-05-06T12:00:00Z")
    p2b.sandbox.place2book.buy(event["id"])
    shift = timedelta(days=days, minutes=minutes)
    answer = p2b.send("PUT", f"/events/{event['id']}", _moved(p2b.event(event["id"]), shift))
    assert (answer.status_code, "begin_at" in answer.json().get("message", "")) == (status, status == 400)


def test_begin_at_before_the_first_sale_can_move_to_an_earlier_date(p2b: Place2bookClient) -> None:
    event = p2b.create()
    assert p2b.send("PUT", f"/events/{event['id']}", _moved(event, timedelta(days=-1))).status_code == 200


@cases("capacity status", ("below what is sold", 2, 400), ("what is sold", 3, 200))
def test_capacity_cannot_go_below_what_is_sold(p2b: Place2bookClient, capacity: int, status: int) -> None:
    event = p2b.create()
    p2b.sandbox.place2book.buy(event["id"], quantity=3)
    answer = p2b.send("PUT", f"/events/{event['id']}", {"event": {**event, "capacity": capacity}})
    assert (answer.status_code, "capacity" in answer.json().get("message", "")) == (status, status == 400)


def test_delete_of_an_unsold_event_is_empty_and_final(p2b: Place2bookClient) -> None:
    event = p2b.create()
    deleted = p2b.send("DELETE", f"/events/{event['id']}")
    again = p2b.send("DELETE", f"/events/{event['id']}")
    assert (deleted.status_code, deleted.content, again.status_code) == (204, b"", 404)
    assert requests.get(event["links"]["sales_location"], timeout=TIMEOUT).status_code == 404


def test_delete_of_a_sold_event_is_refused(p2b: Place2bookClient) -> None:
    event = p2b.create()
    p2b.sandbox.place2book.buy(event["id"])
    answer = p2b.send("DELETE", f"/events/{event['id']}")
    assert (answer.status_code, "not deletable" in answer.json()["message"]) == (400, True)
    assert p2b.event(event["id"])["metadata"]["deleteable"] == 0


@pytest.mark.parametrize("state", ["held", "completed"])
def test_delete_of_a_settled_event_is_refused(p2b: Place2bookClient, state: str) -> None:
    event = p2b.create()
    p2b.sandbox.place2book.staff_edit(event["id"], state=state)
    shown = p2b.event(event["id"])
    assert (shown["state"], shown["active"], shown["metadata"]["deleteable"]) == (state, False, 0)
    assert p2b.send("DELETE", f"/events/{event['id']}").status_code == 400


def test_passive_event_is_deletable_unless_switched(p2b: Place2bookClient) -> None:
    first, second = p2b.create([], passive=True), p2b.create([], passive=True)
    deleted = p2b.send("DELETE", f"/events/{first['id']}").status_code
    p2b.sandbox.place2book.passive_deletable = False
    assert (deleted, p2b.send("DELETE", f"/events/{second['id']}").status_code) == (204, 400)


def test_event_of_another_event_maker_is_not_found(p2b: Place2bookClient) -> None:
    event = p2b.create()
    assert Place2bookClient(p2b.sandbox, 5101).send("GET", f"/events/{event['id']}").status_code == 404


def test_live_answers_are_wrapped_and_spelt_otherwise_than_documented(sandbox: Sandbox) -> None:
    live = Place2bookClient(sandbox, 5000).create()
    assert list(live) == ["event"]
    assert live["event"]["meta_data"]["deletable"] is True
    listed = Place2bookClient(sandbox, 5000).send("GET", "/events").json()
    assert live["event"] in listed


def test_variant_can_be_switched_by_event_maker(sandbox: Sandbox) -> None:
    sandbox.place2book.variants = {5000: DOCUMENTED, 5100: LIVE}
    documented, live = Place2bookClient(sandbox, 5000).create(), Place2bookClient(sandbox, 5100).create()
    assert ("metadata" in documented, "meta_data" in live["event"]) == (True, True)


def test_list_is_paged_and_its_last_page_is_short(p2b: Place2bookClient) -> None:
    ids = [p2b.create(name=f"Nr. {number}")["id"] for number in range(3)]
    pages = [p2b.send("GET", f"/events?per_page=2&page={page}").json() for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert [event["id"] for page in pages for event in page][-3:] == ids


def test_list_without_per_page_holds_two_hundred(p2b: Place2bookClient) -> None:
    event = p2b.sandbox.place2book.get(p2b.create()["id"])
    for _ in range(204):
        p2b.sandbox.place2book.create(5101, event.fields)
    client = Place2bookClient(p2b.sandbox, 5101)
    assert [len(client.send("GET", f"/events?page={page}").json()) for page in (1, 2)] == [200, 4]


def test_list_between_two_moments_includes_both_ends(p2b: Place2bookClient) -> None:
    moments = [f"2031-05-{day:02}T12:00:00Z" for day in (1, 2, 3, 4)]
    for moment in moments:
        p2b.create(begin_at=moment)
    query = f"?event_begin_at_after={moments[1]}&event_begin_at_before={moments[2]}"
    assert [event["begin_at"] for event in p2b.send("GET", f"/events{query}").json()] == moments[1:3]


@pytest.mark.parametrize("query", ["per_page=0", "page=x", "event_begin_at_after=soon"])
def test_list_with_invalid_parameter_is_refused(p2b: Place2bookClient, query: str) -> None:
    assert p2b.send("GET", f"/events?{query}").status_code == 400


def test_sales_page_needs_no_token(p2b: Place2bookClient) -> None:
    page = requests.get(p2b.create(name="Ø & Å")["links"]["sales_location"], timeout=TIMEOUT)
    missing = requests.get(f"{p2b.sandbox.place2book_url}/da/sw2/sales/findesikke", timeout=TIMEOUT)
    assert (page.status_code, "<h1>Ø &amp; Å</h1>" in page.text, missing.status_code) == (200, True, 404)


def test_put_without_a_field_of_a_newer_product_takes_it_away(p2b: Place2bookClient) -> None:
    event = p2b.create()
    price = p2b.prices(event["id"])[0]
    p2b.sandbox.place2book.staff_edit(event["id"], no_show_deposit={"amount": [1, None]}, name="Andet")
    p2b.sandbox.place2book.staff_edit_price(event["id"], price["id"], vat=25)
    shown = p2b.event(event["id"])
    assert (shown["name"], shown["no_show_deposit"]) == ("Andet", {"amount": [1, None]})
    path = f"/events/{event['id']}/prices/{price['id']}"
    kept = p2b.send("PUT", f"/events/{event['id']}", {"event": {**shown, "unheard_of": 1}}).json()
    dearer = p2b.send("PUT", path, {"price": {**price, "value": 6000, "vat": 25}}).json()
    assert (kept, dearer) == (shown, {**price, "value": 6000, "vat": 25})
    lost = p2b.send("PUT", f"/events/{event['id']}", {"event": event_body()}).json()
    cheaper = p2b.send("PUT", path, {"price": price}).json()
    assert ("no_show_deposit" in lost, cheaper) == (False, price)
