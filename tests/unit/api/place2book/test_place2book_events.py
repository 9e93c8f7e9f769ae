"""Reading events in Place2book, in every spelling and page by page."""

from dataclasses import replace
from datetime import timedelta

import pytest

from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import BilletbroError, InvalidResponse, NoAccess, Refused, WrongCredentials
from billetbro.models import CurrentEvent, OnCreate
from sandbox.server import Sandbox
from tests.cases import cases
from tests.unit.api.answering import Reply, Server, as_json
from tests.unit.api.conftest import TOKEN
from tests.unit.api.place2book.place2book_samples import BEGIN, CURRENT, DESIRED, SHOWN, without

BARE = without("metadata")


@cases(
    "shown expected",
    ("bare, metadata, deleteable", SHOWN, CURRENT),
    ("wrapped", {"event": SHOWN}, CURRENT),
    (
        "meta_data, deletable",
        {"event": {**BARE, "meta_data": {"event_state": "paused", "deletable": False}}},
        replace(CURRENT, deletable=False, available_tickets=None, paused=True),
    ),
    ("outside", {**BARE, "deleteable": 0}, replace(CURRENT, deletable=False, available_tickets=None, paused=None)),
    ("nothing", {**BARE, "meta_data": []}, replace(CURRENT, deletable=None, available_tickets=None, paused=None)),
    ("id with letters", {**SHOWN, "id": "ev123"}, CURRENT),
    ("id as text", {**SHOWN, "id": "123"}, CURRENT),
    ("unlimited", {**SHOWN, "capacity": "∞"}, replace(CURRENT, capacity=None)),
    ("capacity as text", {**SHOWN, "capacity": "1500"}, CURRENT),
    (
        "values that cannot be understood",
        {**SHOWN, "begin_at": "2027-06-21", "end_at": 5, "active": "ja?", "links": "x"},
        replace(CURRENT, begin_at=None, end_at=None, active=None, sales_location=None),
    ),
    ("passive by state", {**without("passive"), "state": "passive"}, replace(CURRENT, passive=True, state="passive")),
    (
        "seccode in the link only",
        {
            **without("seccode"),
            "links": {"sales_location": "https://www.place2book.com/da/sales_workflow/choose_tickets?seccode=12345"},
        },
        replace(
            CURRENT,
            seccode="12345",
            sales_location="https://www.place2book.com/da/sales_workflow/choose_tickets?seccode=12345",
        ),
    ),
    ("seccode at the end of the link only", without("seccode"), CURRENT),
    ("only an id", {"id": 123}, CurrentEvent(event_maker=5000, event_id=123, seccode="", name="")),
)
def test_event_in_every_spelling_is_read(
    place2book: Place2bookClient, server: Server, shown: object, expected: CurrentEvent
) -> None:
    server.will_answer(as_json(shown))
    assert place2book.event(5000, 123) == expected
    (asked,) = server.received
    assert (asked.path, asked.headers["X-PLACE2BOOK-API-TOKEN"]) == ("/event_makers/5000/events/123", TOKEN)
    assert asked.headers["Accept"] == "application/vnd.place2book.v1+json"


@cases(
    "shown",
    ("a list", []),
    ("a text", "event"),
    ("no id", {"name": "Uden id"}),
    ("an id that is a flag", {"id": True}),
    ("the id of something else", {"id": "pr123"}),
    ("another event", {"id": 124}),
)
def test_event_without_an_id_is_a_bad_answer(place2book: Place2bookClient, server: Server, shown: object) -> None:
    server.will_answer(as_json(shown))
    with pytest.raises(InvalidResponse):
        place2book.event(5000, 123)


def page(first: int, length: int) -> list[dict[str, object]]:
    return [{"id": event_id} for event_id in range(first, first + length)]


@cases(
    "pages expected",
    ("none", [[]], []),
    ("one short page", [page(1, 3)], [1, 2, 3]),
    ("one full page", [page(1, 200), []], list(range(1, 201))),
    ("three pages", [page(1, 200), page(201, 200), page(401, 7)], list(range(1, 408))),
    ("an event that moved to the next page", [page(1, 200), page(200, 2)], list(range(1, 202))),
)
def test_events_are_read_page_by_page(
    place2book: Place2bookClient, server: Server, pages: list[object], expected: list[int]
) -> None:
    server.will_answer(*map(as_json, pages))
    assert [event.event_id for event in place2book.events(5000, begin_at_after=BEGIN)] == expected
    since = "event_begin_at_after=2027-06-21T12%3A00%3A00Z"
    assert [one.path for one in server.received] == [
        f"/event_makers/5000/events?per_page=200&page={number + 1}&{since}" for number in range(len(pages))
    ]


@cases(
    "pages",
    ("the same page for ever", [page(1, 200)]),
    ("not a list", [{"events": []}]),
    ("an item without an id", [[{"name": "Uden id"}]]),
    ("an item that is null", [[None]]),
)
def test_incomplete_events_are_a_bad_answer(place2book: Place2bookClient, server: Server, pages: list[object]) -> None:
    server.will_answer(*map(as_json, pages))
    with pytest.raises(InvalidResponse):
        list(place2book.events(5000))


def test_events_of_the_stand_in_span_several_pages(sandbox: Sandbox, sandbox_place2book: Place2bookClient) -> None:
    made = [sandbox_place2book.create_event(5101, DESIRED, OnCreate()).event_id for _ in range(3)]
    assert [event.event_id for event in sandbox_place2book.events(5101)] == made
    assert list(sandbox_place2book.events(5101, begin_at_after=BEGIN + timedelta(days=1))) == []


@cases(
    "replies kind says",
    ("401", [Reply(status=401)], WrongCredentials, "correct the password or token"),
    ("403 everywhere", [Reply(status=403)], WrongCredentials, "correct the password or token"),
    ("403 here", [Reply(status=403), as_json([{"id": 5100}])], NoAccess, "without access to event maker 5000"),
    ("404 here", [Reply(status=404), as_json([{"id": 5100}])], NoAccess, "without access to event maker 5000"),
    ("400", [Reply(status=400)], Refused, "refused (status 400)"),
)
def test_events_that_may_not_be_listed_say_why(
    place2book: Place2bookClient, server: Server, replies: list[Reply], kind: type[BilletbroError], says: str
) -> None:
    server.will_answer(*replies)
    with pytest.raises(kind) as raised:
        list(place2book.events(5000))
    assert type(raised.value) is kind
    assert says in str(raised.value)
