"""`make up`: Airflow as it runs in production, with PostgreSQL and the stand-in APIs, on this machine."""

import argparse
import signal
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from types import FrameType

import requests

from demo.environment import ROOT, airflow_command, airflow_environment, child_environment, sandbox_connections
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
READY_TIMEOUT = 600.0
SERVICES = {
    "api-server": ["api-server", "--host", "127.0.0.1", "--workers", "1"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}


class NotReadyError(RuntimeError):
    """Airflow did not answer, or did not find the DAG, in the time that it was given."""


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
        for name, arguments in SERVICES.items():
            port_argument = ["--port", str(port)] if name == "api-server" else []
            processes.start(name, airflow_command(*arguments, *port_argument))
        address = f"http://127.0.0.1:{port}"
        print("Starting Airflow; this takes half a minute.", flush=True)
        _wait_until(lambda: _unpaused(address, state.secrets().password), processes, state.logs)
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
        **sandbox_connections(sandbox, postgres.airflow_connection_json(EVENTS_DATABASE), secrets.privacy_key),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__SECRET_KEY": secrets.api_secret,
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.jwt_secret,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__FERNET_KEY": secrets.fernet_key,
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(state.passwords_file()),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{LOGIN}:admin",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
    }


def _prepare_databases(postgres: EmbeddedPostgres, processes: Processes) -> None:
    """Begin with no events, as the stand-ins do at each start, but keep what Airflow itself remembers."""
    postgres.drop_database(EVENTS_DATABASE)
    postgres.create_database(EVENTS_DATABASE)
    if not postgres.has_database(METADATA_DATABASE):
        postgres.create_database(METADATA_DATABASE)
    migrated = postgres.folder / "migrated"
    installed = version("apache-airflow-core")
    if not migrated.exists() or migrated.read_text() != installed:
        print("Preparing Airflow's database.", flush=True)
        processes.run("db-migrate", airflow_command("db", "migrate"))
        migrated.write_text(installed)


def _wait_until(ready: Callable[[], bool], processes: Processes, logs: Path) -> None:
    deadline = time.monotonic() + READY_TIMEOUT
    while not ready():
        processes.check()
        if time.monotonic() > deadline:
            raise NotReadyError(f"Airflow is not ready after {READY_TIMEOUT:.0f} seconds; see {logs}.")
        time.sleep(0.5)


def _unpaused(address: str, password: str) -> bool:
    """Switch the DAGs on; false while Airflow does not answer yet, or has not found them all yet."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            token = session.post(f"{address}/auth/token", json={"username": LOGIN, "password": password}, timeout=10)
            if token.status_code != 201:
                return False
            session.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
            on = {"is_paused": False}
            answers = [session.patch(f"{address}/api/v2/dags/{dag}", json=on, timeout=10) for dag in DAGS]
        except requests.RequestException:
            return False
    return all(answer.status_code == 200 for answer in answers)


def _welcome(address: str, sandbox: Sandbox, state: State, shell: Path) -> str:
    return f"""
  Airflow            {address}
  login              {LOGIN}
  password           {state.secrets().password}
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
