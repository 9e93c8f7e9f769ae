"""Billetbro's own connections: its databases, and the key for pseudonyms."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from traceback import format_tb

from airflow.sdk import Connection
from sqlalchemy import URL, Engine
from sqlalchemy.exc import InterfaceError, OperationalError, StatementError

from billetbro.errors import Retriable, SettingsError
from billetbro.models import PersonalDataPolicy
from billetbro.settings.libraries import Library
from billetbro.store.database import connect
from billetbro.store.warehouse_place import is_elsewhere
from billetbro.warehouse.privacy.pseudonymise import KEY_CONNECTION, Privacy
from billetbro.warehouse.privacy.retention_rule import Retention
from billetbro_airflow.hooks.connections import connection_named
from billetbro_airflow.tasks.limits import connections_at_most

DATABASE_CONNECTION = "billetbro_db"
WAREHOUSE_CONNECTION = "billetbro_warehouse"


def billetbro_engine() -> Engine:
    """Return the engine of the connection `billetbro_db` (type postgres)."""
    return _engine_of(connection_named(DATABASE_CONNECTION))


def warehouse_engine() -> Engine:
    """Return the engine of the connection `billetbro_warehouse` (type postgres) if there is one, else Billetbro's own.

    Airflow also says "not found" when it could not look a connection up: raises Retriable when the warehouse was in
    another database before.
    """
    try:
        given = connection_named(WAREHOUSE_CONNECTION)
    except SettingsError:
        state = billetbro_engine()
        if _was_elsewhere(state):
            raise Retriable("error.warehouse_gone", connection=WAREHOUSE_CONNECTION) from None
        return state
    return _engine_of(given)


def has_warehouse_connection() -> bool:
    """Return whether there is a connection `billetbro_warehouse`."""
    try:
        connection_named(WAREHOUSE_CONNECTION)
    except SettingsError:
        return False
    return True


def _was_elsewhere(state: Engine) -> bool:
    """Tell whether the warehouse had its own database; False if ours does not answer, which shows when it is used."""
    try:
        return is_elsewhere(state)
    except OperationalError:
        return False


def ensure_reachable(warehouse: Engine) -> None:
    """Raise Retriable when the database of the connection `billetbro_warehouse` cannot be reached."""
    try:
        warehouse.connect().close()
    except OperationalError:
        raise Retriable("error.warehouse_silent", connection=WAREHOUSE_CONNECTION) from None


def _engine_of(given: Connection) -> Engine:
    if given.conn_type not in ("postgres", "postgresql"):
        raise SettingsError("error.not_postgres", connection=given.conn_id)
    return _engine(_url(given))


@cache
def _engine(url: URL) -> Engine:
    return connect(url, connections_at_most())


@contextmanager
def values_kept_out_of_errors() -> Iterator[None]:
    """Keep values, which may be personal data, out of the messages of database errors.

    SQLAlchemy shows a statement's parameters, PostgreSQL the refused row. Errors of the connection have no row, and
    pass unchanged for the retry policy.
    """
    try:
        yield
    except StatementError as error:
        error.hide_parameters = True
        if isinstance(error, InterfaceError | OperationalError):
            raise
        frames = "".join(format_tb(error.__traceback__))
        code = getattr(error.orig, "sqlstate", None)
        raise RuntimeError(f"{type(error).__name__}, SQLSTATE {code}, in {error.statement}\n{frames}") from None


def _url(given: Connection) -> URL:
    extra = given.extra_dejson
    query = {str(name): str(value) for name, value in extra.items()} if isinstance(extra, dict) else {}
    return URL.create(
        "postgresql+psycopg",
        username=given.login,
        password=given.password,
        host=given.host,
        port=given.port,
        database=given.schema,
        query=query,
    )


def privacy_of(library: Library) -> Privacy:
    """Return the library's policy for personal data, with the key if the policy needs one."""
    personal_data = library.personal_data
    key = None
    if personal_data.policy is PersonalDataPolicy.PSEUDONYMISE:
        key = (connection_named(KEY_CONNECTION).password or "").encode()
    return Privacy(
        policy=personal_data.policy,
        key=key,
        keep_answers=frozenset(personal_data.keep_answers),
        retention=Retention(days=personal_data.retention_days, timezone=library.timezone),
    )
