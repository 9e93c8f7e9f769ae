"""The DAG as Airflow runs it, against the stand-in APIs and a PostgreSQL of its own; a module's tests share them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from sqlalchemy import Engine, make_url

from billetbro.store.database import connect
from billetbro_airflow.tasks.databases import billetbro_engine
from demo.environment import LIBRARIES, EmbeddedPostgres, ids_in, make_live, sandbox_connections
from sandbox.server import Sandbox
from tests.end_to_end.airflow_runs import Runs

PRIVACY_KEY = "made-up-key-of-the-pseudonyms"
# What the sandbox's buyers are called, in addresses too, and what they answered.
BUYERS = ("testesen", "prøvesen", "proevesen", "nødder")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Run the stand-ins, with two libraries' events and what was entered by hand."""
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def engine(module_database_url: str) -> Iterator[Engine]:
    """Give the database that the runs work on, for looking into."""
    engine = connect(module_database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def libraries() -> dict[str, object]:
    """Give the demonstration's two libraries with a CMS, without the limit on requests a second."""
    content: dict[str, object] = yaml.safe_load(LIBRARIES.read_text())
    defaults = content["defaults"]
    assert isinstance(defaults, dict)
    entries = [entry for entry in content["libraries"] if entry["source"]["type"] == "dpl_cms"]  # type: ignore[attr-defined]
    quick = {**defaults, "requests": {"concurrency": 4, "per_second": 1000}}
    return {**content, "defaults": quick, "libraries": entries}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder that exports are also written to as Parquet files."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def variables(
    sandbox: Sandbox,
    files: Path,
    libraries: dict[str, object],
    postgres: EmbeddedPostgres,
    module_database_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """Give the environment of the DAG: its connections, its settings, and that a failed task is tried again at once."""
    file = tmp_path_factory.mktemp("settings") / "libraries.yaml"
    file.write_text(yaml.safe_dump(libraries, allow_unicode=True))
    engine = connect(module_database_url)
    make_live(engine, ids_in(file))
    engine.dispose()
    database = postgres.airflow_connection_json(make_url(module_database_url).database or "")
    return {
        **sandbox_connections(sandbox, database, PRIVACY_KEY),
        "BILLETBRO_LIBRARIES": str(file),
        "BILLETBRO_RETRY_SECONDS": "0",
        "BILLETBRO_FILES": f"file://{files}",
    }


@pytest.fixture(scope="module")
def runs(variables: dict[str, str], airflow_home: Path) -> Iterator[Runs]:
    """Give what runs the DAG in this process."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield Runs(airflow_home)
        billetbro_engine().dispose()
