"""Prices in Place2book: read in every spelling, and updated without losing what staff entered."""

import json
from datetime import UTC, datetime

import pytest

from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import InvalidResponse, NotFound, OutcomeUnknown, Refused
from billetbro.models import CurrentPrice, OnCreate
from sandbox.server import Sandbox
from tests.cases import cases
from tests.unit.api.answering import Reply, Server, as_json
from tests.unit.api.place2book.place2book_samples import DESIRED

PRICE: dict[str, object] = {
    "id": 7,
    "name": "Voksen",
    "description": "Inkl. kaffe",
    "value": 7550,
    "minimum_count": 1,
    "maximum_count": 4,
    "sale_begin_at": "2027-01-01T08:00:00Z",
    "sale_end_at": None,
    "sold_tickets": 3,
    "door_sales": 1,
    "metadata": {"deleteable": False},
}
CURRENT = CurrentPrice(
    price_id=7,
    name="Voksen",
    value_ore=7550,
    sold_tickets=3,
    door_sales=1,
    sale_begin_at=datetime(2027, 1, 1, 8, 0, tzinfo=UTC),
    deletable=False,
)


@cases(
    "shown expected",
    ("none", [], ()),
    ("documented", [PRICE], (CURRENT,)),
    ("wrapped", [{"price": PRICE}], (CURRENT,)),
    ("value as text", [{**PRICE, "value": "7550"}], (CURRENT,)),
    ("value with a point", [{**PRICE, "value": 7550.0}], (CURRENT,)),
    ("value with noise", [{**PRICE, "value": 7549.999999999999}], (CURRENT,)),
    ("only an id", [{"id": 8}], (CurrentPrice(price_id=8, name="", value_ore=0),)),
    (
        "live spelling",
        [{"id": 8, "name": "Barn", "value": None, "meta_data": {"deletable": 1}, "sold_tickets": "?"}],
        (CurrentPrice(price_id=8, name="Barn", value_ore=0, deletable=True),),
    ),
)
def test_prices_in_every_spelling_are_read(
    place2book: Place2bookClient, server: Server, shown: object, expected: tuple[CurrentPrice, ...]
) -> None:
    server.will_answer(as_json(shown))
    assert place2book.prices(5000, 123) == expected
    assert server.received[0].path == "/event_makers/5000/events/123/prices"


@cases(
    "shown",
    ("not a list", {}),
    ("no id", [{"name": "Uden id"}]),
    ("value that is no number", [{**PRICE, "value": "75,50"}]),
    ("half an øre", [{**PRICE, "value": 75.5}]),
    ("underscore", [{**PRICE, "value": "7_550"}]),
    ("underscore in the id", [{**PRICE, "id": "7_1"}]),
    ("an id with noise", [{**PRICE, "id": 7.0000000001}]),
)
def test_unreliable_prices_are_a_bad_answer(place2book: Place2bookClient, server: Server, shown: object) -> None:
    server.will_answer(as_json(shown))
    with pytest.raises(InvalidResponse):
        place2book.prices(5000, 123)


def test_price_update_sends_back_everything_that_can_be_written(place2book: Place2bookClient, server: Server) -> None:
    server.will_answer(as_json({"price": PRICE}), as_json(PRICE))
    ends = "2027-05-01T00:00:00Z"
    assert place2book.update_price(5000, 123, 7, {"value": 8000, "sale_end_at": ends}) == CURRENT
    read_only = {"id", "sold_tickets", "door_sales", "metadata"}
    kept = {name: value for name, value in PRICE.items() if name not in read_only}
    assert server.bodies() == [{"price": {**kept, "value": 8000, "sale_end_at": ends}}]
    assert {one.path for one in server.received} == {"/event_makers/5000/events/123/prices/7"}


@pytest.mark.parametrize("wrapped", [False, True], ids=["bare", "wrapped"])
def test_price_update_sends_back_fields_that_nobody_has_heard_of_exactly_as_they_were_sent(
    place2book: Place2bookClient, server: Server, wrapped: bool
) -> None:
    unheard = (
        b'"vat": {"rate": 25.00, "exempt": [null, {"a": 0.1}]}, "deposit": 12345678901234567890, "note": null, '
        b'"event_id": 9, "created_at": "2026-01-01T08:00:00Z"'
    )
    shown = b'{"id": 7, "name": "Voksen", "value": 7550, "sold_tickets": 3, ' + unheard + b"}"
    server.will_answer(Reply(b'{"price": ' + shown + b"}" if wrapped else shown))
    place2book.update_price(5000, 123, 7, {"value": 8000})
    (sent,) = [one.body for one in server.received if one.method == "PUT"]
    assert json.loads(sent, parse_float=str) == json.loads(
        b'{"price": {"name": "Voksen", "value": 8000, ' + unheard + b"}}", parse_float=str
    )


@pytest.mark.parametrize("shown", [{"message": "Der opstod en fejl"}, {**PRICE, "id": 8}], ids=["no price", "another"])
def test_update_of_an_unseen_price_writes_nothing(place2book: Place2bookClient, server: Server, shown: object) -> None:
    server.will_answer(as_json(shown))
    with pytest.raises(InvalidResponse):
        place2book.update_price(5000, 123, 7, {"value": 8000})
    assert server.methods() == ["GET"]


@pytest.mark.parametrize("event_maker", [5000, 5100], ids=["live spelling", "documented spelling"])
def test_price_is_added_changed_and_deleted(
    sandbox: Sandbox, sandbox_place2book: Place2bookClient, event_maker: int
) -> None:
    event_id = sandbox_place2book.create_event(event_maker, DESIRED, OnCreate()).event_id
    added = sandbox_place2book.create_price(event_maker, event_id, name="Studerende", value_ore=5000)
    assert added == CurrentPrice(
        price_id=added.price_id, name="Studerende", value_ore=5000, sold_tickets=0, door_sales=0, deletable=True
    )
    sandbox.place2book.staff_edit_price(event_id, added.price_id, maximum_count=4)
    changed = sandbox_place2book.update_price(event_maker, event_id, added.price_id, {"name": "Ung", "value": 4000})
    assert (changed.name, changed.value_ore) == ("Ung", 4000)
    assert sandbox.place2book.price(event_id, added.price_id).fields.maximum_count == 4
    sandbox_place2book.delete_price(event_maker, event_id, added.price_id)
    assert [price.name for price in sandbox_place2book.prices(event_maker, event_id)] == ["Voksen", "Barn"]
    with pytest.raises(NotFound):
        sandbox_place2book.delete_price(event_maker, event_id, added.price_id)


def test_delete_of_a_sold_price_is_refused(sandbox: Sandbox, sandbox_place2book: Place2bookClient) -> None:
    event_id = sandbox_place2book.create_event(5101, DESIRED, OnCreate()).event_id
    sold, _ = sandbox_place2book.prices(5101, event_id)
    sandbox.place2book.buy(event_id, sold.price_id, quantity=2)
    with pytest.raises(Refused) as raised:
        sandbox_place2book.delete_price(5101, event_id, sold.price_id)
    assert (type(raised.value), bool(raised.value.said)) == (Refused, True)
    assert [price.sold_tickets for price in sandbox_place2book.prices(5101, event_id)] == [2, 0]


@cases("reply", ("500", Reply(status=500)), ("empty", Reply(status=201)), ("no id", as_json({}, 201)))
def test_doubtful_price_is_an_unknown_outcome(place2book: Place2bookClient, server: Server, reply: Reply) -> None:
    server.will_answer(reply)
    with pytest.raises(OutcomeUnknown):
        place2book.create_price(5000, 123, name="Voksen", value_ore=7550)
    assert server.methods() == ["POST"]
