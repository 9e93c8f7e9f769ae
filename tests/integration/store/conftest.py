"""A migrated database that a module's tests share, emptied for each."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text

from billetbro.store.database import connect, migrate, migrate_warehouse
from demo.environment import EmbeddedPostgres
from tests.integration.store.installation import PASSWORD_FILES, Installation

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


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Run a server of its own: roles and the rights of everybody hold for all databases of a server."""
    secrets = tmp_path_factory.mktemp("secrets")
    for file in PASSWORD_FILES.values():
        (secrets / file).write_text(f"made-up-{file}")
    with EmbeddedPostgres(user="postgres") as server:
        made = Installation(server, secrets)
        made.make_roles()
        made.ask("airflow", "airflow", "CREATE TABLE connection (password text)")
        engine = connect(made.url("billetbro", "billetbro"))
        migrate(engine)
        migrate_warehouse(engine)
        engine.dispose()
        yield made
