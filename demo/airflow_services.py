"""Airflow's services as they run in production, on this machine: scheduler, DAG processor, triggerer, API server."""

import time
from collections.abc import Sequence

import requests

from demo.environment import airflow_command
from demo.processes import Processes
from demo.state import LOGIN, USERS, State

READY_TIMEOUT = 600.0
SERVICES = {
    "api-server": ["api-server", "--host", "127.0.0.1", "--workers", "1"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}


class NotReadyError(RuntimeError):
    """Airflow did not answer, or did not find the DAG, in the time that it was given."""


def services_environment(state: State, port: int) -> dict[str, str]:
    """Return the variables that the services need beside `airflow_environment`, with the API server on a port."""
    secrets = state.secrets()
    return {
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__SECRET_KEY": secrets.api_secret,
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.jwt_secret,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__FERNET_KEY": secrets.fernet_key,
        "AIRFLOW__CORE__PARALLELISM": "8",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(state.passwords_file()),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{user}:{role}" for user, role in USERS.items()),
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
    }


def start_services(state: State, processes: Processes, port: int, dags: Sequence[str]) -> str:
    """Start the services, switch the DAGs on, and return the address. Raises NotReadyError and ProcessEndedError."""
    for name, arguments in SERVICES.items():
        port_argument = ["--port", str(port)] if name == "api-server" else []
        processes.start(name, airflow_command(*arguments, *port_argument))
    address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + READY_TIMEOUT
    while not _unpaused(address, state, dags):
        processes.check()
        if time.monotonic() > deadline:
            raise NotReadyError(f"Airflow is not ready after {READY_TIMEOUT:.0f} seconds; see {state.logs}.")
        time.sleep(0.5)
    return address


def signed_in(address: str, state: State) -> requests.Session:
    """Return a session of Airflow's API for its operator; raises requests.RequestException while it does not answer."""
    session = requests.Session()
    session.trust_env = False
    login = {"username": LOGIN, "password": state.secrets().password}
    answer = session.post(f"{address}/auth/token", json=login, timeout=10)
    answer.raise_for_status()
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return session


def _unpaused(address: str, state: State, dags: Sequence[str]) -> bool:
    """Switch the DAGs on; false while Airflow does not answer yet, or has not found them all yet."""
    try:
        with signed_in(address, state) as session:
            on = {"is_paused": False}
            answers = [session.patch(f"{address}/api/v2/dags/{dag}", json=on, timeout=10) for dag in dags]
    except requests.RequestException:
        return False
    return all(answer.status_code == 200 for answer in answers)
