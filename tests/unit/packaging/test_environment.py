"""The environment in which the demo and the tests start Airflow."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from demo.environment import (
    ROOT,
    EmbeddedPostgres,
    airflow_environment,
    child_environment,
    migrate_sqlite,
    sandbox_connections,
)
from sandbox.server import Sandbox


def test_sandbox_connections_name_every_stand_in_and_the_database(postgres: EmbeddedPostgres) -> None:
    with Sandbox(seeded=False) as sandbox:
        variables = sandbox_connections(sandbox, postgres.airflow_connection_json("events"), privacy_key="made-up-key")
        expected = {
            "AIRFLOW_CONN_BILLETBRO_DB": json.loads(postgres.airflow_connection_json("events")),
            "AIRFLOW_CONN_BILLETBRO_PRIVACY": {"conn_type": "generic", "password": "made-up-key"},
            "AIRFLOW_CONN_CMS_NORDVIG": _cms(sandbox, "nordvig"),
            "AIRFLOW_CONN_CMS_SOLBJERG": _cms(sandbox, "solbjerg"),
            "AIRFLOW_CONN_PLACE2BOOK": {
                "conn_type": "place2book",
                "host": sandbox.place2book_url,
                "password": sandbox.place2book_token,
            },
            "AIRFLOW_CONN_YESPLAN_THEATER": {
                "conn_type": "yesplan",
                "host": sandbox.yesplan_urls["theater"],
                "password": sandbox.yesplan["theater"].api_key,
            },
        }

    assert {name: json.loads(value) for name, value in variables.items()} == expected


def test_sandbox_connections_without_a_privacy_key_make_up_another_each_time() -> None:
    with Sandbox(seeded=False) as sandbox:
        first, second = (sandbox_connections(sandbox, "{}")["AIRFLOW_CONN_BILLETBRO_PRIVACY"] for _ in range(2))

    assert first != second


def test_child_environment_leaves_out_what_is_meant_for_another_airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "KubernetesExecutor")
    monkeypatch.setenv("AIRFLOW_CONN_PLACE2BOOK", "somewhere else")
    monkeypatch.setenv("BILLETBRO_LIBRARIES", "another.yaml")
    monkeypatch.setenv("LANGUAGE", "da")

    environment = child_environment({"AIRFLOW_HOME": "here"}, {"AIRFLOW_HOME": "there"})

    ours = {name: value for name, value in environment.items() if name.startswith(("AIRFLOW", "BILLETBRO"))}
    assert ours == {"AIRFLOW_HOME": "there"}
    assert environment["LANGUAGE"] == "da"


def test_airflow_environment_behind_a_proxy_reaches_this_machine_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet.example,localhost")

    environment = airflow_environment(Path("home"))

    assert environment["NO_PROXY"] == "intranet.example,localhost,127.0.0.1"
    assert environment["no_proxy"] == environment["NO_PROXY"]


def test_session_runs_with_its_own_airflow_home(airflow_home: Path) -> None:
    assert os.environ["AIRFLOW_HOME"] == str(airflow_home)
    assert os.environ["AIRFLOW__CORE__DAGS_FOLDER"] == str(ROOT / "dags")
    assert os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == f"sqlite:///{airflow_home}/airflow.db"


def test_migrated_database_has_airflows_tables(tmp_path: Path) -> None:
    migrate_sqlite(tmp_path)

    with closing(sqlite3.connect(tmp_path / "airflow.db")) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    assert {"alembic_version", "dag_run", "task_instance", "connection"} <= names


def _cms(sandbox: Sandbox, library: str) -> dict[str, str]:
    login, password = sandbox.cms_users[library]
    return {"conn_type": "dpl_cms", "host": sandbox.cms_urls[library], "login": login, "password": password}
