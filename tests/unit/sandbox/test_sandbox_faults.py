"""Every way to fail can be switched on, for the requests that it is meant for, and off."""

import re
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest
import requests

from sandbox.faults import Kind
from sandbox.request_log import LoggedRequest
from sandbox.server import Sandbox
from tests.cases import cases
from tests.unit.sandbox.clients import TIMEOUT, Place2bookClient, cms_list, cms_patch, event_body

_Entry = tuple[str, str, str, dict[str, str], int | None]


def _get(sandbox: Sandbox) -> requests.Response:
    return requests.get(f"{sandbox.cms_urls['solbjerg']}/api/v1/events", timeout=TIMEOUT)


def _entry(entry: LoggedRequest) -> _Entry:
    return entry.server, entry.method, entry.path, entry.query, entry.status


def test_status_fault_answers_with_code_headers_and_body(sandbox: Sandbox) -> None:
    sandbox.faults.add("cms:solbjerg", "status", code=429, headers={"Retry-After": "7"}, body="Slow down")
    answer = _get(sandbox)
    assert (answer.status_code, answer.headers["Retry-After"], answer.text) == (429, "7", "Slow down")


@cases("work stored", ("work", True, 1), ("no work", False, 0))
def test_status_fault_carries_the_request_out_only_with_work(p2b: Place2bookClient, work: bool, stored: int) -> None:
    before = len(p2b.sandbox.place2book.events)
    p2b.sandbox.faults.add("place2book", "status", "POST", code=502, work=work)
    answer = p2b.send("POST", "/events", {"event": event_body()})
    assert (answer.status_code, len(p2b.sandbox.place2book.events) - before) == (502, stored)


@cases(
    "kind content_type text",
    ("a login page", "html_200", "text/html; charset=utf-8", "<!DOCTYPE html>"),
    ("an empty list", "empty_list", "application/json", "[]"),
    ("an object", "not_a_list", "application/json", '{"message"'),
)
def test_fault_that_answers_200_has_wrong_content(sandbox: Sandbox, kind: Kind, content_type: str, text: str) -> None:
    sandbox.faults.add("cms:solbjerg", kind)
    answer = _get(sandbox)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, content_type)
    assert answer.text.startswith(text)


def test_truncated_json_is_a_whole_answer_with_half_a_body(sandbox: Sandbox) -> None:
    whole = _get(sandbox)
    sandbox.faults.add("cms:solbjerg", "truncated_json")
    half = _get(sandbox)
    assert (half.status_code, half.content) == (200, whole.content[: len(whole.content) // 2])


@cases(
    "kind error",
    ("dropped before", "drop_before", requests.ConnectionError),
    ("dropped after", "drop_after", requests.ConnectionError),
    ("not HTTP", "garbage", requests.ConnectionError),
    ("body too short", "wrong_length", requests.exceptions.ChunkedEncodingError),
)
def test_fault_that_breaks_the_connection_passes(sandbox: Sandbox, kind: Kind, error: type[Exception]) -> None:
    sandbox.faults.add("cms:solbjerg", kind, times=1)
    with pytest.raises(error):
        _get(sandbox)
    assert _get(sandbox).status_code == 200


@pytest.mark.parametrize(("kind", "stored"), [("drop_before", 0), ("drop_after", 1)])
def test_dropped_connection_hides_whether_the_work_was_done(p2b: Place2bookClient, kind: Kind, stored: int) -> None:
    before = len(p2b.sandbox.place2book.events)
    p2b.sandbox.faults.add("place2book", kind, "POST")
    with pytest.raises(requests.ConnectionError):
        p2b.send("POST", "/events", {"event": event_body()})
    assert len(p2b.sandbox.place2book.events) - before == stored
    assert [_entry(entry) for entry in p2b.sandbox.log.writes()] == [
        ("place2book", "POST", "/event_makers/5100/events", {}, None)
    ]


def test_early_hints_come_before_the_answer_of_a_request_that_is_carried_out(sandbox: Sandbox) -> None:
    uuid = sandbox.cms["solbjerg"].find("Jazz i kælderen").uuid
    sandbox.faults.add("cms:solbjerg", "early_hints")
    url = urlsplit(sandbox.cms_urls["solbjerg"])
    with socket.create_connection((url.hostname, url.port), timeout=TIMEOUT) as connection:
        asked = f"GET /arrangementer/{uuid} HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: close\r\n\r\n"
        connection.sendall(asked.encode())
        said = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    assert re.findall(r"^HTTP/1.1 (\d+)", said, re.MULTILINE) == ["102", "103", "200"]
    assert "Jazz i kælderen" in said


def test_slow_fault_waits_and_then_answers(sandbox: Sandbox) -> None:
    sandbox.faults.add("cms:solbjerg", "slow", seconds=0.3)
    began = time.monotonic()
    assert _get(sandbox).status_code == 200
    assert time.monotonic() - began >= 0.3


def test_slow_fault_outlasts_the_clients_patience(sandbox: Sandbox) -> None:
    sandbox.faults.add("cms:solbjerg", "slow", seconds=30, times=1)
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{sandbox.cms_urls['solbjerg']}/api/v1/events", timeout=0.1)
    assert _get(sandbox).status_code == 200


def test_fault_concerns_only_its_server_method_and_path(sandbox: Sandbox) -> None:
    uuid = sandbox.cms["solbjerg"].find("Jazz i kælderen").uuid
    other = sandbox.cms["solbjerg"].find("Filmklubben viser en klassiker").uuid
    sandbox.faults.add("cms:solbjerg", "status", "PATCH", rf"/{uuid}$", code=503)
    statuses = [cms_patch(sandbox, event, {"state": "Active"}).status_code for event in (uuid, other)]
    assert (statuses, len(cms_list(sandbox)), len(cms_list(sandbox, "nordvig"))) == ([503, 200], 41, 23)


def test_faults_apply_in_the_order_in_which_they_were_added(sandbox: Sandbox) -> None:
    sandbox.faults.add("cms:solbjerg", "status", times=2, code=500)
    sandbox.faults.add("cms:solbjerg", "status", times=1, code=503)
    assert [_get(sandbox).status_code for _ in range(4)] == [500, 500, 503, 200]
    assert sandbox.faults.active == []


def test_cleared_fault_no_longer_applies(sandbox: Sandbox) -> None:
    sandbox.faults.add("cms:solbjerg", "status")
    sandbox.faults.clear()
    assert _get(sandbox).status_code == 200


def test_unknown_kind_of_fault_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="unknown kind of fault: explode"):
        sandbox.faults.add("place2book", "explode")  # type: ignore[arg-type]
    assert sandbox.faults.active == []


def test_log_holds_every_request_and_no_secret(sandbox: Sandbox) -> None:
    url = f"{sandbox.cms_urls['solbjerg']}/api/v1/events"
    query = {"from_date": "2031-01-01", "token": "secret-1", "password": "secret-2"}
    requests.get(url, params=query, auth=sandbox.cms_users["solbjerg"], timeout=TIMEOUT)
    uuid = sandbox.cms["solbjerg"].find("Jazz i kælderen").uuid
    cms_patch(sandbox, uuid, {"state": "Nonsense"})
    read = ("cms:solbjerg", "GET", "/api/v1/events", {**query, "token": "***", "password": "***"}, 200)
    write: _Entry = ("cms:solbjerg", "PATCH", f"/api/v1/events/{uuid}", {}, 400)
    assert [_entry(entry) for entry in sandbox.log.entries] == [read, write]
    assert [_entry(entry) for entry in sandbox.log.writes()] == [write]
    assert sandbox.log.writes("place2book") == []
    sandbox.log.clear()
    assert sandbox.log.entries == []


def test_answer_that_drips_arrives_whole_in_the_end(sandbox: Sandbox) -> None:
    site = sandbox.cms["solbjerg"]
    site.clear()
    whole = _get(sandbox).json()
    sandbox.faults.add("cms:solbjerg", "drip", seconds=0.001)
    assert _get(sandbox).json() == whole


def test_answers_with_wrong_content_are_valid_json(sandbox: Sandbox) -> None:
    right = _get(sandbox).json()
    wrong = {}
    for kind in ("wrong_types", "half_list", "same_page", "long_titles"):
        sandbox.faults.add("cms:solbjerg", kind, times=1)
        wrong[kind] = _get(sandbox).json()
    assert [set(map(type, item.values())) for item in wrong["wrong_types"][:1]] == [{int, dict}]
    assert wrong["half_list"] == right[: len(right) // 2]
    assert (len(wrong["same_page"]), wrong["same_page"][: len(right)]) == (200, right)
    assert [len(item["title"]) > 10_000_000 for item in wrong["long_titles"][:2]] == [True, False]


def test_small_answer_becomes_very_large(sandbox: Sandbox) -> None:
    sandbox.faults.add("cms:solbjerg", "gzip_bomb")
    with requests.get(f"{sandbox.cms_urls['solbjerg']}/api/v1/events", timeout=TIMEOUT, stream=True) as answer:
        small = int(answer.headers["Content-Length"])
        length = sum(map(len, answer.iter_content(1024 * 1024)))
    assert (small < 1024 * 1024, length) == (True, 256 * 1024 * 1024 + 2)


def test_answer_in_another_charset_is_no_utf_8(sandbox: Sandbox) -> None:
    sandbox.faults.add("cms:solbjerg", "wrong_charset")
    answer = _get(sandbox)
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode()
    assert answer.headers["Content-Type"] == "application/json; charset=utf-16"


def test_date_of_an_answer_is_hours_off(sandbox: Sandbox) -> None:
    sandbox.faults.add("cms:solbjerg", "wrong_date", times=1)
    wrong = parsedate_to_datetime(_get(sandbox).headers["Date"])
    assert abs(wrong.replace(tzinfo=UTC) - sandbox.clock() - timedelta(hours=5)) < timedelta(minutes=10)


def test_every_time_in_an_answer_is_hours_off(sandbox: Sandbox) -> None:
    right = _get(sandbox).json()[0]["date_time"]
    sandbox.faults.add("cms:solbjerg", "wrong_times", times=1)
    wrong = _get(sandbox).json()[0]["date_time"]
    assert [datetime.fromisoformat(wrong[name]) - datetime.fromisoformat(right[name]) for name in ("start", "end")] == [
        timedelta(hours=2),
        timedelta(hours=2),
    ]


def test_list_that_grows_while_it_is_read_tells_something_twice(p2b: Place2bookClient) -> None:
    right = [event["id"] for event in p2b.send("GET", "/events").json()]
    p2b.sandbox.faults.add("place2book", "growing")
    first, second = ([e["id"] for e in p2b.send("GET", f"/events?page={page}").json()] for page in (1, 2))
    assert (len(first), set(first), second[0]) == (200, set(right), first[-1])
    assert not set(second[1:]) & set(right)
