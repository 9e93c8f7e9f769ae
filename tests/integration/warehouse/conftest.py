"""Migrated databases: one that a module's tests share, emptied for each, and one for a test that breaks it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from billetbro.store.database import connect
from billetbro.store.file_exports import file_exports
from billetbro.store.schema.privacy_tables import forgotten, privacy_policies, retention_sweeps
from tests.integration.warehouse.added_up import added_up, shown_by_views


@pytest.fixture(scope="module")
def migrated(module_migrated_database_url: str) -> Iterator[Engine]:
    """Give an engine on the module's database, up to date."""
    yield from _connected(module_migrated_database_url)


@pytest.fixture
def engine(migrated: Engine) -> Iterator[Engine]:
    """Give an engine on a database that is up to date and whose warehouse is empty.

    Whatever the test exports, what is added up at the end is what the views show.
    """
    with migrated.begin() as connection:
        account = ", ".join(table.fullname for table in (file_exports, forgotten, privacy_policies, retention_sweeps))
        connection.execute(
            text(f"TRUNCATE warehouse.events, warehouse.daily_sales, warehouse.libraries, {account} CASCADE")
        )
    yield migrated
    assert added_up(migrated) == shown_by_views(migrated)


@pytest.fixture
def own_engine(migrated_database_url: str) -> Iterator[Engine]:
    """Give an engine on a database that no other test uses."""
    yield from _connected(migrated_database_url)


def _connected(url: str) -> Iterator[Engine]:
    engine = connect(url)
    yield engine
    engine.dispose()
