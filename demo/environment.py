"""The environment in which Airflow finds this project, for the processes that the demo and the tests start."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from demo.postgres import EmbeddedPostgres, free_port
from demo.postgres_programs import PostgresDidNotStartError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from sandbox.server import Sandbox

__all__ = [
    "ROOT",
    "EmbeddedPostgres",
    "PostgresDidNotStartError",
    "airflow_command",
    "airflow_environment",
    "child_environment",
    "free_port",
    "ids_in",
    "make_live",
    "migrate_sqlite",
    "sandbox_connections",
]

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = ROOT / "demo" / "libraries.yaml"
IMPORTED_FROM = ("", "include", "plugins")
"""Folders of the project that modules are imported from: this checkout is run, and no other that is installed."""

# What a developer's shell may hold for another Airflow, and must not reach this one.
FOREIGN_PREFIXES = ("AIRFLOW", "BILLETBRO_")


def airflow_environment(home: Path, metadata_url: str | None = None, libraries: Path = LIBRARIES) -> dict[str, str]:
    """Return the variables that make Airflow run this project's DAGs and plugins, with its state in `home`.

    The metadata database is an SQLite file in `home` (see `migrate_sqlite`) unless a URL names another.
    """
    metadata = metadata_url or f"sqlite:///{home / 'airflow.db'}"
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES": "former_keys",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata,
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "BILLETBRO_LIBRARIES": str(libraries),
        "PYTHONPATH": os.pathsep.join(str(ROOT / folder) for folder in IMPORTED_FROM),
    } | _loopback_without_proxy()


def sandbox_connections(sandbox: "Sandbox", database_json: str, privacy_key: str | None = None) -> dict[str, str]:
    """Return the Airflow connections, as variables, of the stand-in APIs and of a database for their events.

    The key that pseudonyms are made with is a new one each time unless it is given.
    """
    connections = {
        f"cms_{library}": {"conn_type": "dpl_cms", "host": url, "login": login, "password": password}
        for library, url in sandbox.cms_urls.items()
        for login, password in [sandbox.cms_users[library]]
    }
    connections |= {
        f"yesplan_{venue}": {"conn_type": "yesplan", "host": url, "password": sandbox.yesplan[venue].api_key}
        for venue, url in sandbox.yesplan_urls.items()
    }
    connections["place2book"] = {
        "conn_type": "place2book",
        "host": sandbox.place2book_url,
        "password": sandbox.place2book_token,
    }
    connections["billetbro_privacy"] = {"conn_type": "generic", "password": privacy_key or secrets.token_hex(32)}
    variables = {_connection_variable(conn_id): json.dumps(values) for conn_id, values in connections.items()}
    return variables | {_connection_variable("billetbro_db"): database_json}


def make_live(engine: "Engine", libraries: Iterable[str], by: str = "demo") -> None:
    """Say that these libraries are live in a database, as a person does with `airflow billetbro go-live`."""
    from billetbro.steps.request import utc_now
    from billetbro.store.database import migrate
    from billetbro.store.live_libraries import go_live

    migrate(engine)
    with engine.begin() as connection:
        go_live(connection, list(libraries), by, utc_now())


def ids_in(libraries: Path = LIBRARIES) -> list[str]:
    """Return the ids of the libraries in a file of settings."""
    from billetbro.settings.libraries import load_settings

    return [library.id for library in load_settings(libraries, environ={}).libraries]


def child_environment(*variables: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with the given variables, and without those meant for another Airflow."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN_PREFIXES)}
    for more in variables:
        inherited.update(more)
    return inherited


def migrate_sqlite(home: Path) -> None:
    """Put a metadata database of the installed Airflow into `home`: migrated once (5 s), then copied."""
    home.mkdir(parents=True, exist_ok=True)
    template = Path(sys.prefix) / f"airflow-metadata-{version('apache-airflow-core')}.db"
    if not template.exists():
        environment = child_environment(airflow_environment(home))
        subprocess.run(airflow_command("db", "migrate"), env=environment, check=True, capture_output=True)
        _keep_as_template(home / "airflow.db", template)
        return
    shutil.copyfile(template, home / "airflow.db")


def airflow_command(*arguments: str) -> list[str]:
    """Return the command line of Airflow as it is installed beside this Python."""
    return [sys.executable, "-m", "airflow", *arguments]


def _keep_as_template(database: Path, template: Path) -> None:
    unfinished = template.with_suffix(f".{os.getpid()}.part")
    try:
        shutil.copyfile(database, unfinished)
        unfinished.replace(template)
    except OSError:
        unfinished.unlink(missing_ok=True)


def _connection_variable(conn_id: str) -> str:
    return f"AIRFLOW_CONN_{conn_id.upper()}"


def _loopback_without_proxy() -> dict[str, str]:
    known = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    hosts = ",".join(dict.fromkeys([*filter(None, known.split(",")), "127.0.0.1", "localhost"]))
    return {"NO_PROXY": hosts, "no_proxy": hosts}
