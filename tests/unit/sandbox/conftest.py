"""One running sandbox for the folder; every test finds it as if it had just started."""

from collections.abc import Iterator

import pytest

from sandbox.moments import utc_now
from sandbox.server import Sandbox
from tests.unit.sandbox.clients import Place2bookClient


@pytest.fixture(scope="package")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """Give a test the seeded sandbox with an empty log, no faults and the right time."""
    running_sandbox.clock = utc_now
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture
def p2b(sandbox: Sandbox) -> Place2bookClient:
    """Give a test a client for event maker 5100, whose answers are spelt as documented."""
    return Place2bookClient(sandbox)
