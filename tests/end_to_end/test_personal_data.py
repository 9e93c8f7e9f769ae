"""Personal data by `airflow` itself, in processes of its own: nobody is left in any table, file, log or metadata."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyarrow.dataset as ds
import pytest
from sqlalchemy import Engine, text

from demo.environment import ROOT, airflow_command, airflow_environment, child_environment, migrate_sqlite
from sandbox.place2book_records import Buyer
from sandbox.server import Sandbox
from tests.end_to_end.airflow_runs import bytes_left_in

pytestmark = pytest.mark.long

BUYER = Buyer(
    full_name="Lækage Lækagesen", email="laek.agesen@example.com", phone_number="+45 91 82 73 64", zip_code="9835"
)
TRACES = ("lækage", "l\\xe6kage", "l\\u00e6kage", "laek.agesen", "91 82 73 64", "91827364", "nødder", "testesen")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def libraries(libraries: dict[str, object]) -> dict[str, object]:
    listed = libraries["libraries"]
    assert isinstance(listed, list)
    nordvig = next(library for library in listed if library["id"] == "nordvig")
    return {**libraries, "libraries": [nordvig | {"personal_data": {"policy": "pseudonymise"}}]}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("airflow")
    migrate_sqlite(home)
    return home


@pytest.fixture(scope="module")
def run(home: Path, variables: dict[str, str]) -> Run:
    chosen = {"AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO", "BILLETBRO_FILES": f"file://{home}/files"}
    environment = child_environment(airflow_environment(home), variables, chosen)

    def airflow(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            airflow_command(*arguments),
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return airflow


def rows_of(engine: Engine) -> str:
    relations = text(
        "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables "
        "WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
    )
    with engine.connect() as connection:
        names = connection.scalars(relations).all()
        return "\n".join(row for name in names for row in connection.scalars(text(f"SELECT r::text FROM {name} AS r")))


def files_of(home: Path) -> str:
    rows = [str(ds.dataset(file).to_table().to_pylist()) for file in home.rglob("*.parquet")]
    return "\n".join([*rows, bytes_left_in(home).decode(errors="ignore")])


def change(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def test_buyers_are_found_nowhere_after_runs_that_go_well_and_wrong(
    run: Run, engine: Engine, sandbox: Sandbox, home: Path
) -> None:
    event = sandbox.place2book.find("Krimiaften med lokale forfattere")
    sandbox.place2book.buy(event.id, buyer=BUYER, answers={"Allergi": "Nødder"})
    resync = ("dags", "test", "place2book_sync", "--conf", json.dumps({"mode": "resync"}))
    done = [run(*resync)]
    change(engine, "ALTER TABLE warehouse.purchases ADD CONSTRAINT nobody CHECK (purchase_id < 0) NOT VALID")
    sandbox.place2book.buy(event.id, buyer=BUYER, answers={"Allergi": "Nødder"})
    done.append(run(*resync))
    change(engine, "ALTER TABLE warehouse.purchases DROP CONSTRAINT nobody")
    done.append(run("dags", "test", "personal_data_retention"))
    done.append(run("billetbro", "forget", "--email", BUYER.email, "--phone", BUYER.phone_number))
    printed = "\n".join(one.stdout + one.stderr for one in done)
    left = {"database": rows_of(engine), "files": files_of(home), "printed": printed}
    shown = {place: [one for one in TRACES if one in found.casefold()] for place, found in left.items()}
    assert shown == {"database": [], "files": [], "printed": []}
    assert [one.returncode for one in done] == [0, 1, 0, 0], printed
    assert ("SQLSTATE 23514" in done[1].stdout + done[1].stderr, "nordvig: " in done[2].stdout) == (True, True)
    assert "nordvig: 1 køb" in done[3].stdout.splitlines()
    assert "krimiaften" in left["files"].casefold()
