"""Airflow on several machines, each the processes of one Compose file, with the commands and the settings given there.

Only the addresses, the folders and the ports are of this machine.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import requests

from demo.environment import EmbeddedPostgres
from demo.processes import Processes
from tests.natively import ADMIN, Place, Service, redis_command, run_once

LONGEST = 900.0
"""Seconds to wait for something, many times as long as it takes on a machine that does nothing else."""
METADATA = "airflow"
MAIN = ("redis", "api-server", "scheduler", "dag-processor")


class Machine:
    """A machine's services, which end together, as if the power had gone."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self._logs = logs
        self._processes = Processes(logs, environment)
        self._roots: list[psutil.Process] = []

    def run(self, name: str, command: list[str]) -> None:
        """Run a command to its end."""
        self._processes.run(name, command)

    def start(self, name: str, command: list[str]) -> None:
        """Start a service."""
        before = set(psutil.Process().children())
        self._processes.start(name, command)
        self._roots += set(psutil.Process().children()) - before

    def check(self) -> None:
        """Raise ProcessEndedError when a service has ended."""
        self._processes.check()

    def said(self, name: str) -> str:
        """Return the log of a service."""
        return (self._logs / f"{name}.log").read_text(errors="replace")

    def runs(self, pid: int) -> bool:
        """Tell whether a process is one of this machine's."""
        return pid in {process.pid for process in self._family()}

    def kill(self) -> list[psutil.Process]:
        """Kill every process at once, those in groups of their own too; return those that outlive it."""
        family = self._family()
        for end in (psutil.Process.suspend, psutil.Process.kill):
            for process in {*family, *self._family()}:
                with suppress(psutil.NoSuchProcess):
                    end(process)
        return psutil.wait_procs(family, timeout=LONGEST)[1]

    def stop(self) -> None:
        """Kill what still runs: all of it is thrown away."""
        self.kill()
        self._processes.stop()

    def _family(self) -> list[psutil.Process]:
        alive = [root for root in self._roots if root.is_running() and root.status() != psutil.STATUS_ZOMBIE]
        return [*alive, *(child for root in alive for child in root.children(recursive=True))]


@contextmanager
def cluster(folder: Path, own: Mapping[str, str]) -> Iterator["Cluster"]:
    """Run the machine `main` with everything but workers, and two machines with a worker each."""
    with EmbeddedPostgres(user="postgres") as postgres:
        env = {"AIRFLOW_EXECUTOR": "CeleryExecutor", "MAIN_ADDRESS": "127.0.0.1", "AIRFLOW_KEEP_DAYS": "90"}
        place = Place(folder=folder, postgres=postgres, env=env, own=own)
        place.prepare()
        place.connect(own)
        cluster = Cluster(place)
        try:
            yield cluster.started()
        finally:
            for machine in cluster.ever:
                machine.stop()


class Cluster:
    """The machines, and the questions that a test asks Airflow."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.machines: dict[str, Machine] = {}
        self.ever: list[Machine] = []
        self._session = requests.Session()
        self._session.trust_env = False

    def started(self) -> "Cluster":
        """Start everything, in the order in which Compose does; return this cluster once both workers are ready."""
        place = self._place
        for name in ("postgres-roles", "airflow-init"):
            run_once(place, name)
        place.make_admin()
        for name in MAIN:
            service = Service(place, name)
            self._start(name, service, redis_command(place, service) if name == "redis" else service.command)
        for name in ("first", "second"):
            service = Service(place, "worker", "docker-compose.worker.yaml", alias=name)
            # Two containers have two names; two processes on one machine have to be given them.
            self._start(name, service, [*service.command, "--celery-hostname", name])
        for name in ("first", "second"):
            self.wait(lambda name=name: " ready" in self.machines[name].said(name))  # type: ignore[misc]
        return self

    def _start(self, name: str, service: Service, command: list[str]) -> None:
        machine = Machine(self._place.folder / "logs-of-services", service.environment)
        self.ever.append(machine)
        self.machines[name] = machine
        machine.start(name, command)

    def worker_of(self, task_id: str) -> Machine:
        """Return the machine on which a running task of this name is."""
        running = self.rows(
            "SELECT pid FROM task_instance WHERE task_id = %s AND state = 'running' ORDER BY map_index", task_id
        )
        return next(machine for machine in self.machines.values() if machine.runs(running[0][0]))

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask Airflow's metadata database."""
        url = self._place.postgres.url(METADATA).replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def kill(self, machine: Machine) -> list[psutil.Process]:
        """Kill all that runs on a machine, which is then none of this cluster's; return what outlives it."""
        self.machines = {name: other for name, other in self.machines.items() if other is not machine}
        return machine.kill()

    def wait(self, met: Callable[[], bool]) -> None:
        """Wait for something; raises ProcessEndedError when a service ends before, and AssertionError in the end."""
        deadline = time.monotonic() + LONGEST
        while not met():
            for machine in self.machines.values():
                machine.check()
            assert time.monotonic() < deadline, f"not met in {LONGEST:.0f} seconds; logs in {self._place.folder}"
            time.sleep(0.2)

    def switch_on(self, dag: str) -> bool:
        """Let the DAG run; false while Airflow does not answer yet, or does not know it yet."""
        address = self._place.address
        login = {"username": ADMIN, "password": self._place.admin_password}
        try:
            token = self._session.post(f"{address}/auth/token", json=login, timeout=60)
            if token.status_code != 201:
                return False
            headers = {"Authorization": f"Bearer {token.json()['access_token']}"}
            on = {"is_paused": False}
            answer = self._session.patch(f"{address}/api/v2/dags/{dag}", json=on, headers=headers, timeout=60)
        except requests.RequestException:
            return False
        return answer.status_code == 200
