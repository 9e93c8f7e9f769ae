"""Every service of docker-compose.yaml, run here as the file says: command, variables, secrets, health check."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import requests

from demo.environment import LIBRARIES, EmbeddedPostgres, sandbox_connections
from sandbox.server import Sandbox
from tests.compose import compose_file
from tests.end_to_end.machines import LONGEST, Machine
from tests.natively import ADMIN, Place, Service, redis_command, run_once

pytestmark = [pytest.mark.long, pytest.mark.redis]

SERVICES = compose_file()["services"]
ONCE = ("postgres-roles", "airflow-init")
IN_ORDER = ("redis", "api-server", "scheduler", "dag-processor", "triggerer", "worker", "backup", "housekeeping")
DAY = 24 * 3600
LOGS = {"of-last-year.log": 300 * DAY, "of-this-week.log": 5 * DAY}
"""Logs that are there before the services start, and how many seconds old they are."""
ELSEWHERE = {"postgres", "sandbox"}
"""What runs here otherwise: PostgreSQL from its wheel; the mock servers in this process."""


class Installation:
    """The services that run, each a machine of its own."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.services = {name: Service(place, name) for name in (*IN_ORDER, "postgres")}
        self.machines: dict[str, Machine] = {}

    def start(self) -> None:
        """Start everything in Compose's order."""
        for name in ONCE:
            run_once(self.place, name)
        self.place.make_admin()
        for name in IN_ORDER:
            service = self.services[name]
            machine = self.machines[name] = Machine(self.place.folder / "logs-of-services", service.environment)
            machine.start(name, redis_command(self.place, service) if name == "redis" else service.command)

    def stop(self) -> None:
        """Kill what still runs."""
        for machine in self.machines.values():
            machine.stop()

    def wait(self, met: Callable[[], bool], what: str) -> None:
        """Wait for something."""
        deadline = time.monotonic() + LONGEST
        while not met():
            assert time.monotonic() < deadline, f"{what}: not met; {self.said()}"
            time.sleep(0.5)

    def said(self) -> str:
        """Return the ends of all logs."""
        return "\n".join(f"{name}: {machine.said(name)[-1500:]}" for name, machine in self.machines.items())


@pytest.fixture(scope="module")
def installation(sandbox: Sandbox) -> Iterator[Installation]:
    """Run an installation with Celery, whose libraries are those of the demonstration."""
    with TemporaryDirectory(prefix="billetbro-compose-") as folder, EmbeddedPostgres(user="postgres") as postgres:
        place = Place(folder=Path(folder), postgres=postgres, env={"AIRFLOW_EXECUTOR": "CeleryExecutor"})
        place.prepare()
        for name, age in LOGS.items():
            (place.folder / "logs" / name).touch()
            os.utime(place.folder / "logs" / name, (time.time() - age, time.time() - age))
        connections = sandbox_connections(sandbox, "{}")
        place.connect({name: value for name, value in connections.items() if "BILLETBRO" not in name})
        shutil.copy(LIBRARIES, place.folder / "settings" / "libraries.yaml")
        running = Installation(place)
        try:
            running.start()
            yield running
        finally:
            running.stop()


def test_every_service_of_the_file_is_tried() -> None:
    assert {*ONCE, *IN_ORDER, *ELSEWHERE} == set(SERVICES)


@pytest.mark.parametrize("name", ["postgres", *IN_ORDER])
def test_service_is_healthy_once_it_is_up(installation: Installation, name: str) -> None:
    installation.wait(installation.services[name].is_healthy, name)

    assert installation.services[name].is_healthy()


def test_old_logs_are_gone_once_the_house_was_kept(installation: Installation) -> None:
    installation.wait(installation.services["housekeeping"].is_healthy, "housekeeping")
    left = {name for name in LOGS if (installation.place.folder / "logs" / name).exists()}

    assert left == {"of-this-week.log"}


def test_run_passes_through_all_of_them(installation: Installation) -> None:
    session = signed_in(installation)
    address = f"{installation.place.address}/api/v2/dags/place2book_sync"

    def switched_on() -> bool:
        return session.patch(address, json={"is_paused": False}, timeout=60).status_code == 200

    installation.wait(switched_on, "the DAG is known")
    made = session.post(f"{address}/dagRuns", json={"logical_date": None}, timeout=60)
    assert made.status_code == 200, made.text
    run = f"{address}/dagRuns/{made.json()['dag_run_id']}"

    def state() -> str:
        return str(session.get(run, timeout=60).json()["state"])

    installation.wait(lambda: state() in ("success", "failed"), "the run ends")
    tasks = session.get(f"{run}/taskInstances", timeout=60).json()["task_instances"]
    assert (state(), [task["task_id"] for task in tasks if task["state"] == "failed"]) == ("success", [])


@pytest.mark.parametrize("name", IN_ORDER)
def test_service_writes_only_where_something_is_mounted(installation: Installation, name: str) -> None:
    """In a container all else is read-only; what goes to its `/tmp` goes to a home here."""
    written = {entry.name for entry in installation.services[name].home.iterdir()}

    assert written <= {"airflow", "nightly.pid", "nightly.succeeded"}


def test_check_finds_nothing_wrong_with_what_was_set_up(installation: Installation) -> None:
    scheduler = installation.services["scheduler"]
    command = ["airflow", "billetbro", "check", "--language", "en"]
    ran = subprocess.run(command, env=scheduler.environment, check=False, capture_output=True, text=True)

    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("name", [*reversed(IN_ORDER), "postgres"])
def test_service_that_is_killed_is_unhealthy(installation: Installation, name: str) -> None:
    """The last tests of this module: nothing runs after them."""
    if name == "postgres":
        installation.place.postgres.stop()
    else:
        assert installation.machines[name].kill() == []

    installation.wait(lambda: not installation.services[name].is_healthy(), name)


def signed_in(installation: Installation) -> requests.Session:
    """Return a session of Airflow's API for the first administrator."""
    session = requests.Session()
    session.trust_env = False
    login = {"username": ADMIN, "password": installation.place.admin_password}
    answer = session.post(f"{installation.place.address}/auth/token", json=login, timeout=60)
    assert answer.status_code == 201, answer.text
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return session
