"""The address that watches over the hourly job is asked, never fails a run, and is in no log."""

import logging
from collections.abc import Iterator

import pytest

from billetbro_airflow.notifications.heartbeat import VARIABLE, beat
from tests.cases import cases
from tests.post import Post, open_post

SECRET = "b6a7c1de-hemmelig"


@pytest.fixture
def post() -> Iterator[Post]:
    with open_post() as post:
        yield post


def address(post: Post) -> dict[str, str]:
    return {VARIABLE: f"http://127.0.0.1:{post.http_port}/ping/{SECRET}"}


def test_address_is_asked_once(post: Post) -> None:
    beat(address(post))
    assert post.paths == [f"/ping/{SECRET}"]


def test_nobody_is_asked_without_an_address(post: Post) -> None:
    beat({VARIABLE: " "})
    assert post.paths == []


@cases(
    "url warning",
    ("nobody there", f"http://127.0.0.1:1/{SECRET}", f"{VARIABLE} did not answer: ConnectionError"),
    ("no address", f"ping {SECRET}", f"{VARIABLE} did not answer: InvalidURL"),
    ("no host", f"http://[{SECRET}", f"{VARIABLE} did not answer: InvalidURL"),
)
def test_what_goes_wrong_is_logged_without_the_address(
    caplog: pytest.LogCaptureFixture, url: str, warning: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        beat({VARIABLE: url})
    assert [message for message in caplog.messages if "BILLETBRO" in message] == [warning]
    assert SECRET not in caplog.text


def test_refusal_is_logged_without_the_address(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    post.down = True
    with caplog.at_level(logging.DEBUG):
        beat(address(post))
    assert caplog.messages[-1] == f"{VARIABLE} answered 503"
    assert SECRET not in caplog.text
