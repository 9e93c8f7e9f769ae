"""The stand-in APIs, a server that answers what it is told to, and clients that do not wait long."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from billetbro.api.dpl_cms.client import CmsClient
from billetbro.api.http.access import RequestSettings
from billetbro.api.place2book.client import Place2bookClient
from billetbro.api.yesplan.client import YesplanClient
from sandbox.server import Sandbox
from tests.unit.api.answering import Server
from tests.unit.api.yesplan.yesplan_samples import KEY

HASTY = RequestSettings(per_second=1000, connect_timeout=30, read_timeout=30, tries=3, backoff=0.01, longest_wait=1)
"""Tries again at once; how long it waits for an answer is far above need on the busiest machine."""
PASSWORD = "hemmelig-adgangskode-9f3b"
TOKEN = "hemmeligt-token-71c2"


@pytest.fixture(scope="package")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """Give a test the seeded sandbox with an empty log and no faults."""
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as answering:
        yield answering


@pytest.fixture
def hasty(request: pytest.FixtureRequest) -> RequestSettings:
    """Give a client's settings: where a test is about an answer that does not come, it is not waited for long."""
    params = request.node.callspec.params.values() if hasattr(request.node, "callspec") else ()
    never_comes = any(param == "slow" or getattr(param, "delay", 0) for param in params)
    return replace(HASTY, read_timeout=0.4) if never_comes else HASTY


@pytest.fixture
def sandbox_cms(sandbox: Sandbox, hasty: RequestSettings) -> Iterator[CmsClient]:
    url, (login, password) = sandbox.cms_urls["solbjerg"], sandbox.cms_users["solbjerg"]
    with CmsClient(url, login, password, connection="cms_solbjerg", settings=hasty) as client:
        yield client


@pytest.fixture
def cms(server: Server, hasty: RequestSettings) -> Iterator[CmsClient]:
    with CmsClient(server.url, "billetbro", PASSWORD, connection="cms_solbjerg", settings=hasty) as client:
        yield client


@pytest.fixture
def sandbox_place2book(sandbox: Sandbox, hasty: RequestSettings) -> Iterator[Place2bookClient]:
    url, token = sandbox.place2book_url, sandbox.place2book_token
    with Place2bookClient(url, token, connection="place2book", settings=hasty) as client:
        yield client


@pytest.fixture
def place2book(server: Server, hasty: RequestSettings) -> Iterator[Place2bookClient]:
    with Place2bookClient(server.url, TOKEN, connection="place2book", settings=hasty) as client:
        yield client


@pytest.fixture
def yesplan(server: Server, hasty: RequestSettings) -> Iterator[YesplanClient]:
    with YesplanClient(server.url, KEY, connection="yesplan_theater", settings=hasty) as client:
        yield client


@pytest.fixture
def theater(sandbox: Sandbox, hasty: RequestSettings) -> Iterator[YesplanClient]:
    url, key = sandbox.yesplan_urls["theater"], sandbox.yesplan["theater"].api_key
    with YesplanClient(url, key, connection="yesplan_theater", settings=hasty) as client:
        yield client
