"""Check the database: reachable, new enough, writable, and with tables of this version."""

from sqlalchemy import Connection, Engine, MetaData, text
from sqlalchemy.exc import DBAPIError

from billetbro.api.http.addresses import is_loopback
from billetbro.errors import SettingsError, Unreachable
from billetbro.models.message import Message
from billetbro.store.database import version_of

OLDEST_POSTGRES = 15
ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})
HAS_TABLES = text("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = :schema AND tablename <> 'schema_version')")
REFUSED_TABLES = text(
    """
    SELECT tablename FROM pg_tables
    WHERE schemaname = :schema AND NOT (
        has_table_privilege(format('%I.%I', schemaname, tablename), 'SELECT')
        AND has_table_privilege(format('%I.%I', schemaname, tablename), 'INSERT')
        AND has_table_privilege(format('%I.%I', schemaname, tablename), 'UPDATE')
        AND has_table_privilege(format('%I.%I', schemaname, tablename), 'DELETE')
    )
    ORDER BY tablename
    """
)


def condition_of(engine: Engine, tables: MetaData, oldest: int = OLDEST_POSTGRES) -> Message:
    """Return a message about the usable schema; raises Unreachable or SettingsError if it is not usable."""
    try:
        with engine.connect() as connection:
            version = connection.scalar(text("SHOW server_version"))
            _ensure_new_enough(connection, str(version), oldest)
            _ensure_writable(connection)
            state = _state_of_the_tables(connection, tables)
    except DBAPIError as error:
        first_line = next(iter(str(error.orig).splitlines()), "")
        raise Unreachable("error.database", said=first_line) from None
    return Message("check.postgres", {"version": str(version), "state": state})


def encryption_of(engine: Engine) -> Message:
    """Return a message about how the connection to the database is protected, by its `sslmode`.

    Outside this machine it needs `require`, `verify-ca` or `verify-full`; raises SettingsError for one that only may be
    encrypted. `disable` is a person's word that the network is trusted, and told as such.
    """
    host, mode = engine.url.host or "", str(engine.url.query.get("sslmode", ""))
    if not host or host.startswith("/") or is_loopback(host):
        return Message("check.encryption_not_needed")
    if mode in ENCRYPTED:
        return Message("check.encrypted", {"mode": mode})
    if mode == "disable":
        return Message("check.unencrypted")
    raise SettingsError("error.no_sslmode", host=host)


def _ensure_new_enough(connection: Connection, version: str, oldest: int) -> None:
    if connection.scalar(text("SELECT current_setting('server_version_num')::int")) < oldest * 10_000:
        raise SettingsError("error.old_postgres", oldest=oldest, version=version)


def _ensure_writable(connection: Connection) -> None:
    if connection.scalar(text("SHOW transaction_read_only")) == "on":
        raise SettingsError("error.read_only")


def _state_of_the_tables(connection: Connection, tables: MetaData) -> Message:
    """Return the version of the tables, and what happens to missing or older ones; a newer one raises."""
    schema = str(tables.schema)
    if not connection.scalar(HAS_TABLES, {"schema": schema}):
        _ensure_schema_can_be_made(connection, schema)
        return Message("check.no_tables")
    refused = list(connection.scalars(REFUSED_TABLES, {"schema": schema}))
    if refused:
        names = ", ".join(f"{schema}.{table}" for table in refused)
        raise SettingsError("error.not_the_owner", tables=names)
    current, head = version_of(connection, tables)
    version = Message("check.version", {"version": current}) if current else Message("check.no_version")
    return version if current == head else Message("check.older_tables", {"version": version, "head": str(head)})


def _ensure_schema_can_be_made(connection: Connection, schema: str) -> None:
    known = connection.scalar(text("SELECT to_regnamespace(:schema) IS NOT NULL"), {"schema": schema})
    may = text(
        "SELECT has_schema_privilege(:schema, 'CREATE')"
        if known
        else "SELECT has_database_privilege(current_database(), 'CREATE')"
    )
    if not connection.scalar(may, {"schema": schema} if known else {}):
        raise SettingsError("error.may_not_create", schema=schema)
