"""The session under every client: retries, waiting, time-outs, redirects and bounds."""

import gzip
import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http import HTTPMethod
from ipaddress import ip_address

import pytest

from billetbro.api.http import addresses
from billetbro.api.http.access import RequestSettings
from billetbro.api.http.response import Answer
from billetbro.api.http.session import ApiSession
from billetbro.api.http.transport import Credentials
from billetbro.errors import (
    BilletbroError,
    InternalServerError,
    InvalidResponse,
    NotFound,
    OutcomeUnknown,
    OutOfTime,
    RateLimited,
    Refused,
    ServerError,
    TimedOut,
    Unreachable,
    WrongCredentials,
    WrongHost,
)
from billetbro.time_limit import TimeLimit, limited
from tests.cases import cases
from tests.unit.api.answering import Reply, Server, as_json
from tests.unit.api.conftest import HASTY, TOKEN

WRITES = [HTTPMethod.POST, HTTPMethod.PUT, HTTPMethod.PATCH, HTTPMethod.DELETE]
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\nContent-Length: 9\r\n\r\n"
BUSY = Reply(status=429, headers={"Retry-After": "1"})


def session_for(url: str, settings: RequestSettings = HASTY) -> ApiSession:
    credentials = Credentials({"X-Token": TOKEN}, ())
    return ApiSession(url, connection="place2book", credentials=credentials, headers={}, settings=settings)


def ask(session: ApiSession, method: str) -> Answer:
    return session.get("/", what="x") if method == "GET" else session.write(method, "/", what="x", body={"a": 1})


@pytest.fixture
def session(server: Server, hasty: RequestSettings) -> Iterator[ApiSession]:
    with session_for(server.url, hasty) as opened:
        yield opened


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_read_after_a_passing_trouble_succeeds(server: Server, session: ApiSession, status: int) -> None:
    server.will_answer(Reply(status=status), Reply(status=status), as_json([1]))
    assert session.get("/events", what="for its events").data == [1]
    assert server.methods() == ["GET", "GET", "GET"]


@cases(
    "reply kind tries",
    ("500", Reply(b"<html>down</html>", 500), ServerError, 3),
    ("501 is no passing trouble", Reply(status=501), ServerError, 1),
    ("429", Reply(status=429), RateLimited, 3),
    ("429 with nonsense", Reply(status=429, headers={"Retry-After": "snart"}), RateLimited, 3),
    ("429 with many digits", Reply(status=429, headers={"Retry-After": "9" * 5000}), RateLimited, 3),
    ("429 far off", Reply(status=429, headers={"Retry-After": "Mon, 01 Jan 99999 00:00:00 GMT"}), RateLimited, 3),
    ("401", Reply(status=401), WrongCredentials, 1),
    ("403", Reply(status=403), Refused, 1),
    ("404", Reply(status=404), NotFound, 1),
    ("a web page with 200", Reply(b"<!DOCTYPE html><p>Log ind", 200), InvalidResponse, 1),
    ("cut short", Reply(b'[{"uuid": "1"', 200), InvalidResponse, 1),
    ("empty", Reply(b"", 200), InvalidResponse, 1),
    ("not text", Reply(b"\xff\xfe\xfa", 200), InvalidResponse, 1),
    ("nested without end", Reply(b"[" * 200_000, 200), InvalidResponse, 1),
    ("not what it says it is", Reply(b"[1]", 200, {"Content-Encoding": "gzip"}), InvalidResponse, 1),
    ("slow", Reply(b"[]", 200, delay=30), TimedOut, 3),
    ("redirects for ever", Reply(status=302, headers={"Location": "/events"}), WrongHost, 6),
    ("a redirect to nowhere", Reply(status=304), WrongHost, 1),
)
def test_read_that_fails_raises_an_error_that_says_whose(
    server: Server, session: ApiSession, reply: Reply, kind: type[BilletbroError], tries: int
) -> None:
    server.will_answer(reply)
    with pytest.raises(kind) as raised:
        session.get("/events", what="for the events of event maker 5000")
    assert type(raised.value) is kind
    assert f"Connection 'place2book' to {session.host} " in str(raised.value)
    assert "when asked for the events of event maker 5000; " in str(raised.value)
    assert len(server.received) == tries


@pytest.mark.parametrize("method", WRITES)
@cases(
    "reply kind",
    ("500", Reply(status=500), InternalServerError),
    ("503", Reply(status=503, headers={"Retry-After": "0"}), OutcomeUnknown),
    ("slow", Reply(b"{}", 200, delay=30), OutcomeUnknown),
    ("a web page with 200", Reply(b"<html>", 200), OutcomeUnknown),
    ("cut short", Reply(b'{"id": 1', 200), OutcomeUnknown),
    ("400", Reply(status=400), Refused),
    ("403", Reply(status=403), Refused),
    ("404", Reply(status=404), NotFound),
    ("401", Reply(status=401), WrongCredentials),
    ("redirect", Reply(status=307, headers={"Location": "/elsewhere"}), WrongHost),
)
def test_write_that_fails_is_sent_once(
    server: Server, session: ApiSession, method: str, reply: Reply, kind: type[BilletbroError]
) -> None:
    server.will_answer(reply)
    with pytest.raises(kind) as raised:
        session.write(method, "/events", what="to create an event", body={"event": {}})
    assert type(raised.value) is kind
    assert server.methods() == [method]


@pytest.mark.parametrize("method", ["GET", *WRITES])
@cases(
    "interim",
    ("100", CONTINUE),
    ("102", PROCESSING),
    ("103", HINTS),
    ("several", CONTINUE + PROCESSING * 3 + HINTS * 3),
)
def test_answer_is_what_comes_after_what_is_said_before_it(
    server: Server, session: ApiSession, method: str, interim: bytes
) -> None:
    server.will_answer(
        replace(as_json([1], 201), interim=interim, headers={"Location": "/events/1"}), as_json([2]), as_json([3])
    )
    first, second, third = (ask(session, method) for _ in range(3))
    assert first == Answer(status=201, data=[1], location="/events/1")
    assert (second.data, third.data, server.methods()) == ([2], [3], [method] * 3)


@cases(
    "reply of_a_read of_a_write",
    ("then nothing", Reply(interim=HINTS, delay=30), TimedOut, OutcomeUnknown),
    ("for ever", Reply(interim=HINTS * 50), Unreachable, OutcomeUnknown),
    ("then trouble", Reply(interim=HINTS, status=500), ServerError, InternalServerError),
    ("then a refusal", Reply(interim=HINTS, status=400), Refused, Refused),
    ("another protocol", Reply(status=101, headers={"Upgrade": "x"}), InvalidResponse, OutcomeUnknown),
)
@pytest.mark.parametrize("method", ["GET", *WRITES])
def test_what_is_said_before_the_answer_is_no_answer(
    server: Server,
    session: ApiSession,
    method: str,
    reply: Reply,
    of_a_read: type[BilletbroError],
    of_a_write: type[BilletbroError],
) -> None:
    server.will_answer(reply)
    expected = of_a_read if method == "GET" else of_a_write
    with pytest.raises(expected) as raised:
        ask(session, method)
    assert type(raised.value) is expected
    assert method == "GET" or server.methods() == [method]


def test_write_that_is_told_to_wait_after_hints_is_sent_again_once(server: Server, session: ApiSession) -> None:
    server.will_answer(replace(BUSY, interim=HINTS), replace(as_json({"id": 1}, 201), interim=HINTS))
    assert (ask(session, "POST").data, server.methods()) == ({"id": 1}, ["POST", "POST"])


def test_write_after_429_waits_and_is_sent_again(server: Server, session: ApiSession) -> None:
    server.will_answer(BUSY, as_json({"id": 1}, 201))
    began = time.monotonic()
    answer = session.write("POST", "/events", what="to create an event", body={"event": {}})
    assert (answer.status, answer.data, server.methods()) == (201, {"id": 1}, ["POST", "POST"])
    assert time.monotonic() - began >= 1


def test_write_after_429_for_ever_gives_up(server: Server, session: ApiSession) -> None:
    server.will_answer(Reply(status=429))
    with pytest.raises(RateLimited):
        session.write("DELETE", "/events/1", what="to delete event 1")
    assert server.methods() == ["DELETE", "DELETE", "DELETE"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_retry_after_of_an_hour_is_not_waited_for(server: Server, session: ApiSession, method: str) -> None:
    server.will_answer(Reply(status=429, headers={"Retry-After": "3600"}), as_json({}))
    began = time.monotonic()
    answer = ask(session, method)
    assert answer.data == {}
    assert time.monotonic() - began < 600


@pytest.mark.parametrize("method", ["GET", *WRITES])
def test_host_that_refuses_connections_is_unreachable(method: str) -> None:
    with Server() as gone:
        url = gone.url
    with session_for(url) as session, pytest.raises(Unreachable) as raised:
        ask(session, method)
    assert "could not be made" in str(raised.value)


def test_host_that_speaks_no_tls_is_unreachable_for_a_read(server: Server) -> None:
    with session_for(server.url.replace("http:", "https:")) as session, pytest.raises(Unreachable) as raised:
        session.get("/", what="for its events")
    assert "secure connection" in str(raised.value)


@pytest.mark.parametrize("host", ["https://a..b", "https://" + "x" * 70 + ".dk"], ids=["empty label", "long label"])
def test_host_that_cannot_exist_is_wrong(host: str) -> None:
    with session_for(host) as session, pytest.raises(WrongHost) as raised:
        session.get("/", what="for its events")
    assert "check the host" in str(raised.value)


@pytest.mark.parametrize("token", ["to\nken", "tøken", "tok€n"], ids=["line break", "latin letter", "euro"])
def test_token_that_no_header_can_hold_is_wrong(token: str) -> None:
    credentials = Credentials({"X-Token": token}, ())
    with pytest.raises(WrongCredentials) as raised:
        ApiSession("http://127.0.0.1", connection="p2b", credentials=credentials, headers={}, settings=HASTY)
    assert str(raised.value) == "Connection 'p2b' has a token that cannot be sent; copy it once more."


@pytest.mark.parametrize("method", ["GET", *WRITES])
def test_redirect_to_another_origin_is_an_error_that_names_both_and_is_not_followed(
    server: Server, session: ApiSession, method: str
) -> None:
    with Server("127.0.0.2") as elsewhere:
        elsewhere.will_answer(as_json([]))
        server.will_answer(Reply(status=307, headers={"Location": f"{elsewhere.url}/there?token=hemmelig"}))
        ask = session.get if method == "GET" else partial(session.write, method)
        with pytest.raises(WrongHost) as raised:
            ask("/here", what="x")
    assert (elsewhere.received, server.methods()) == ([], [method])
    assert f"to {server.url} was redirected to {elsewhere.url} when" in str(raised.value)
    assert ("hemmelig" in str(raised.value), TOKEN in str(raised.value)) == (False, False)


@cases(
    "location",
    ("another scheme", "https://127.0.0.1:{port}/there"),
    ("another port", "http://127.0.0.1:1/there"),
    ("another name for the same host", "http://localhost:{port}/there"),
    ("no scheme", "//127.0.0.2:{port}/there"),
    ("a scheme of its own", "file:///etc/passwd"),
    ("no address", "http://[::1/there"),
)
def test_redirect_that_leaves_the_origin_in_any_way_is_refused(
    server: Server, session: ApiSession, location: str
) -> None:
    port = server.url.rpartition(":")[2]
    server.will_answer(Reply(status=302, headers={"Location": location.format(port=port)}))
    with pytest.raises(WrongHost):
        session.get("/here", what="x")
    assert server.methods() == ["GET"]


def test_redirects_that_come_back_are_not_followed_either(server: Server, session: ApiSession) -> None:
    with Server("127.0.0.2") as elsewhere:
        elsewhere.will_answer(Reply(status=302, headers={"Location": f"{server.url}/there"}))
        server.will_answer(Reply(status=302, headers={"Location": f"{elsewhere.url}/"}), as_json(["there"]))
        with pytest.raises(WrongHost):
            session.get("/here", what="x")
    assert (elsewhere.received, server.methods()) == ([], ["GET"])


def test_connection_to_a_machines_own_service_is_made_but_nothing_is_sent(
    session: ApiSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server("127.0.0.3") as metadata:
        metadata.will_answer(as_json(["credentials"]))
        monkeypatch.setattr(addresses, "METADATA_ADDRESSES", frozenset({ip_address("127.0.0.3")}))
        with session_for(metadata.url, HASTY) as asking, pytest.raises(WrongHost) as raised:
            asking.get("/latest", what="x")
    assert metadata.received == []
    assert "that only the machine itself or its cloud has" in str(raised.value)


def test_redirect_of_a_read_within_the_host_keeps_the_token(server: Server, session: ApiSession) -> None:
    server.will_answer(Reply(status=301, headers={"Location": "/there"}), as_json(["there"]))
    assert session.get("/here", what="x").data == ["there"]
    assert [(one.path, one.headers["X-Token"]) for one in server.received] == [("/here", TOKEN), ("/there", TOKEN)]


def test_answer_larger_than_the_bound_is_not_read_to_its_end(server: Server) -> None:
    server.will_answer(Reply(b"[" + b"1," * 400_000 + b"1]"))
    with session_for(server.url, replace(HASTY, max_bytes=1000)) as session, pytest.raises(InvalidResponse) as raised:
        session.get("/", what="for its events")
    assert "more than 1000 bytes" in str(raised.value)


def test_answer_that_comes_drop_by_drop_is_not_waited_for(server: Server) -> None:
    server.will_answer(Reply(json.dumps(list(range(100))).encode(), pause=0.2))
    began = time.monotonic()
    with (
        session_for(server.url, replace(HASTY, longest_answer=0.3)) as session,
        pytest.raises(InvalidResponse) as raised,
    ):
        session.get("/", what="for its events")
    assert "had not ended after 0.3 seconds" in str(raised.value)
    assert time.monotonic() - began < 60  # of 78


@pytest.mark.parametrize("coded", [{}, {"Content-Encoding": "gzip"}], ids=["plain", "compressed"])
def test_answer_that_comes_in_pieces_is_read_whole(server: Server, coded: dict[str, str]) -> None:
    numbers = list(range(20))
    body = json.dumps(numbers).encode()
    server.will_answer(Reply(gzip.compress(body) if coded else body, headers=coded, pause=0.001))
    with session_for(server.url, HASTY) as session:
        assert session.get("/", what="for its events").data == numbers


def test_cookie_of_an_answer_is_not_sent_back(server: Server, session: ApiSession) -> None:
    server.will_answer(Reply(b"[]", headers={"Set-Cookie": "session=1; Path=/"}))
    session.get("/", what="x")
    session.get("/", what="x")
    assert [one.headers.get("Cookie") for one in server.received] == [None, None]


@cases(
    "body said",
    ("message", b'{"message": "phone is invalid"}', "phone is invalid"),
    ("object", b'{"error": {"phone": ["is invalid", "is long"]}}', "phone: is invalid · phone: is long"),
    ("list", b'{"errors": ["a", {"name": "b"}]}', "a · name: b"),
    ("field by field", b'{"phone": "is invalid"}', "phone: is invalid"),
    ("bare text", b'"no"', "no"),
    ("plain text", b"begin_at  is\nlocked\x00", "begin_at is locked"),
    ("a web page", b"<html><body>Forbidden</body></html>", ""),
    ("HTML within", b'{"message": "<b>No</b> &amp; never"}', "No & never"),
    ("nothing but signs", b'{"message": "' + b"<" * 400_000 + b'"}', "<" * 299 + "…"),
    ("a number beyond measure", b'{"message": "&#' + b"9" * 5_000 + b';"}', "&#***"),
    ("nothing but white space at first", b" " * 400_000 + b"no", ""),
    ("our own token", f'{{"message": "token {TOKEN} is wrong"}}'.encode(), "token *** is wrong"),
    ("long", b'{"message": "' + b"x" * 900 + b'"}', "x" * 299 + "…"),
    ("not text", b"\xff\xfe", ""),
    ("nothing", b"", ""),
)
def test_refusal_carries_the_words_of_the_api(server: Server, session: ApiSession, body: bytes, said: str) -> None:
    server.will_answer(Reply(body, 400))
    with pytest.raises(Refused) as raised:
        session.write("PUT", "/events/1", what="to update event 1", body={})
    assert (raised.value.status, raised.value.said) == (400, said)


def test_requests_past_the_rate_wait_their_turn(server: Server) -> None:
    server.will_answer(as_json([]))
    with session_for(server.url, replace(HASTY, per_second=5)) as session:
        began = time.monotonic()
        session.map_concurrently(lambda _: session.get("/", what="x"), range(11))
    assert time.monotonic() - began >= 1.8
    assert len(server.received) == 11


def test_retries_of_a_read_keep_to_the_rate(server: Server) -> None:
    server.will_answer(Reply(status=503), Reply(status=503), as_json([]))
    with session_for(server.url, replace(HASTY, per_second=2, backoff=0)) as session:
        began = time.monotonic()
        session.get("/", what="x")
    assert time.monotonic() - began >= 0.9
    assert len(server.received) == 3


def test_map_concurrently_keeps_the_order_and_the_bound() -> None:
    at_once, most, lock = 0, 0, threading.Lock()

    def doubled(number: int) -> int:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.01)
        with lock:
            at_once -= 1
        return number * 2

    with session_for("http://127.0.0.1", replace(HASTY, concurrency=3)) as session:
        assert session.map_concurrently(doubled, range(12)) == [number * 2 for number in range(12)]
        assert session.map_concurrently(doubled, []) == []
    assert most == 3


def test_map_concurrently_after_an_error_begins_no_more() -> None:
    begun: list[int] = []

    def failing(number: int) -> None:
        begun.append(number)
        raise ServerError(f"number {number}")

    only_one = replace(HASTY, concurrency=1)
    with session_for("http://127.0.0.1", only_one) as session, pytest.raises(ServerError, match="number 0"):
        session.map_concurrently(failing, range(1000))
    assert len(begun) < 1000


@pytest.mark.parametrize("status", [200, 302, 400, 401, 429, 500])
def test_token_shows_in_no_log_message_or_repr(
    server: Server, session: ApiSession, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    server.will_answer(Reply(f'{{"message": "{TOKEN}"}}'.encode(), status, {"Location": "/"}))
    seen = [repr(session), repr(vars(session)["_http"].auth)]
    with caplog.at_level(logging.DEBUG):
        for method in ("GET", "POST"):
            try:
                seen.append(repr(ask(session, method)))
            except BilletbroError as error:
                seen += [repr(error), str(error), repr(error.__cause__), repr(error.__context__)]
    assert TOKEN not in "\n".join([*seen, caplog.text])
    assert caplog.text


@pytest.fixture
def limit() -> TimeLimit:
    return TimeLimit(library="herlev", seconds=600)


@pytest.fixture
def hurried(server: Server, limit: TimeLimit) -> Iterator[ApiSession]:
    with limited(limit), session_for(server.url) as opened:
        yield opened


@pytest.mark.parametrize("method", ["GET", *WRITES])
def test_request_after_the_time_limit_is_not_sent(
    server: Server, hurried: ApiSession, limit: TimeLimit, method: str
) -> None:
    server.will_answer(as_json([1]))
    assert ask(hurried, method).status == 200
    limit.end()
    with pytest.raises(OutOfTime):
        ask(hurried, method)
    assert len(server.methods()) == 1


def test_request_in_another_thread_of_the_session_has_its_limit(
    server: Server, hurried: ApiSession, limit: TimeLimit
) -> None:
    limit.end()
    with pytest.raises(OutOfTime):
        hurried.map_concurrently(lambda _: ask(hurried, "GET"), range(3))
    assert server.methods() == []


def test_read_that_never_ends_ends_with_the_time_limit_and_is_not_repeated(server: Server) -> None:
    server.will_answer(Reply(b"[]", 200, delay=30))
    hurry = TimeLimit(library="herlev", seconds=0.5)
    with limited(hurry), session_for(server.url) as session, pytest.raises(OutOfTime):
        session.get("/", what="x")
    assert server.methods() == ["GET"]


def test_write_whose_answer_comes_after_the_time_limit_was_carried_out(server: Server) -> None:
    server.will_answer(Reply(b"[1]", 200, delay=1))
    hurry = TimeLimit(library="herlev", seconds=0.5)
    with limited(hurry), session_for(server.url) as session:
        answer = ask(session, "POST")
    assert (answer.data, hurry.left <= 0, server.methods()) == ([1], True, ["POST"])


def test_write_whose_answer_is_lost_after_the_time_limit_may_have_been_carried_out(server: Server) -> None:
    server.will_answer(Reply(b"", 200, delay=30))
    hurry = TimeLimit(library="herlev", seconds=0.2)
    impatient = replace(HASTY, read_timeout=0.5)
    with limited(hurry), session_for(server.url, impatient) as session, pytest.raises(OutcomeUnknown):
        ask(session, "POST")
    assert (hurry.left <= 0, server.methods()) == (True, ["POST"])


def test_write_that_is_to_wait_beyond_the_time_limit_is_not_sent_again(server: Server) -> None:
    server.will_answer(Reply(status=429, headers={"Retry-After": "60"}))
    hurry = TimeLimit(library="herlev", seconds=0.5)
    with limited(hurry), session_for(server.url, replace(HASTY, longest_wait=60)) as session, pytest.raises(OutOfTime):
        ask(session, "POST")
    assert server.methods() == ["POST"]
