"""The engine, and bringing the schema up to date from several processes at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

import include.store.tables
import include.store.warehouse_tables  # noqa: F401
from include.store.database import connect, migrate
from include.store.metadata import metadata


@pytest.fixture
def empty(database_url: str) -> Iterator[Engine]:
    """Give an engine on a database with nothing in it."""
    engine = connect(database_url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg2", "postgresql+psycopg"])
def test_connect_uses_psycopg_whatever_driver_is_named(database_url: str, scheme: str) -> None:
    engine = connect(scheme + database_url[database_url.index(":") :])
    with engine.connect() as connection:
        assert (engine.dialect.driver, connection.scalar(text("SHOW timezone"))) == ("psycopg", "UTC")
    engine.dispose()


def test_migrate_from_several_processes_at_once_happens_once(empty: Engine) -> None:
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(lambda _: migrate(empty), range(4)))
    with empty.connect() as connection:
        options = {"include_schemas": True, "version_table": "schema_version", "version_table_schema": "sync"}
        assert list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata)) == []
        assert connection.scalar(text("SELECT count(*) FROM sync.schema_version")) == 1
        assert connection.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")) == 0


def test_migrate_when_all_is_up_to_date_changes_nothing(empty: Engine) -> None:
    migrate(empty)
    oids = text("SELECT oid FROM pg_class WHERE relnamespace = 'sync'::regnamespace ORDER BY oid")
    with empty.connect() as connection:
        before = connection.scalars(oids).all()
    migrate(empty)
    with empty.connect() as connection:
        assert connection.scalars(oids).all() == before


def test_schema_every_table_has_a_comment(empty: Engine) -> None:
    migrate(empty)
    query = text(
        "SELECT relname FROM pg_class WHERE relnamespace = 'sync'::regnamespace AND relkind = 'r' "
        "AND obj_description(oid, 'pg_class') IS NULL AND relname <> 'schema_version'"
    )
    with empty.connect() as connection:
        assert connection.scalars(query).all() == []
