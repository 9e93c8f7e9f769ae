"""Billetbro's own connections: the database that Airflow names, and the key of the pseudonyms."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from billetbro.errors import Fatal, Retriable, SettingsError
from billetbro.models import PersonalDataPolicy
from billetbro.settings.libraries import Library, load_settings
from billetbro.store.database import connect, migrate
from billetbro.store.warehouse_place import remember_elsewhere
from billetbro_airflow.tasks.databases import (
    billetbro_engine,
    ensure_reachable,
    privacy_of,
    values_kept_out_of_errors,
    warehouse_engine,
)
from demo.environment import LIBRARIES, EmbeddedPostgres

BUYER = "Test Testesen"
COMPLETE = {
    "conn_type": "postgres",
    "host": "db.example.com",
    "port": 5433,
    "login": "billetbro",
    "password": "made/up@word",
    "schema": "events",
    "extra": {"sslmode": "require"},
}


def set_database(monkeypatch: pytest.MonkeyPatch, **values: object) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_DB", json.dumps(values))


@pytest.fixture
def database(postgres: EmbeddedPostgres, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    name = make_url(database_url).database or ""
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_DB", postgres.airflow_connection_json(name))
    with billetbro_engine().begin() as connection:
        connection.execute(text("CREATE TABLE people (name text CHECK (false))"))
    yield
    billetbro_engine().dispose()


def library(policy: str) -> Library:
    known = load_settings(LIBRARIES).libraries[0]
    return known.model_copy(
        update={"personal_data": known.personal_data.model_copy(update={"policy": PersonalDataPolicy(policy)})}
    )


@pytest.mark.parametrize("conn_type", ["postgres", "postgresql"])
def test_engine_is_of_the_database_that_the_connection_names(monkeypatch: pytest.MonkeyPatch, conn_type: str) -> None:
    set_database(monkeypatch, **COMPLETE | {"conn_type": conn_type})
    engine = billetbro_engine()
    expected = "postgresql+psycopg://billetbro:made%2Fup%40word@db.example.com:5433/events?sslmode=require"
    assert engine.url.render_as_string(hide_password=False) == expected
    assert billetbro_engine() is engine


def test_engine_follows_the_connection_when_it_names_another_database(monkeypatch: pytest.MonkeyPatch) -> None:
    set_database(monkeypatch, **COMPLETE)
    first = billetbro_engine()
    set_database(monkeypatch, **COMPLETE | {"schema": "others"})
    assert (first.url.database, billetbro_engine().url.database) == ("events", "others")


def test_warehouse_engine_is_the_database_itself_until_the_warehouse_has_a_connection(
    database: None, monkeypatch: pytest.MonkeyPatch, airflow_home: Path
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_BILLETBRO_WAREHOUSE", raising=False)
    before = [warehouse_engine()]
    migrate(billetbro_engine())
    before.append(warehouse_engine())
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_WAREHOUSE", json.dumps(COMPLETE | {"schema": "reports"}))
    assert before == [billetbro_engine()] * 2
    assert warehouse_engine().url.database == "reports"


def test_warehouse_engine_whose_connection_is_gone_falls_back_to_no_other_database(
    database: None, monkeypatch: pytest.MonkeyPatch, airflow_home: Path
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_BILLETBRO_WAREHOUSE", raising=False)
    migrate(billetbro_engine())
    for _ in range(2):
        remember_elsewhere(billetbro_engine(), datetime.now(UTC))
    with pytest.raises(Retriable, match="no connection 'billetbro_warehouse', but there was one"):
        warehouse_engine()
    with billetbro_engine().begin() as connection:
        assert connection.execute(text("DELETE FROM sync.warehouse_elsewhere")).rowcount == 1
    assert warehouse_engine() is billetbro_engine()


def test_warehouse_engine_of_a_connection_of_another_type_is_a_settings_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_WAREHOUSE", json.dumps(COMPLETE | {"conn_type": "snowflake"}))
    with pytest.raises(SettingsError, match="'billetbro_warehouse' must be of type postgres"):
        warehouse_engine()


def test_warehouse_that_does_not_answer_is_told_of_by_its_connection() -> None:
    nobody = connect("postgresql://nobody:made-up@127.0.0.1:1/nowhere?connect_timeout=2")
    with pytest.raises(Retriable, match="'billetbro_warehouse' does not answer") as caught:
        ensure_reachable(nobody)
    assert "made-up" not in str(caught.value)


def test_engine_of_a_connection_of_another_type_is_a_problem_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    set_database(monkeypatch, **COMPLETE | {"conn_type": "mysql"})
    with pytest.raises(SettingsError, match="'billetbro_db' must be of type postgres"):
        billetbro_engine()


def test_engine_without_a_connection_is_a_settings_error(monkeypatch: pytest.MonkeyPatch, airflow_home: Path) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_BILLETBRO_DB", raising=False)
    with pytest.raises(SettingsError, match="There is no connection 'billetbro_db'"):
        billetbro_engine()


def test_refused_row_is_told_of_without_its_values(database: None) -> None:
    with pytest.raises(RuntimeError) as caught, values_kept_out_of_errors(), billetbro_engine().begin() as connection:
        connection.execute(text("INSERT INTO people VALUES (:name)"), {"name": BUYER})
    told = str(caught.value)
    assert told.startswith("IntegrityError, SQLSTATE 23514, in INSERT INTO people VALUES")
    assert (BUYER in told, caught.value.__cause__, caught.value.__suppress_context__) == (False, None, True)


def test_lost_connection_stays_what_it_is_without_the_values(database: None) -> None:
    ending = text("SELECT pg_terminate_backend(pg_backend_pid()), CAST(:name AS text)")
    with (
        pytest.raises(OperationalError) as caught,
        values_kept_out_of_errors(),
        billetbro_engine().connect() as connection,
    ):
        connection.execute(ending, {"name": BUYER})
    assert BUYER not in str(caught.value)


@pytest.mark.parametrize("policy", ["drop", "keep"])
def test_privacy_without_pseudonyms_needs_no_key(policy: str) -> None:
    privacy = privacy_of(library(policy))
    assert (privacy.policy, privacy.key, privacy.keep_answers) == (PersonalDataPolicy(policy), None, frozenset())


def test_privacy_with_pseudonyms_takes_the_key_from_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "made-up-key-of-the-pseudonyms"
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_PRIVACY", json.dumps({"conn_type": "generic", "password": key}))
    assert privacy_of(library("pseudonymise")).key == key.encode()


@pytest.mark.parametrize("password", [None, "short"], ids=["none", "too short"])
def test_privacy_with_a_key_that_is_weak_is_refused(monkeypatch: pytest.MonkeyPatch, password: str | None) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_PRIVACY", json.dumps({"conn_type": "generic", "password": password}))
    with pytest.raises(Fatal, match="billetbro_privacy"):
        privacy_of(library("pseudonymise"))
