"""Stand-ins and a database for a story to be told in, again and again."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from include.sandbox.server import Sandbox
from include.store.database import connect, migrate, migrate_warehouse


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Run the stand-ins."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Give an engine on a database that is up to date."""
    engine = connect(database_url)
    migrate(engine)
    migrate_warehouse(engine)
    yield engine
    engine.dispose()
