"""`make up`: Airflow as it runs in production, with PostgreSQL and the stand-in APIs, on this machine."""

import argparse
import signal
import sys
import time
from importlib.metadata import version
from pathlib import Path
from types import FrameType

from billetbro.store.database import connect
from demo.airflow_services import NotReadyError, services_environment, start_services
from demo.environment import (
    ROOT,
    airflow_command,
    airflow_environment,
    child_environment,
    ids_in,
    make_live,
    sandbox_connections,
)
from demo.postgres import EmbeddedPostgres, free_port
from demo.postgres_programs import PostgresDidNotStartError
from demo.processes import ProcessEndedError, Processes
from demo.state import LOGIN, AlreadyRunningError, State
from sandbox.server import Sandbox

# Where they are free; another port is taken for each that is not.
AIRFLOW_PORT = 8080
SANDBOX_PORTS = {
    "place2book": 8100,
    "cms:solbjerg": 8101,
    "cms:nordvig": 8102,
    "yesplan:theater": 8103,
    "control": 8109,
}
DAGS = ("place2book_sync", "ticket_status")
METADATA_DATABASE = "airflow"
EVENTS_DATABASE = "billetbro"


def main() -> int:
    """Run until Ctrl-C or SIGTERM; 0 when it was stopped that way, 1 when something failed."""
    parser = argparse.ArgumentParser(prog="python -m demo.up", description=__doc__)
    parser.add_argument("--state", type=Path, default=ROOT / ".billetbro", help="what is kept between two starts")
    state = State(parser.parse_args().state.resolve())
    signal.signal(signal.SIGINT, _stop_once)
    signal.signal(signal.SIGTERM, _stop_once)
    try:
        with state.alone(), _sandbox() as sandbox, EmbeddedPostgres(state.postgres) as postgres:
            _run(state, sandbox, postgres)
    except KeyboardInterrupt:
        print("Stopped.")
        return 0
    except (AlreadyRunningError, NotReadyError, PostgresDidNotStartError, ProcessEndedError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(state: State, sandbox: Sandbox, postgres: EmbeddedPostgres) -> None:
    port = free_port(AIRFLOW_PORT)
    environment = _environment(state, sandbox, postgres, port)
    shell = state.environment_file(environment)
    with Processes(state.logs, child_environment(environment)) as processes:
        _prepare_databases(postgres, processes)
        print("Starting Airflow; this takes half a minute.", flush=True)
        address = start_services(state, processes, port, DAGS)
        print(_welcome(address, sandbox, state, shell), flush=True)
        while True:
            processes.check()
            time.sleep(0.5)


def _sandbox() -> Sandbox:
    return Sandbox(ports={server: free_port(port) for server, port in SANDBOX_PORTS.items()})


def _environment(state: State, sandbox: Sandbox, postgres: EmbeddedPostgres, port: int) -> dict[str, str]:
    secrets = state.secrets()
    return {
        **airflow_environment(state.airflow_home, metadata_url=postgres.url(METADATA_DATABASE)),
        **services_environment(state, port),
        **sandbox_connections(sandbox, postgres.airflow_connection_json(EVENTS_DATABASE), secrets.privacy_key),
    }


def _prepare_databases(postgres: EmbeddedPostgres, processes: Processes) -> None:
    """Begin with no events, as the stand-ins do at each start, but keep what Airflow itself remembers."""
    postgres.drop_database(EVENTS_DATABASE)
    engine = connect(postgres.create_database(EVENTS_DATABASE))
    make_live(engine, ids_in(), "make up")
    engine.dispose()
    if not postgres.has_database(METADATA_DATABASE):
        postgres.create_database(METADATA_DATABASE)
    migrated = postgres.folder / "migrated"
    installed = version("apache-airflow-core")
    if not migrated.exists() or migrated.read_text() != installed:
        print("Preparing Airflow's database.", flush=True)
        processes.run("db-migrate", airflow_command("db", "migrate"))
        migrated.write_text(installed)


def _welcome(address: str, sandbox: Sandbox, state: State, shell: Path) -> str:
    return f"""
  Airflow            {address}
  pages for staff    {address}/billetbro/
  login              {LOGIN}
  password           {state.secrets().password}
  other logins       nora (Nordvig), lis (reads only)
  stand-in APIs      {sandbox.control_url}
  logs               {state.logs}
  for `airflow`      . {shell}

Ctrl-C stops everything."""


def _stop_once(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("\nStopping ...", flush=True)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
