"""Whether a database is fit to work on, told in words."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import URL, Engine, MetaData, make_url, text

from billetbro.errors import SettingsError, Unreachable
from billetbro.messages.catalogue import Translator
from billetbro.store.database import connect, migrate
from billetbro.store.database_check import condition_of, encryption_of
from billetbro.store.schema.metadata import metadata, warehouse_metadata
from tests.cases import cases

english = Translator("en").say


@pytest.fixture
def new(database_url: str) -> Iterator[Engine]:
    engine = connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def current(migrated_database_url: str) -> Iterator[Engine]:
    engine = connect(migrated_database_url)
    yield engine
    engine.dispose()


def change(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.parametrize("tables", [metadata, warehouse_metadata], ids=["sync", "warehouse"])
def test_condition_of_a_database_up_to_date_tells_its_version(engine: Engine, tables: MetaData) -> None:
    said = english(condition_of(engine, tables))
    assert re.fullmatch(r"PostgreSQL \d+\.\d+, version \d{4}_\w+", said)


@pytest.mark.parametrize("tables", [metadata, warehouse_metadata], ids=["sync", "warehouse"])
def test_condition_of_a_new_database_tells_that_the_first_run_makes_the_tables(new: Engine, tables: MetaData) -> None:
    said = english(condition_of(new, tables))
    assert said.endswith(", no tables yet, the next run makes them")


@cases(
    "tables made_older what",
    ("sync", metadata, "UPDATE sync.schema_version SET version_num = '0001_sync'", "version 0001_sync"),
    (
        "warehouse",
        warehouse_metadata,
        "UPDATE warehouse.schema_version SET version_num = '0002_changed_at'",
        "version 0002_changed_at",
    ),
    (
        "warehouse without versions",
        warehouse_metadata,
        "DROP TABLE warehouse.schema_version",
        "tables from before they had versions",
    ),
)
def test_condition_of_older_tables_tells_that_the_next_run_brings_them_up_to_date(
    current: Engine, tables: MetaData, made_older: str, what: str
) -> None:
    said = english(condition_of(current, tables))
    head = said.rpartition("version ")[2]
    change(current, made_older)
    assert english(condition_of(current, tables)) == (
        f"{said.partition(', ')[0]}, {what}, the next run brings the tables up to date ({head})"
    )


@pytest.mark.parametrize("tables", [metadata, warehouse_metadata], ids=["sync", "warehouse"])
def test_condition_of_tables_from_a_newer_version_is_a_problem(current: Engine, tables: MetaData) -> None:
    change(current, f"UPDATE {tables.schema}.schema_version SET version_num = '9999_later'")
    with pytest.raises(SettingsError, match="have version 9999_later, which a newer Billetbro made; this one knows"):
        condition_of(current, tables)


def test_condition_of_a_database_that_can_only_be_read_is_a_problem(new: Engine) -> None:
    change(new, f"ALTER DATABASE {new.url.database} SET default_transaction_read_only = on")
    new.dispose()
    with pytest.raises(SettingsError, match="can only be read"):
        condition_of(new, metadata)


def test_condition_of_a_user_without_rights_names_what_is_missing(new: Engine) -> None:
    guest = f"guest_{new.url.database}"
    change(new, f"CREATE ROLE {guest} LOGIN PASSWORD 'made-up'")
    as_guest = connect(new.url.set(username=guest, password="made-up"))
    try:
        with pytest.raises(SettingsError, match="may not make tables in a schema sync; grant it CREATE"):
            condition_of(as_guest, metadata)
        migrate(new)
        granted = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA sync TO"
        change(new, f"GRANT USAGE ON SCHEMA sync TO {guest}", f"{granted} {guest}")
        change(new, f"REVOKE DELETE ON sync.links FROM {guest}")
        with pytest.raises(SettingsError, match=r"may not read and write sync.links; make it the tables' owner"):
            condition_of(as_guest, metadata)
    finally:
        as_guest.dispose()
        change(new, f"DROP OWNED BY {guest}", f"DROP ROLE {guest}")


def test_condition_of_a_server_that_is_too_old_is_a_problem(new: Engine) -> None:
    with pytest.raises(SettingsError, match="PostgreSQL 999 or newer is needed, and this is"):
        condition_of(new, metadata, oldest=999)


def test_condition_of_a_database_that_cannot_be_reached_says_so_without_the_password(database_url: str) -> None:
    nowhere = connect(make_url(database_url).set(port=1, password="made-up-secret"))
    with pytest.raises(Unreachable, match=r"The database cannot be used: .*port 1 failed") as raised:
        condition_of(nowhere, metadata)
    assert "made-up-secret" not in str(raised.value)


@cases(
    "host query key",
    ("this machine by name", "localhost", {}, "check.encryption_not_needed"),
    ("this machine by address", "127.0.0.1", {}, "check.encryption_not_needed"),
    ("a socket", "/var/run/postgresql", {}, "check.encryption_not_needed"),
    ("another machine, required", "db.example", {"sslmode": "require"}, "check.encrypted"),
    ("another machine, verified", "db.example", {"sslmode": "verify-full"}, "check.encrypted"),
    ("another machine, a trusted network", "db.example", {"sslmode": "disable"}, "check.unencrypted"),
)
def test_encryption_of_a_database_is_told(host: str, query: dict[str, str], key: str) -> None:
    url = URL.create("postgresql", "billetbro", "made-up-secret", host, database="billetbro", query=query)
    assert encryption_of(connect(url)).key == key


@pytest.mark.parametrize("mode", [None, "allow", "prefer"])
def test_encryption_that_is_only_possible_is_a_problem_outside_this_machine(mode: str | None) -> None:
    url = URL.create("postgresql", "billetbro", "made-up-secret", "db.example", query={"sslmode": mode} if mode else {})
    with pytest.raises(SettingsError) as raised:
        encryption_of(connect(url))
    assert ("db.example" in str(raised.value), "made-up-secret" in str(raised.value)) == (True, False)
