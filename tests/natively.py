"""What Compose would run in containers, run on this machine: the same words, but for addresses, folders and ports."""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from demo.environment import ROOT, EmbeddedPostgres, child_environment, free_port
from tests.compose import compose_file, filled_in

SMALL = {
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__CELERY__WORKER_CONCURRENCY": "2",
    "AIRFLOW__CORE__PARALLELISM": "4",
}
"""What makes an installation small enough for one machine that does other things, too."""
ADMIN = "anna"
IMAGE_FOLDERS = ("dags", "plugins", "deploy")
"""Folders of the project that are in the image."""


@dataclass(slots=True, kw_only=True)
class Place:
    """Where an installation stands on this machine; `deploy/prepare` made its folder."""

    folder: Path
    postgres: EmbeddedPostgres
    env: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    """Variables of this installation's services beside the file's, such as connections to mock servers."""
    admin_password: str = field(default_factory=lambda: secrets.token_hex(12))
    api_port: int = field(default_factory=free_port)
    health_port: int = field(default_factory=free_port)
    redis_port: int = field(default_factory=free_port)

    @property
    def address(self) -> str:
        """Return where the API server answers."""
        return f"http://127.0.0.1:{self.api_port}"

    def secret(self, name: str) -> str:
        """Return what a file of secrets holds."""
        return (self.folder / "secrets" / name).read_text()

    def prepare(self) -> None:
        """Make secrets and settings, and let the superuser of PostgreSQL have the password that its file holds."""
        subprocess.run([ROOT / "deploy" / "prepare", self.folder], check=True, capture_output=True)
        (self.folder / "logs").mkdir()  # a volume
        (self.folder / "secrets" / "postgres_password").write_text(self.postgres.password)
        connections = self.folder / "secrets" / "connections.yaml"
        here = f"host: {self.postgres.host}, port: {self.postgres.port}, login: billetbro"
        connections.write_text(connections.read_text().replace("host: postgres, login: billetbro", here))

    def connect(self, variables: Mapping[str, str]) -> None:
        """Write connections, given as Airflow's variables, into the file that holds them."""
        file = self.folder / "secrets" / "connections.yaml"
        prefix = "AIRFLOW_CONN_"
        given = {key: json.loads(value) for key, value in variables.items() if key.startswith(prefix)}
        more = {key.removeprefix(prefix).lower(): value for key, value in given.items()}
        file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text()) | more))

    def make_admin(self) -> None:
        """Make the first administrator, who types the password twice, as docs/running.md says."""
        command = ["airflow", "users", "create", "--role=Admin", f"--username={ADMIN}", "--email=anna@example.com"]
        command += ["--firstname=Anna", "--lastname=Testesen"]
        typed = f"{self.admin_password}\n{self.admin_password}\n"
        done = subprocess.run(
            command,
            env=Service(self, "api-server", alias="first-admin").environment,
            check=False,
            capture_output=True,
            input=typed,
            text=True,
            start_new_session=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert self.admin_password not in done.stdout + done.stderr

    def here(self, text: str, home: Path) -> str:
        """Return a text of the file with the addresses and folders of this machine in it."""
        text = filled_in(text, self.env)
        for there, here in self._places(home).items():
            text = text.replace(there, here)
        return text

    def _places(self, home: Path) -> dict[str, str]:
        postgres = self.postgres
        return {
            "http://localhost:8080": self.address,
            "http://api-server:8080": self.address,
            "http://localhost:8974": f"http://127.0.0.1:{self.health_port}",
            "@postgres/": f"@{postgres.host}:{postgres.port}/",
            "@redis:6379/": f"@127.0.0.1:{self.redis_port}/",
            "redis-cli ping": f"redis-cli -p {self.redis_port} ping",
            "/run/secrets/": f"{self.folder}/secrets/",
            "/run/billetbro/": f"{self.folder}/settings/",
            "/opt/deploy/": f"{ROOT}/deploy/",
            "/opt/airflow/logs": f"{self.folder}/logs",
            "/opt/airflow/billetbro": f"{self.folder}/billetbro",
            **{f"/opt/airflow/{name}": f"{ROOT}/{name}" for name in IMAGE_FOLDERS},
            "/backups": f"{self.folder}/backups",
            "/tmp/airflow": f"{home}/airflow",
        }


class Service:
    """A service of a Compose file as it runs here."""

    def __init__(self, place: Place, name: str, file: str = "docker-compose.yaml", alias: str | None = None) -> None:
        self.name = alias or name
        self._place = place
        self._given: dict[str, Any] = compose_file(file)["services"][name]
        self.home = place.folder / "homes" / self.name
        self.home.mkdir(parents=True, exist_ok=True)

    @property
    def environment(self) -> dict[str, str]:
        """Return its environment: what the file says, and what the image and the containers' network would give."""
        return child_environment(self._of_the_machine(), self._of_the_file(), SMALL, self._place.own)

    @property
    def command(self) -> list[str]:
        """Return what it runs; a command of Airflow's image goes to `airflow`, but for a few programs."""
        entrypoint = self._words(self._given.get("entrypoint", []))
        command = self._words(self._given.get("command", []))
        if not entrypoint and self._given["image"].startswith("billetbro") and command[0] != "bash":
            command = ["airflow", *command]
        return [*entrypoint, *command]

    def is_healthy(self) -> bool:
        """Ask its health check."""
        kind, *words = self._given["healthcheck"]["test"]
        translated = [self._place.here(word, self.home) for word in words]
        command = ["/bin/sh", "-c", *translated] if kind == "CMD-SHELL" else translated
        asked = subprocess.run(command, env=self.environment, check=False, capture_output=True, timeout=300)
        return asked.returncode == 0

    def _words(self, given: str | list[str]) -> list[str]:
        words = given.split() if isinstance(given, str) else given
        return [self._place.here(word, self.home) for word in words]

    def _of_the_file(self) -> dict[str, str]:
        given = self._given.get("environment", {})
        said = {key: self._place.here(str(value), self.home) for key, value in given.items() if value is not None}
        from_env = {
            key: self._place.env[key] for key, value in given.items() if value is None and key in self._place.env
        }
        if said.get("PGHOST") == "postgres":
            said["PGHOST"] = self._place.postgres.host
        return said | from_env

    def _of_the_machine(self) -> dict[str, str]:
        place = self._place
        programs = [Path(sys.executable).parent, place.postgres.programs]
        return {
            "PATH": os.pathsep.join([*map(str, programs), os.environ["PATH"]]),
            "HOSTNAME": this_host(),
            "HOME": str(self.home),
            "PYTHONPATH": os.pathsep.join(str(ROOT / folder) for folder in ("", "include", "plugins")),
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
            "NIGHTLY_STATE": str(self.home),
            "PGHOST": place.postgres.host,
            "PGPORT": str(place.postgres.port),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(place.api_port),
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(place.health_port),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
        }


def run_once(place: Place, name: str) -> str:
    """Run a service that ends by itself; return what it said."""
    service = Service(place, name)
    ran = subprocess.run(service.command, env=service.environment, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def this_host() -> str:
    """Return this machine's name as Airflow's jobs and Celery's workers give it."""
    from airflow.utils.net import get_hostname

    return get_hostname()


def redis_command(place: Place, service: Service) -> list[str]:
    """Return the command of Redis, on the port that it has here."""
    assert shutil.which("redis-server"), "`apt-get install redis-server`, or what your system has for it"
    *shell, script = service.command
    more = f"bind 127.0.0.1\\nport {place.redis_port}\\n"
    return [*shell, re.sub(r"printf '", f"printf '{more}", script, count=1)]
