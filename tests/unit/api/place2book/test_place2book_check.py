"""Event makers in Place2book, and trying a connection to it."""

import logging
from collections.abc import Callable

import pytest

from billetbro.api.place2book.client import EventMaker, Place2bookClient
from billetbro.errors import BilletbroError, InvalidResponse, NoAccess, WrongCredentials, WrongHost
from billetbro.models import OnCreate
from sandbox.server import Sandbox
from tests.cases import cases
from tests.unit.api.answering import Reply, Server, as_json
from tests.unit.api.conftest import HASTY, TOKEN
from tests.unit.api.place2book.place2book_samples import DESIRED


def test_event_makers_in_every_spelling_are_read(place2book: Place2bookClient, server: Server) -> None:
    server.will_answer(as_json([{"id": "evm5000", "name": "Solbjerg"}, {"id": 5100, "name": None}]))
    expected = (EventMaker(event_maker=5000, name="Solbjerg"), EventMaker(event_maker=5100, name=""))
    assert place2book.event_makers() == expected


@cases(
    "reply kind",
    ("401", Reply(status=401), WrongCredentials),
    ("403", Reply(status=403), WrongCredentials),
    ("404", Reply(status=404), WrongHost),
    ("a web page", Reply(b"<!doctype html>"), InvalidResponse),
    ("not a list", as_json({"event_makers": []}), InvalidResponse),
    ("no id", as_json([{"name": "Uden id"}]), InvalidResponse),
    ("none", as_json([]), NoAccess),
    ("not the one in question", as_json([{"id": 5000, "name": "Solbjerg"}]), NoAccess),
)
def test_check_that_fails_says_why(
    place2book: Place2bookClient, server: Server, reply: Reply, kind: type[BilletbroError]
) -> None:
    server.will_answer(reply)
    with pytest.raises(kind) as raised:
        place2book.check([5000, 5001])
    assert type(raised.value) is kind
    assert str(raised.value).startswith("Connection 'place2book' to 127.0.0.1:")


def test_check_of_the_stand_in_names_the_event_makers(sandbox_place2book: Place2bookClient) -> None:
    said = sandbox_place2book.check([5000, 5101])
    assert "Solbjerg Bibliotek (5000)" in str(said.values["names"])
    assert "Nordvig Havn (5101)" in str(said.values["names"])


def test_check_with_a_wrong_token_says_so(sandbox: Sandbox) -> None:
    client = Place2bookClient(sandbox.place2book_url, "forkert", connection="place2book", settings=HASTY)
    with client, pytest.raises(WrongCredentials) as raised:
        client.check()
    assert "did not accept the login (status 401)" in str(raised.value)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 500])
def test_token_shows_in_no_log_message_or_repr(
    place2book: Place2bookClient, server: Server, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    server.will_answer(Reply(f'{{"message": "{TOKEN}"}}'.encode(), status))
    seen = [repr(place2book), repr(vars(place2book))]
    acts: list[Callable[[], object]] = [
        place2book.check,
        lambda: list(place2book.events(5000)),
        lambda: place2book.create_event(5000, DESIRED, OnCreate()),
    ]
    with caplog.at_level(logging.DEBUG):
        for act in acts:
            try:
                seen.append(repr(act()))
            except BilletbroError as error:
                seen += [repr(error), repr(error.__cause__), repr(error.__context__), repr(vars(error))]
    assert caplog.text
    assert TOKEN not in "\n".join([*seen, caplog.text])
