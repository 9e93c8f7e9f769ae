"""Yesplan's webhook while others are slow, broken or too many: whoever else is served must not notice."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests

from billetbro.store.database import connect
from billetbro_airflow.webhooks import endpoint
from sandbox.yesplan_webhook import Webhook as Yesplan
from tests.cases import cases
from tests.integration.webhooks.door import KNOWN, NEW, STUCK, Door

AT_ONCE = 2 * 25
"""More than Airflow has threads to answer with."""


@pytest.fixture
def callers(door: Door) -> Iterator[ThreadPoolExecutor]:
    door.answers.clear()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield pool
        door.answers.set()


def later(yesplan: Yesplan, seconds: int) -> Yesplan:
    return Yesplan(yesplan.address, yesplan.secret, lambda: time.time() + seconds)


def press_at_once(door: Door, callers: ThreadPoolExecutor, library: str, times: int) -> list[Future[requests.Response]]:
    return [callers.submit(later(door.yesplan(library), number).press, STUCK) for number in range(times)]


def test_library_whose_yesplan_hangs_keeps_no_thread_from_airflow_or_another_library(
    door: Door, callers: ThreadPoolExecutor
) -> None:
    pressed = [*press_at_once(door, callers, "theater", 25), *press_at_once(door, callers, "kulturhus", 25)]
    one_too_many = AT_ONCE - 2 * endpoint.MOST_AT_ONCE
    _wait_for(lambda: sum(answer.done() for answer in pressed) == one_too_many)
    refused = [answer.result() for answer in pressed if answer.done()]
    airflow = requests.get(door.address.replace("/yesplan", "/airflow"), timeout=60)
    door.answers.set()
    assert (airflow.status_code, {answer.status_code for answer in refused}) == (200, {429})
    assert {answer.headers["Retry-After"] for answer in refused} == {"60"}
    assert sorted(answer.result().status_code for answer in pressed) == [202] * 16 + [429] * one_too_many


def test_callers_are_told_to_try_again_while_the_secrets_cannot_be_looked_up(
    door: Door, callers: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "MOST_SECONDS_TO_LOOK", 0.5)
    door.looks.clear()
    answers = [asked.result() for asked in [callers.submit(door.yesplan().configure) for _ in range(20)]]
    looked = door.looked
    door.looks.set()
    assert ({answer.status_code for answer in answers}, looked) == ({503}, 1)
    assert {answer.headers["Retry-After"] for answer in answers} == {"60"}
    _wait_for(lambda: door.yesplan().configure().status_code == 200)


def test_caller_of_a_yesplan_that_hangs_is_told_to_try_again_and_the_press_is_carried_out(
    door: Door, callers: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "MOST_SECONDS", 0.3)
    answer = door.yesplan().press(STUCK)
    before = list(door.runs.started)
    door.answers.set()
    _wait_for(lambda: bool(door.runs.started))
    assert (answer.status_code, answer.headers["Retry-After"], before) == (503, "60", [])
    assert door.runs.started == [("theater", STUCK)]


def test_press_that_comes_to_nothing_after_its_answer_is_told_of_in_the_log(
    door: Door, callers: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(endpoint, "MOST_SECONDS", 0.3)
    door.runs.paused = True
    answer = door.yesplan().press(STUCK)
    door.answers.set()
    _wait_for(lambda: len(caplog.records) == 2)
    assert (answer.status_code, [record.getMessage() for record in caplog.records]) == (
        503,
        [
            "A request to Yesplan's webhook was answered 503: theater: the answer took too long",
            "A request to Yesplan's webhook came to nothing after its answer: paused",
        ],
    )


def test_press_while_the_settings_have_mistakes_is_to_be_tried_again_and_configuration_answered(door: Door) -> None:
    door.settings_are_broken = True
    answers = [door.yesplan().press(KNOWN), door.yesplan().press(NEW)]
    assert [(answer.status_code, answer.headers["Retry-After"]) for answer in answers] == [(503, "60")] * 2
    assert (door.yesplan().configure().status_code, door.runs.started) == (200, [])


def test_webhook_without_its_database_is_to_be_tried_again(door: Door) -> None:
    before, door.engine = door.engine, connect("postgresql://nobody@127.0.0.1:1/nothing")
    try:
        answers = [door.yesplan().configure(), door.yesplan().press(KNOWN)]
    finally:
        door.engine.dispose()
        door.engine = before
    assert [(answer.status_code, answer.headers["Retry-After"]) for answer in answers] == [(503, "60")] * 2


@cases(
    "head more status",
    ("too slow", b"Content-Length: 9\r\n", b" ", b"408"),
    ("too large", b"Transfer-Encoding: chunked\r\n", b"1000\r\n" + b" " * 4096 + b"\r\n", b"413"),
)
def test_connection_of_a_body_that_was_refused_is_closed(
    door: Door, monkeypatch: pytest.MonkeyPatch, head: bytes, more: bytes, status: bytes
) -> None:
    monkeypatch.setattr(endpoint, "MOST_SECONDS", 0.2)
    place = urlsplit(door.address)
    # Sooner than the server of these tests closes a connection that is idle.
    with socket.create_connection((place.hostname, place.port), timeout=60) as caller:
        caller.sendall(b"POST /yesplan/theater HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + head)
        caller.sendall(b"\r\n")
        for _ in range(5):
            caller.sendall(more)
        answer = b"".join(iter(lambda: caller.recv(4096), b""))
    assert answer.split()[1] == status


def _wait_for(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)
