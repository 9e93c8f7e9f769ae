"""Stand-ins and a database for a story to be told in, again and again."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from billetbro.store.database import connect
from sandbox.server import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def engine(migrated_database_url: str) -> Iterator[Engine]:
    engine = connect(migrated_database_url)
    yield engine
    engine.dispose()
