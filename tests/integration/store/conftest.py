"""A migrated database that a module's tests share, emptied for each."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text

from billetbro.store.database import connect

STATE = ("runs", "source_events", "ticket_events", "links", "former_links", "changes", "rejections")
TABLES = (*STATE, "webhook_requests", "logins", "pruned", "actions")


@pytest.fixture(scope="module")
def engine(module_migrated_database_url: str) -> Iterator[Engine]:
    """Give an engine on a database that is up to date."""
    engine = connect(module_migrated_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """Give a connection to empty tables, whose changes are undone afterwards."""
    with engine.connect() as connection:
        connection.execute(text("TRUNCATE " + ", ".join(f"sync.{table}" for table in TABLES)))
        yield connection
        connection.rollback()
