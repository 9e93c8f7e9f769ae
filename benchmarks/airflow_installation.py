"""A running Airflow for the benchmark, and the DAG's runs in it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psycopg
import requests

from benchmarks.country import Country
from benchmarks.country_sandbox import Addresses, CountrySandbox, country_sandbox
from benchmarks.country_state import transfer
from demo.airflow_services import services_environment, signed_in, start_services
from demo.environment import airflow_command, airflow_environment, child_environment
from demo.postgres import EmbeddedPostgres, free_port
from demo.processes import Processes
from demo.state import State

DAG = "place2book_sync"
LOOK_EVERY = 0.2
FLUSH_SECONDS = 1.5
"""PostgreSQL's counters are up to date a second after a transaction."""
ENDED = ("success", "failed")
ROW_VERSIONS = "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables"
WAL = "SELECT wal_bytes::bigint FROM pg_stat_wal"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedRun:
    """A run of the DAG: seconds from queued to its end, and the tasks that ran."""

    state: str
    seconds: float
    tasks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the databases wrote since they were made."""

    wal_bytes: int
    row_versions: int
    airflow_wal_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Airflow's services and both PostgreSQL servers, by process id, and how to reach them."""

    pids: Mapping[str, int]
    session: requests.Session
    address: str
    metadata_url: str
    database_url: str
    processes: Processes

    def run(self) -> EndedRun:
        """Run the DAG once, as its schedule does, to its end: in a run by hand everything is compared anew."""
        run_id = f"bench-{datetime.now(UTC):%H%M%S%f}"
        asked = {"dag_run_id": run_id, "logical_date": None}
        answer = self.session.post(f"{self.address}/api/v2/dags/{DAG}/dagRuns", json=asked, timeout=60)
        answer.raise_for_status()
        of_run = "FROM dag_run WHERE run_id = %s"
        with psycopg.connect(self.metadata_url, autocommit=True) as connection:
            connection.execute("UPDATE dag_run SET run_type = 'scheduled' WHERE run_id = %s", [run_id])
            while True:
                self.processes.check()
                row = connection.execute(
                    f"SELECT state, extract(epoch FROM end_date - queued_at)::float {of_run}", [run_id]
                ).fetchone()
                if row and row[0] in ENDED:
                    break
                time.sleep(LOOK_EVERY)
            tasks = connection.execute(
                "SELECT count(*) FROM task_instance WHERE run_id = %s AND start_date IS NOT NULL", [run_id]
            ).fetchone()
        assert tasks
        return EndedRun(state=row[0], seconds=row[1], tasks=tasks[0])

    def wait_for_nothing(self) -> None:
        """Wait until no run is under way: one may have been due by the clock."""
        with psycopg.connect(self.metadata_url, autocommit=True) as connection:
            while connection.execute("SELECT 1 FROM dag_run WHERE NOT state = ANY(%s)", [list(ENDED)]).fetchone():
                self.processes.check()
                time.sleep(LOOK_EVERY)

    def stored(self) -> Stored:
        """Return the counters of both databases."""
        time.sleep(FLUSH_SECONDS)
        return Stored(
            wal_bytes=_number(self.database_url, WAL),
            row_versions=_number(self.database_url, ROW_VERSIONS),
            airflow_wal_bytes=_number(self.metadata_url, WAL),
        )


@contextmanager
def installed(
    folder: Path, country: Country, limits: dict[str, float], variables: Mapping[str, str]
) -> Iterator[tuple[Installation, CountrySandbox]]:
    """Run Airflow for a country whose events were all transferred before, for the length of the block."""
    state, port = State(folder.resolve()), free_port()
    airflows = State(state.folder / "airflow")
    libraries = state.folder / "libraries.yaml"
    with (
        state.alone(),
        EmbeddedPostgres(state.postgres) as ours,
        EmbeddedPostgres(airflows.postgres) as theirs,
        country_sandbox(country) as sandbox,
    ):
        libraries.write_text(country.settings(limits))
        ours.drop_database("billetbro")
        print("The first transfer, of one library, without Airflow; the others are copied.", flush=True)
        transfer(country, sandbox, ours.create_database("billetbro"), libraries)
        environment = {
            **airflow_environment(state.airflow_home, metadata_url=theirs.url("airflow"), libraries=libraries),
            **services_environment(state, port),
            **_connections(sandbox.addresses, ours.airflow_connection_json("billetbro")),
            **variables,
        }
        with Processes(state.logs, child_environment(environment)) as processes:
            _migrate(theirs, processes)
            print("Starting Airflow.", flush=True)
            address = start_services(state, processes, port, [DAG])
            installation = Installation(
                pids=processes.pids | {"postgres, ours": ours.pid, "postgres, airflow's": theirs.pid},
                session=signed_in(address, state),
                address=address,
                metadata_url=_plain(theirs.url("airflow")),
                database_url=_plain(ours.url("billetbro")),
                processes=processes,
            )
            yield installation, sandbox


def _connections(addresses: Addresses, database: str) -> dict[str, str]:
    given: dict[str, dict[str, str]] = {
        f"cms_{name}": {"conn_type": "dpl_cms", "host": url, "login": login, "password": password}
        for name, url in addresses.cms.items()
        for login, password in [addresses.users[name]]
    }
    given["place2book"] = {"conn_type": "place2book", "host": addresses.place2book, "password": addresses.token}
    given["billetbro_privacy"] = {"conn_type": "generic", "password": "a key made up for the benchmark"}
    variables = {f"AIRFLOW_CONN_{name.upper()}": json.dumps(values) for name, values in given.items()}
    return variables | {"AIRFLOW_CONN_BILLETBRO_DB": database}


def _migrate(postgres: EmbeddedPostgres, processes: Processes) -> None:
    """Give Airflow a metadata database without runs; it is migrated once, then copied."""
    template = f"migrated_{version('apache-airflow-core').replace('.', '_')}"
    postgres.drop_database("airflow")
    if not postgres.has_database(template):
        print("Preparing Airflow's database.", flush=True)
        postgres.create_database("airflow")
        processes.run("db-migrate", airflow_command("db", "migrate"))
        postgres.create_database(template, template="airflow")
        return
    postgres.create_database("airflow", template=template)


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")


def _number(url: str, query: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row
    return int(row[0])
