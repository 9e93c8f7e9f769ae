"""The stand-in of a theatre without events, and a client of its own."""

from collections.abc import Iterator

import pytest

from billetbro.api.http.access import RequestSettings
from billetbro.api.yesplan.client import YesplanClient
from sandbox.server import Sandbox
from sandbox.yesplan_state import Installation


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def theater(sandbox: Sandbox) -> Installation:
    sandbox.reset(seeded=False)
    sandbox.faults.clear()
    sandbox.log.clear()
    state, venue = sandbox.yesplan["theater"], sandbox.venues[0]
    state.keywords, state.writable = venue.keywords, venue.writable
    return state


@pytest.fixture
def client(sandbox: Sandbox, theater: Installation) -> Iterator[YesplanClient]:
    settings = RequestSettings(per_second=1000, backoff=0.01, tries=2)
    url = sandbox.yesplan_urls["theater"]
    with YesplanClient(url, theater.api_key, connection="yesplan_theater", settings=settings) as client:
        yield client
