"""Events in Place2book are created once, and updated without losing what staff entered."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import InvalidResponse, NotFound, OutcomeUnknown, Refused, Unreachable
from billetbro.models import OnCreate, Written
from sandbox.faults import Kind
from sandbox.server import Sandbox
from tests.cases import cases
from tests.unit.api.answering import Reply, Server, as_json
from tests.unit.api.place2book.place2book_samples import ADDRESS, BEGIN, CURRENT, DESIRED, READ_ONLY, SHOWN, without


def test_create_sends_the_documented_shape(place2book: Place2bookClient, server: Server) -> None:
    server.will_answer(as_json(SHOWN, 201))
    on_create = OnCreate(kultunaut_export=True, kultunaut_age_group="Børn")
    assert place2book.create_event(5000, DESIRED, on_create) == CURRENT
    assert server.bodies() == [
        {
            "event": {
                "name": "Forfatteraften",
                "description_short": "Kort",
                "description_long": "<p>Lang</p>",
                "begin_at": "2027-06-21T12:00:00Z",
                "end_at": "2027-06-21T14:00:00Z",
                "capacity": 40,
                "passive": False,
                "address": {
                    "name": "Salen",
                    "address1": "Torvet 1",
                    "address2": "",
                    "postal_code": "2735",
                    "city": "Solbjerg",
                    "phone": "+45 00 00 00 01",
                    "country": "DK",
                },
                "prices": [{"name": "Voksen", "value": 7550}, {"name": "Barn", "value": 0}],
                "mute": True,
                "kultunaut_export": True,
                "kultunaut_age_group": "Børn",
            }
        }
    ]


@pytest.mark.parametrize("event_maker", [5000, 5100], ids=["live spelling", "documented spelling"])
def test_create_makes_the_event_with_its_prices(
    sandbox: Sandbox, sandbox_place2book: Place2bookClient, event_maker: int
) -> None:
    made = sandbox_place2book.create_event(event_maker, DESIRED, OnCreate())
    assert (made.name, made.begin_at, made.capacity, made.address) == ("Forfatteraften", BEGIN, 40, ADDRESS)
    assert (made.deletable, made.available_tickets, made.paused) == (True, 40, False)
    prices = sandbox_place2book.prices(event_maker, made.event_id)
    found = [(price.name, price.value_ore, price.sold_tickets) for price in prices]
    assert found == [("Voksen", 7550, 0), ("Barn", 0, 0)]
    assert sandbox_place2book.event(event_maker, made.event_id) == made


@pytest.mark.parametrize("prefix", ["", "ev"])
def test_create_answered_without_the_event_follows_its_location(
    place2book: Place2bookClient, server: Server, prefix: str
) -> None:
    location = f"https://api.place2book.com/event_makers/evm5000/events/{prefix}123"
    server.will_answer(Reply(status=201, headers={"Location": location}), as_json(SHOWN))
    assert place2book.create_event(5000, DESIRED, OnCreate()) == CURRENT
    found = [(one.method, one.path) for one in server.received]
    assert found == [("POST", "/event_makers/5000/events"), ("GET", "/event_makers/5000/events/123")]


@cases(
    "replies",
    ("no event and no location", [Reply(status=201)]),
    ("an event without an id", [as_json({"name": "Uden id"}, 201)]),
    ("a list", [as_json([SHOWN], 201)]),
    ("wrong location", [Reply(status=201, headers={"Location": "/events/9"}), Reply(status=404)]),
    ("502", [Reply(status=502)]),
    ("a web page", [Reply(b"<html>Log ind", 200)]),
)
def test_create_with_a_doubtful_answer_has_an_unknown_outcome(
    place2book: Place2bookClient, server: Server, replies: list[Reply]
) -> None:
    server.will_answer(*replies)
    with pytest.raises(OutcomeUnknown):
        place2book.create_event(5000, DESIRED, OnCreate())
    assert server.methods().count("POST") == 1


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "slow", "truncated_json", "wrong_length", "garbage"])
def test_create_whose_answer_is_lost_has_an_unknown_outcome_and_is_sent_once(
    sandbox: Sandbox, sandbox_place2book: Place2bookClient, fault: Kind
) -> None:
    sandbox.faults.add("place2book", fault, method="POST")
    with pytest.raises(OutcomeUnknown):
        sandbox_place2book.create_event(5101, DESIRED, OnCreate())
    assert [write.method for write in sandbox.log.writes()] == ["POST"]


def test_create_at_a_host_that_is_down_is_unreachable(sandbox: Sandbox, sandbox_place2book: Place2bookClient) -> None:
    sandbox.stop_server("place2book")
    try:
        with pytest.raises(Unreachable):
            sandbox_place2book.create_event(5101, DESIRED, OnCreate())
    finally:
        sandbox.start_server("place2book")
    assert list(sandbox_place2book.events(5101)) == []


def test_refused_create_carries_the_words_of_the_api(sandbox: Sandbox, sandbox_place2book: Place2bookClient) -> None:
    unknown_phone = replace(DESIRED, address=replace(ADDRESS, phone="ukendt"))
    with pytest.raises(Refused) as raised:
        sandbox_place2book.create_event(5101, unknown_phone, OnCreate())
    assert raised.value.status == 400
    assert "phone" in raised.value.said
    assert raised.value.said in str(raised.value)


def test_update_sends_back_everything_that_can_be_written(place2book: Place2bookClient, server: Server) -> None:
    server.will_answer(as_json({"event": SHOWN}), as_json(SHOWN))
    fields: dict[str, Written] = {"name": "Nyt navn", "address.city": "Nordvig", "capacity": 50}
    assert place2book.update_event(5000, 123, fields) == CURRENT
    address = SHOWN["address"]
    assert isinstance(address, dict)
    expected = {**without(*READ_ONLY), "name": "Nyt navn", "capacity": 50, "address": {**address, "city": "Nordvig"}}
    assert server.bodies() == [{"event": expected}]


@cases(
    "shown written",
    ("unlimited stays unlimited", {"id": 1, "capacity": "∞"}, {"capacity": "∞", "name": "N"}),
    ("passive stays passive", {"id": 1, "state": "passive"}, {"passive": True, "name": "N"}),
    ("what is told counts", {"id": 1, "state": "passive", "passive": False}, {"passive": False, "name": "N"}),
    ("null stays null", {"id": 1, "mute": None}, {"mute": None, "name": "N"}),
)
def test_update_keeps_what_it_does_not_change(
    place2book: Place2bookClient, server: Server, shown: object, written: dict[str, object]
) -> None:
    server.will_answer(as_json(shown))
    place2book.update_event(5000, 1, {"name": "N"})
    assert server.bodies() == [{"event": written}]


UNHEARD_OF = (
    b'"vat": 0.1, "deposit": {"amount": 1.50, "steps": [12345678901234567890, -0.0, 1.0e-3, {"deep": [[], {}]}]}, '
    b'"fee": 29.949999999999999, "kulturpas": null, "tags": ["\\u00e6", "a\\"b"], "created_at": "x", "sold_tickets": 3'
)
"""Fields that no page describes, with numbers that a float cannot hold as they were sent."""


@pytest.mark.parametrize("wrapped", [False, True], ids=["bare", "wrapped"])
def test_update_sends_back_fields_that_nobody_has_heard_of_exactly_as_they_were_sent(
    place2book: Place2bookClient, server: Server, wrapped: bool
) -> None:
    shown = b'{"id": 1, "name": "M", "state": "published", "metadata": {"new": 1}, ' + UNHEARD_OF + b"}"
    server.will_answer(Reply(b'{"event": ' + shown + b"}" if wrapped else shown))
    place2book.update_event(5000, 1, {"name": "N"})
    (sent,) = [one.body for one in server.received if one.method == "PUT"]
    assert json.loads(sent, parse_float=str) == json.loads(
        b'{"event": {"name": "N", ' + UNHEARD_OF.replace(b"1.0e-3", b"0.0010") + b"}}", parse_float=str
    )


@cases(
    "shown",
    ("no event", {"message": "Der opstod en fejl"}),
    ("another event", {**SHOWN, "id": 124}),
    ("a list", [SHOWN]),
)
def test_update_of_an_unseen_event_writes_nothing(place2book: Place2bookClient, server: Server, shown: object) -> None:
    server.will_answer(as_json(shown))
    with pytest.raises(InvalidResponse):
        place2book.update_event(5000, 123, {"name": "Nyt navn"})
    assert server.methods() == ["GET"]


def test_update_of_an_event_without_an_address_makes_one(place2book: Place2bookClient, server: Server) -> None:
    server.will_answer(as_json({"id": 1, "address": None}))
    place2book.update_event(5000, 1, {"address.city": "Nordvig", "address.country": "DK"})
    assert server.bodies() == [{"event": {"address": {"city": "Nordvig", "country": "DK"}}}]


def test_update_answered_without_the_event_reads_it(place2book: Place2bookClient, server: Server) -> None:
    server.will_answer(as_json(SHOWN), Reply(status=204), as_json(SHOWN))
    assert place2book.update_event(5000, 123, {"name": "Forfatteraften"}) == CURRENT
    assert server.methods() == ["GET", "PUT", "GET"]


@pytest.mark.parametrize("event_maker", [5000, 5100], ids=["live spelling", "documented spelling"])
def test_update_leaves_what_staff_entered(
    sandbox: Sandbox, sandbox_place2book: Place2bookClient, event_maker: int
) -> None:
    event_id = sandbox_place2book.create_event(event_maker, DESIRED, OnCreate()).event_id
    opens = datetime(2027, 1, 1, 8, 0, tzinfo=UTC)
    by_hand = {
        "sale_open_at": "2027-01-01T08:00:00Z",
        "bank_account_id": 354,
        "mute": False,
        "kultunaut_age_group": "Ældre",
        "sms_included": True,
    }
    sandbox.place2book.staff_edit(event_id, **by_hand)
    before = sandbox.place2book.get(event_id).fields
    updated = sandbox_place2book.update_event(event_maker, event_id, {"name": "Nyt navn"})
    assert (updated.name, updated.sale_open_at) == ("Nyt navn", opens)
    assert sandbox.place2book.get(event_id).fields == replace(before, name="Nyt navn")


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "status"])
def test_update_whose_answer_is_lost_has_an_unknown_outcome(
    sandbox: Sandbox, sandbox_place2book: Place2bookClient, fault: Kind
) -> None:
    event_id = sandbox_place2book.create_event(5101, DESIRED, OnCreate()).event_id
    sandbox.log.clear()
    sandbox.faults.add("place2book", fault, method="PUT")
    with pytest.raises(OutcomeUnknown):
        sandbox_place2book.update_event(5101, event_id, {"name": "Nyt navn"})
    assert [write.method for write in sandbox.log.writes()] == ["PUT"]


def test_deleted_event_is_missing(sandbox: Sandbox, sandbox_place2book: Place2bookClient) -> None:
    event_id = sandbox_place2book.create_event(5101, DESIRED, OnCreate()).event_id
    sandbox_place2book.delete_event(5101, event_id)
    with pytest.raises(NotFound):
        sandbox_place2book.event(5101, event_id)
    with pytest.raises(NotFound):
        sandbox_place2book.update_event(5101, event_id, {"name": "Nyt navn"})
    with pytest.raises(NotFound):
        sandbox_place2book.delete_event(5101, event_id)


def test_delete_of_a_sold_event_is_refused(sandbox: Sandbox, sandbox_place2book: Place2bookClient) -> None:
    event_id = sandbox_place2book.create_event(5101, DESIRED, OnCreate()).event_id
    sandbox.place2book.buy(event_id)
    with pytest.raises(Refused) as raised:
        sandbox_place2book.delete_event(5101, event_id)
    assert (type(raised.value), bool(raised.value.said)) == (Refused, True)
    assert sandbox_place2book.event(5101, event_id).deletable is False
