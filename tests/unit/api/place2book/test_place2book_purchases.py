"""Purchases in Place2book, and why a list cannot be read."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import BilletbroError, InvalidResponse, NoAccess, NotFound, WrongCredentials
from billetbro.models import AdditionalSale, Answer, OnCreate, Purchase, Ticket, UnreadablePurchase
from sandbox.server import Sandbox
from tests.cases import cases
from tests.unit.api.answering import Reply, Server, as_json
from tests.unit.api.place2book.place2book_samples import DESIRED

PURCHASE: dict[str, object] = {
    "purchase_id": 1545123,
    "customer_profile_id": 56421234,
    "full_name": "Test Testesen",
    "email": "test@example.com",
    "phone_number": "+4500000000",
    "zip_code": 2735,
    "total_price_paid": 15000,
    "transaction_type": "completed",
    "created_at": "2026-10-01T12:00:00+02:00",
    "tickets": [
        {
            "ticket_id": 124665,
            "price_id": 765333,
            "total_amount_paid": 15000,
            "arrived_at": None,
            "seating": "Række 3",
            "barcode": "ABCD1234",
            "custom_fields": [
                {"custom_field_name": "Allergi", "value": "Nødder"},
                {"value": "uden navn"},
                {"custom_field_name": "Højde", "value": 187},
            ],
            "additional_sales": [
                {
                    "additional_sale_id": 1,
                    "additional_id": 2,
                    "additional_name": "Kaffe",
                    "debit_total_for_customer": 2500,
                }
            ],
        }
    ],
    "custom_field_values": [{"custom_field_name": "Transport", "value": None}],
}


TICKET: dict[str, object] = PURCHASE["tickets"][0]


def test_purchase_is_read_whole(place2book: Place2bookClient, server: Server) -> None:
    server.will_answer(as_json([PURCHASE]))
    ticket = Ticket(
        ticket_id=124665,
        price_id=765333,
        amount_ore=15000,
        seating="Række 3",
        barcode="ABCD1234",
        answers=(Answer(name="Allergi", value="Nødder"), Answer(name="Højde", value="187")),
        additional_sales=(AdditionalSale(additional_sale_id=1, additional_id=2, name="Kaffe", amount_ore=2500),),
    )
    assert place2book.purchases(5000, 123) == (
        Purchase(
            purchase_id=1545123,
            customer_profile_id=56421234,
            full_name="Test Testesen",
            email="test@example.com",
            phone_number="+4500000000",
            zip_code="2735",
            total_ore=15000,
            transaction_type="completed",
            created_at=datetime(2026, 10, 1, 10, 0, tzinfo=UTC),
            tickets=(ticket,),
            answers=(Answer(name="Transport", value=None),),
        ),
    )
    assert server.received[0].path == "/event_makers/5000/events/123/purchases"


def test_purchase_with_only_what_is_needed_is_read(place2book: Place2bookClient, server: Server) -> None:
    server.will_answer(as_json([{"purchase_id": 1, "transaction_type": "cancel", "tickets": None}]))
    expected = Purchase(
        purchase_id=1,
        customer_profile_id=None,
        full_name=None,
        email=None,
        phone_number=None,
        zip_code=None,
        total_ore=0,
        transaction_type="cancel",
        created_at=None,
    )
    assert place2book.purchases(5000, 123) == (expected,)


SECRETS = ("Testesen", "example.com", "Nødder", "hemmelig")


@cases(
    "wrong purchase_id",
    ("no id", {"purchase_id": None}, None),
    ("an id that is none", {"purchase_id": "hemmeligt nummer"}, None),
    ("amount that is no number", {"total_price_paid": "hemmeligt beløb"}, 1545123),
    ("a type that is no text", {"transaction_type": ["hemmelig"]}, 1545123),
)
def test_purchase_that_cannot_be_read_is_named_by_its_id_and_the_others_are_read(
    place2book: Place2bookClient,
    server: Server,
    caplog: pytest.LogCaptureFixture,
    wrong: dict[str, object],
    purchase_id: int | None,
) -> None:
    server.will_answer(as_json([{**PURCHASE, **wrong}, "hemmelig tekst", {**PURCHASE, "purchase_id": 7}]))
    with caplog.at_level(logging.DEBUG):
        first, second, third = place2book.purchases(5000, 123)
    assert (first, second) == (UnreadablePurchase(purchase_id=purchase_id), UnreadablePurchase(purchase_id=None))
    assert (third.purchase_id, third.unreadable_parts) == (7, 0)
    assert [secret for secret in SECRETS if secret in caplog.text] == []


@cases(
    "wrong left",
    ("tickets that are a text", {"tickets": "hemmelige billetter"}, (0, 0, 1, 1)),
    ("ticket without an id", {"tickets": [{"price_id": 1}, *PURCHASE["tickets"]]}, (1, 1, 1, 1)),
    ("additional sales", {"tickets": [TICKET | {"additional_sales": [{}, "x"]}]}, (1, 0, 1, 2)),
    ("a ticket's answers", {"tickets": [TICKET | {"custom_fields": {"x": 1}}]}, (1, 1, 1, 1)),
    ("a purchase's answer", {"custom_field_values": ["hemmeligt svar"]}, (1, 1, 0, 1)),
)
def test_purchase_of_which_a_part_cannot_be_read_is_what_is_left(
    place2book: Place2bookClient, server: Server, wrong: dict[str, object], left: tuple[int, ...]
) -> None:
    server.will_answer(as_json([{**PURCHASE, **wrong}]))
    (bought,) = place2book.purchases(5000, 123)
    extras = sum(len(ticket.additional_sales) for ticket in bought.tickets)
    assert (len(bought.tickets), extras, len(bought.answers), bought.unreadable_parts) == left


@cases(
    "told read unreadable",
    ("a time", "2026-10-01T12:00:00Z", datetime(2026, 10, 1, 12, tzinfo=UTC), 0),
    ("none", None, None, 0),
    ("empty", "", None, 0),
    ("nothing that is seen", " \u200b", None, 0),
    ("words", "i går", None, 1),
    ("a month that is none", "2026-13-01T12:00:00Z", None, 1),
    ("a number", 1790848800, None, 1),
    ("an object", {"date": "hemmelig"}, None, 1),
)
def test_purchase_with_a_time_that_cannot_be_read_is_whole_but_for_it_and_says_so(
    place2book: Place2bookClient, server: Server, told: object, read: datetime | None, unreadable: int
) -> None:
    ticket = TICKET | {"arrived_at": told}
    server.will_answer(as_json([{**PURCHASE, "created_at": told, "tickets": [ticket, ticket | {"ticket_id": 2}]}]))
    (bought,) = place2book.purchases(5000, 123)
    assert (bought.created_at, [one.arrived_at for one in bought.tickets]) == (read, [read, read])
    assert (bought.unreadable_times, bought.unreadable_parts) == (3 * unreadable, 0)


def test_purchases_of_the_stand_in_follow_what_is_sold(sandbox: Sandbox, sandbox_place2book: Place2bookClient) -> None:
    event_id = sandbox_place2book.create_event(5101, DESIRED, OnCreate()).event_id
    assert sandbox_place2book.purchases(5101, event_id) == ()
    sandbox.place2book.buy(event_id, quantity=2)
    (bought,) = sandbox_place2book.purchases(5101, event_id)
    assert (bought.transaction_type, bought.total_ore, len(bought.tickets)) == ("completed", 15100, 2)
    assert datetime.now(UTC) - bought.created_at < timedelta(minutes=5)
    sandbox.place2book.refund(bought.purchase_id)
    (cancelled,) = sandbox_place2book.purchases(5101, event_id)
    assert (cancelled.purchase_id, cancelled.transaction_type) == (bought.purchase_id, "cancel")


LISTS: dict[str, Callable[[Place2bookClient], object]] = {
    "prices": lambda client: client.prices(5000, 123),
    "purchases": lambda client: client.purchases(5000, 123),
}


@pytest.mark.parametrize("name", LISTS)
@cases(
    "replies kind",
    ("404", [Reply(status=404)], NotFound),
    ("401", [Reply(status=401)], WrongCredentials),
    ("403 everywhere", [Reply(status=403)], WrongCredentials),
    ("403 here", [Reply(status=403), as_json([{"id": 5000}])], NoAccess),
    ("a web page", [Reply(b"<html>")], InvalidResponse),
)
def test_list_of_an_event_that_cannot_be_read_says_why(
    place2book: Place2bookClient, server: Server, name: str, replies: list[Reply], kind: type[BilletbroError]
) -> None:
    server.will_answer(*replies)
    with pytest.raises(kind) as raised:
        LISTS[name](place2book)
    assert type(raised.value) is kind
    assert f"when asked for the {name} of event 123 of event maker 5000; " in str(raised.value) or "403" in str(
        raised.value
    )


@pytest.mark.parametrize("status", [403, 404, 422])
def test_refused_purchases_repeat_no_word_of_the_api(place2book: Place2bookClient, server: Server, status: int) -> None:
    words = as_json({"message": "Test Testesen (test@example.com) may not be shown"}, status)
    server.will_answer(words, as_json([{"id": 5000}]))
    with pytest.raises(BilletbroError) as raised:
        place2book.purchases(5000, 123)
    assert (getattr(raised.value, "said", ""), "Testesen" in str(raised.value)) == ("", False)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
