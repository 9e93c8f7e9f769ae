"""The connections that are Billetbro's own: its database, and the key of the pseudonyms."""

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

DATABASE_CONNECTION = "billetbro_db"
WAREHOUSE_CONNECTION = "billetbro_warehouse"


def billetbro_engine() -> Engine:
    """Return the engine of the database that the connection `billetbro_db` (type postgres) names."""
    return _engine_of(connection_named(DATABASE_CONNECTION))


def warehouse_engine() -> Engine:
    """Return the engine of the database that holds the schema `warehouse`.

    It is the one that the connection `billetbro_warehouse` (type postgres) names, where there is that connection, else
    Billetbro's own. Airflow says "there is none" also when it could not be asked: raises Retriable when the warehouse
    was in a database of its own before.
    """
    try:
        given = connection_named(WAREHOUSE_CONNECTION)
    except SettingsError:
        state = billetbro_engine()
        if _was_elsewhere(state):
            raise Retriable("error.warehouse_gone", connection=WAREHOUSE_CONNECTION) from None
        return state
    return _engine_of(given)


def _was_elsewhere(state: Engine) -> bool:
    """Tell whether the warehouse had a database of its own; one that does not answer says so when it is used."""
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
    """Return one engine for each database, with its pool, for as long as the process lives."""
    return connect(url)


@contextmanager
def values_kept_out_of_errors() -> Iterator[None]:
    """Keep values, which may be personal data, out of what an error of the database says in a log.

    SQLAlchemy shows the statement's parameters, and PostgreSQL the row that it refuses; where the connection is at
    fault there is no row, and the error passes as it is, for the retry policy.
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
    """Return the library's policy for personal data and its retention, with the key when the policy needs one."""
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
