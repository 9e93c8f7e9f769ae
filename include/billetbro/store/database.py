"""Database access: engine, migrations, and the lock that limits a library to one task at a time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import psycopg
from sqlalchemy import URL, Connection, Engine, MetaData, create_engine, event, inspect, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError

from billetbro.errors import Retriable, SettingsError
from billetbro.models.message import Message
from billetbro.store.schema.metadata import metadata, warehouse_metadata
from billetbro.store.schema.views import built_upon, make_views
from billetbro.time_limit import time_limit

if TYPE_CHECKING:
    from alembic.config import Config

_JSON = msgspec.json.Decoder()
"""Much faster than Python's own."""
MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 7_205_759_403
LOCK_WAIT_SECONDS = 600.0
NOTICE_A_DEAD_MACHINE = "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"
"""PostgreSQL then lets go, within a minute, of the locks of a machine that is gone; without it, after two hours."""
SURVIVE_A_CRASH = "SET synchronous_commit = on"
"""What was committed, such as `applying`, stays when the server crashes, also where it is set up otherwise."""
CONNECT_SECONDS = 10
"""How long a connection may take to be made, unless its settings say otherwise."""
CONNECTIONS = 20
"""How many connections one process opens at most, unless it works on more libraries at a time than usual."""


def connect(url: str | URL, connections: int = CONNECTIONS) -> Engine:
    """Return an engine on psycopg 3 for any PostgreSQL url; sessions run in UTC.

    It opens `connections` at most, when they are needed: whoever needs one more waits. Errors hide the values of a
    statement, which can be a buyer's. Statements are not prepared: a plan made while a table was small would later scan
    the whole of it.
    """
    target = make_url(url).set(drivername="postgresql+psycopg")
    settings: dict[str, object] = {"options": "-c timezone=UTC", "prepare_threshold": None}
    if "connect_timeout" not in target.query:
        settings["connect_timeout"] = CONNECT_SECONDS
    pool: dict[str, Any] = {"pool_size": connections, "max_overflow": 0, "pool_timeout": 300, "pool_pre_ping": True}
    engine = create_engine(target, hide_parameters=True, connect_args=settings, json_deserializer=_JSON.decode, **pool)
    event.listen(engine, "connect", _set_up)
    return engine


def _set_up(connection: DBAPIConnection, _record: object) -> None:
    # Not among the options of the connection, which a pooler may refuse.
    connection.cursor().execute(f"{NOTICE_A_DEAD_MACHINE}; {SURVIVE_A_CRASH}")
    connection.commit()


def migrate(engine: Engine) -> None:
    """Migrate the schema `sync` if necessary; concurrent callers wait for one another."""
    with _migrating(engine) as connection:
        _upgrade(connection, metadata)


def migrate_warehouse(engine: Engine) -> None:
    """Migrate the schema `warehouse` and its views in their database, like `migrate`."""
    with _migrating(engine) as connection:
        _upgrade(connection, warehouse_metadata)
        make_views(connection)


def lineage(connection: Connection, tables: MetaData) -> "Config":
    """Return Alembic's configuration for the migrations of one schema, using this connection."""
    # Imported here because it is slow, and needed only once in an upgrade.
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _escaped(MIGRATIONS))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", _escaped(MIGRATIONS / str(tables.schema)))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = tables
    return config


def version_of(connection: Connection, tables: MetaData) -> tuple[str | None, str]:
    """Return the version of one schema's tables, and the newest known one.

    Raises SettingsError for an unknown version, which a newer Billetbro made.
    """
    current, versions = None, _versions(str(tables.schema))
    if inspect(connection).has_table("schema_version", schema=tables.schema):
        current = connection.scalar(text(f"SELECT version_num FROM {tables.schema}.schema_version"))
    if current not in (None, *versions):
        raise SettingsError("error.newer_tables", schema=str(tables.schema), current=str(current), head=versions[-1])
    return current, versions[-1]


def ensure_schema_is_current(engine: Engine, tables: MetaData) -> None:
    """Raise SettingsError unless one schema has this code's version.

    A run's first task migrates it, but another Billetbro may be installed during a run.
    """
    with engine.connect() as connection:
        current, head = version_of(connection, tables)
    if current != head:
        version = current or Message("error.none")
        raise SettingsError("error.other_tables", schema=str(tables.schema), current=version, head=str(head))


def _upgrade(connection: Connection, tables: MetaData) -> None:
    current, head = version_of(connection, tables)
    if current == head:
        return
    from alembic import command

    try:
        command.upgrade(lineage(connection, tables), "head")
    except DBAPIError as error:
        if (needed_by := built_upon(error)) is None:
            raise
        versions = {"schema": str(tables.schema), "current": current or Message("error.none"), "head": str(head)}
        raise SettingsError(Message("error.tables_built_upon", {**versions, "needed_by": needed_by})) from error


@cache
def _versions(schema: str) -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in (MIGRATIONS / schema).glob("[0-9]*.py")))


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    """Open a connection that holds the migrations' lock, and commit at the end."""
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
        try:
            yield connection
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
            connection.commit()


@contextmanager
def library_lock(engine: Engine, library: str, wait_seconds: float = LOCK_WAIT_SECONDS) -> Iterator[None]:
    """Hold the library's advisory lock; PostgreSQL releases it when the process dies.

    Raises Retriable when another task still works on the library after `wait_seconds`, OutOfTime when the time limit
    of this thread's work passes before.
    """
    key = {"name": f"billetbro:{library}"}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        deadline = time.monotonic() + wait_seconds
        time_limit().ensure_left()
        while not connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"), key):
            if time.monotonic() >= deadline:
                raise Retriable("error.library_locked", library=library)
            time.sleep(min(0.5, wait_seconds / 4))
            time_limit().ensure_left()
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))"), key)


def without_values(error: psycopg.Error, statement: str | None) -> DBAPIError:
    """Return SQLAlchemy's error of the same kind without PostgreSQL's text, which can quote a buyer's data."""
    told = type(error)(f"SQLSTATE {error.sqlstate}" if error.sqlstate else "the connection was lost")
    shown = DBAPIError.instance(statement, None, told, psycopg.Error, hide_parameters=True)
    assert isinstance(shown, DBAPIError)
    return shown
