"""Airflow on several machines, each the processes of one Compose file, with the commands and the settings given there.

Only the addresses, the folders and the ports are of this machine.
"""

import secrets
import shutil
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import requests

from demo.environment import EmbeddedPostgres, airflow_environment, child_environment, free_port
from demo.environment import airflow_command as airflow
from demo.processes import Processes
from tests.compose import compose_file, filled_in

LONGEST = 900.0
"""Seconds to wait for something, many times as long as it takes on a machine that does nothing else."""
SECRETS = (
    "AIRFLOW_ADMIN_PASSWORD",
    "AIRFLOW_API_SECRET_KEY",
    "AIRFLOW_JWT_SECRET",
    "POSTGRES_PASSWORD",
    "REDIS_PASSWORD",
)
METADATA = "airflow"
SMALL = {
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__CELERY__WORKER_CONCURRENCY": "2",
    "AIRFLOW__CORE__PARALLELISM": "4",
}
"""What makes the machines small enough to fit into one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What all machines share: the filled-in `.env`, and where Redis, PostgreSQL and the API server answer."""

    folder: Path
    postgres: EmbeddedPostgres
    env: Mapping[str, str]
    redis_port: int
    api_port: int

    def environment(self, machine: str, own: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of a machine's services, as Compose would give it, with folders of its own."""
        content = compose_file("docker-compose.yaml" if machine == "main" else "docker-compose.worker.yaml")
        given = {name: filled_in(value, self.env) for name, value in content["x-airflow-environment"].items()}
        home = self.folder / machine
        home.mkdir()
        local = airflow_environment(home, self.postgres.url(METADATA))
        here = {
            "AIRFLOW__API__BASE_URL": self.address,
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.api_port),
            "AIRFLOW__CELERY__BROKER_URL": f"redis://:{self.env['REDIS_PASSWORD']}@127.0.0.1:{self.redis_port}/0",
            "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{self.postgres.url(METADATA)}",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.address}/execution/",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(free_port()),
        }
        return child_environment(given, local, here, SMALL, own)

    @property
    def address(self) -> str:
        """Return where the API server answers."""
        return f"http://127.0.0.1:{self.api_port}"


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
def cluster(folder: Path, postgres: EmbeddedPostgres, own: Mapping[str, str]) -> Iterator["Cluster"]:
    """Run the machine `main` with everything but workers, and two machines with a worker each."""
    env = {name: secrets.token_hex(24) for name in SECRETS} | {"AIRFLOW_EXECUTOR": "CeleryExecutor"}
    env |= {"AIRFLOW_FERNET_KEY": urlsafe_b64encode(secrets.token_bytes(32)).decode(), "MAIN_ADDRESS": "127.0.0.1"}
    installation = Installation(folder=folder, postgres=postgres, env=env, redis_port=free_port(), api_port=free_port())
    postgres.create_database(METADATA)
    machines = {
        name: Machine(folder / f"logs-{name}", installation.environment(name, own))
        for name in ("main", "first", "second")
    }
    try:
        yield _started(Cluster(installation, machines))
    finally:
        for machine in machines.values():
            machine.stop()
        postgres.drop_database(METADATA)


class Cluster:
    """The machines, and the questions that a test asks Airflow."""

    def __init__(self, installation: Installation, machines: Mapping[str, Machine]) -> None:
        self.installation = installation
        self.machines = dict(machines)
        self._session = requests.Session()
        self._session.trust_env = False

    def worker_of(self, task_id: str) -> Machine:
        """Return the machine on which a running task of this name is."""
        running = self.rows(
            "SELECT pid FROM task_instance WHERE task_id = %s AND state = 'running' ORDER BY map_index", task_id
        )
        return next(machine for machine in self.machines.values() if machine.runs(running[0][0]))

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask Airflow's metadata database."""
        postgres = self.installation.postgres
        url = postgres.url(METADATA).replace("+psycopg", "")
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
            assert time.monotonic() < deadline, f"not met in {LONGEST:.0f} seconds; logs in {self.installation.folder}"
            time.sleep(0.2)

    def switch_on(self, dag: str) -> bool:
        """Let the DAG run; false while Airflow does not answer yet, or does not know it yet."""
        address, env = self.installation.address, self.installation.env
        login = {"username": "admin", "password": env["AIRFLOW_ADMIN_PASSWORD"]}
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


def _started(cluster: Cluster) -> Cluster:
    installation, main = cluster.installation, cluster.machines["main"]
    services = compose_file()["services"]
    main.start("redis", _redis(installation))
    main.run("airflow-init", airflow(*services["airflow-init"]["command"].split()))
    main.start("api-server", _api_server(installation, services))
    for name in ("scheduler", "dag-processor"):
        main.start(name, airflow(*services[name]["command"].split()))
    worker = compose_file("docker-compose.worker.yaml")["services"]["worker"]["command"].split()
    for name in ("first", "second"):
        # Two containers have two names; two processes on one machine have to be given them.
        cluster.machines[name].start("worker", airflow(*worker, "--celery-hostname", name))
    for name in ("first", "second"):
        cluster.wait(lambda name=name: " ready" in cluster.machines[name].said("worker"))  # type: ignore[misc]
    return cluster


def _redis(installation: Installation) -> list[str]:
    compose = compose_file()
    folder = installation.folder / "redis"
    folder.mkdir()
    content = filled_in(compose["configs"]["redis"]["content"], installation.env)
    (folder / "redis.conf").write_text(f"{content}\nbind 127.0.0.1\nport {installation.redis_port}\ndir {folder}\n")
    program, _ = compose["services"]["redis"]["command"]
    assert shutil.which(program), (
        f"{program} is missing: `apt-get install redis-server`, or what your system has for it"
    )
    return [program, str(folder / "redis.conf")]


def _api_server(installation: Installation, services: Mapping[str, Any]) -> list[str]:
    """Return Compose's own command, which finds `airflow` in the image's path."""
    *shell, script = services["api-server"]["command"]
    password = installation.env["AIRFLOW_ADMIN_PASSWORD"]
    script = script.replace("$$", "$").replace("exec airflow", f"exec {' '.join(airflow())}")
    return ["env", f"ADMIN_PASSWORD={password}", *shell, script]
