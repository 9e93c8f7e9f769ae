"""Stand-ins for a module's tests."""

from collections.abc import Iterator

import pytest

from sandbox.server import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Run the stand-ins, with two libraries' events and what was entered by hand."""
    with Sandbox() as running:
        yield running
