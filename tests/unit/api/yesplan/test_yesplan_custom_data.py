"""Custom data in Yesplan's REST API: of many events, of one, and written."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from billetbro.api.yesplan.client import YesplanClient
from billetbro.errors import (
    BilletbroError,
    InternalServerError,
    InvalidResponse,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refused,
    ServerError,
    WrongCredentials,
)
from sandbox.server import Sandbox
from tests.cases import cases
from tests.unit.api.answering import Reply, Server, as_json
from tests.unit.api.conftest import HASTY
from tests.unit.api.yesplan.yesplan_samples import DAYS, KEY, QUOTED, page


@cases(
    "answer read",
    ("no groups", {"groups": []}, {}),
    ("values only", {"items": {"a": "1"}}, {"a": "1"}),
    ("choices", {"items": {"a": ["Ja"], "b": []}}, {"a": ["Ja"], "b": []}),
    ("no items", {"items": []}, {}),
    (
        "list of fields",
        {
            "items": [
                {"name": "A", "keyword": "a", "type": "choice", "value": ["Ja"]},
                {"keyword": "b", "type": "text"},
                {"name": "C", "value": "1"},
                {"keyword": 4, "value": "1"},
                None,
            ]
        },
        {"a": ["Ja"], "b": None},
    ),
    (
        "odd groups",
        {"groups": [None, {"keyword": "t", "children": [{"keyword": "a", "value": None, "children": 3}, 4]}]},
        {"a": None},
    ),
)
def test_custom_data_of_one_event_is_read(
    yesplan: YesplanClient, server: Server, answer: object, read: dict[str, object]
) -> None:
    server.will_answer(as_json(answer))
    assert yesplan.custom_data_of("1-2") == read


@cases(
    "reply kind",
    ("neither", as_json({"message": "x"}), InvalidResponse),
    ("list", as_json([]), InvalidResponse),
    ("text for items", as_json({"items": "a"}), InvalidResponse),
    (
        "keyword twice, differently",
        as_json({"items": [{"keyword": "a", "value": "1"}, {"keyword": "a", "value": "2"}]}),
        InvalidResponse,
    ),
    ("gone", Reply(status=404), NotFound),
    ("not ours to see", Reply(status=403), Refused),
    ("key is unknown", Reply(status=401), WrongCredentials),
)
def test_custom_data_of_one_that_cannot_be_had_is_an_error(
    yesplan: YesplanClient, server: Server, reply: Reply, kind: type[BilletbroError]
) -> None:
    server.will_answer(reply)
    with pytest.raises(kind) as raised:
        yesplan.custom_data_of("1-2")
    assert type(raised.value) is kind


NOT_MANY = Reply(status=404)


TOLD = as_json({"items": {"a": "1"}})


@cases(
    "replies told",
    ("one is gone", [NOT_MANY, Reply(status=404), TOLD], ["2"]),
    ("one is not ours to see", [NOT_MANY, Reply(status=403), TOLD], ["2"]),
    ("one is no custom data", [NOT_MANY, as_json([]), TOLD], ["2"]),
    ("the only one", [NOT_MANY, Reply(status=404)], []),
)
def test_custom_data_of_all_but_a_few_events_is_read(server: Server, replies: list[Reply], told: list[str]) -> None:
    server.will_answer(*replies)
    one_at_a_time = replace(HASTY, concurrency=1)
    with YesplanClient(server.url, KEY, connection="yesplan_theater", settings=one_at_a_time) as client:
        assert list(client.custom_data("x", [str(number + 1) for number in range(len(replies) - 1)])) == told


@cases(
    "reply kind",
    ("none is ours to see", Reply(status=403), WrongCredentials),
    ("key is unknown", Reply(status=401), WrongCredentials),
    ("all are gone", Reply(status=404), InvalidResponse),
    ("Yesplan is ill", Reply(status=500), ServerError),
    ("too often", Reply(status=429), RateLimited),
)
def test_custom_data_that_is_told_of_no_event_is_an_error(
    yesplan: YesplanClient, server: Server, reply: Reply, kind: type[BilletbroError]
) -> None:
    server.will_answer(NOT_MANY, reply)
    with pytest.raises(kind) as raised:
        yesplan.custom_data("x", ["1", "2"])
    assert type(raised.value) is kind


def test_custom_data_of_many_when_yesplan_is_ill_is_given_up_soon(sandbox: Sandbox, theater: YesplanClient) -> None:
    state = sandbox.yesplan["theater"]
    state.behave(bulk=False)
    ids = sorted(event.id for event in state.events)
    sandbox.faults.add("yesplan:theater", "status", path="|".join(f"{one}/customdata" for one in ids[3:]), code=500)
    with pytest.raises(ServerError):
        theater.custom_data(DAYS, ids)


def test_custom_data_that_bulk_leaves_out_is_asked_for_singly(yesplan: YesplanClient, server: Server) -> None:
    server.will_answer(page({"event": {"id": "1"}, "items": {"a": "1"}}), as_json({"groups": [], "items": {"a": "2"}}))
    assert yesplan.custom_data("x", ["1", "2"]) == {"1": {"a": "1"}, "2": {"a": "2"}}
    found = [urlsplit(one.path).path for one in server.received]
    assert found == ["/api/events/x/customdata", "/api/event/2/customdata"]


OF_TWO = {"event": {"id": "2"}}


@pytest.mark.parametrize(
    "reply",
    [
        *(pytest.param(Reply(status=status), id=str(status)) for status in (400, 403, 404, 405, 422, 501)),
        pytest.param(Reply(b"<!DOCTYPE html><html></html>"), id="web page"),
        pytest.param(page({"items": {"a": "1"}}), id="of no event"),
        pytest.param(
            page({"event": {"id": "2"}, "items": {"a": "1"}}, {"event": {"id": "2"}, "items": {}}), id="twice"
        ),
    ],
)
def test_custom_data_not_offered_for_many_is_asked_singly(yesplan: YesplanClient, server: Server, reply: Reply) -> None:
    server.will_answer(reply, as_json({"items": {"a": "2"}}))
    assert yesplan.custom_data("x", ["2"]) == {"2": {"a": "2"}}


def test_custom_data_of_no_events_is_not_asked_for(yesplan: YesplanClient, server: Server) -> None:
    assert (yesplan.custom_data("x", []), server.received) == ({}, [])


@pytest.mark.parametrize("reply", [as_json({}), Reply(status=204)], ids=["200", "204"])
def test_custom_data_is_written_as_keywords_and_values(yesplan: YesplanClient, server: Server, reply: Reply) -> None:
    server.will_answer(reply)
    yesplan.write_custom_data("1/2", {"ticket_link": "https://a.example", "sold": 3})
    written = [{"keyword": "ticket_link", "value": "https://a.example"}, {"keyword": "sold", "value": 3}]
    assert (server.methods(), server.bodies()) == (["PUT"], [written])
    assert server.received[0].path == f"/api/event/1%2F2/customdata?api_key={QUOTED}"


@cases(
    "replies kind",
    ("keyword is not ours", [Reply(status=403), as_json({"id": "1"})], Refused),
    ("key was revoked", [Reply(status=403), Reply(status=403)], WrongCredentials),
    ("key is unknown", [Reply(status=401)], WrongCredentials),
    ("no such keyword", [Reply(status=400)], Refused),
    ("no such event", [Reply(status=404)], NotFound),
    ("500", [Reply(status=500)], InternalServerError),
    ("nobody knows", [Reply(status=503)], OutcomeUnknown),
)
def test_write_that_fails_is_an_error_of_the_tree(
    yesplan: YesplanClient, server: Server, replies: list[Reply], kind: type[BilletbroError]
) -> None:
    server.will_answer(*replies)
    with pytest.raises(kind) as raised:
        yesplan.write_custom_data("1", {"a": 1})
    assert type(raised.value) is kind
    assert server.methods() == ["PUT", "GET"][: len(replies)]
