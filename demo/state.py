"""What `make up` remembers between two starts: its secrets, its logs and where its PostgreSQL keeps the data."""

import fcntl
import hashlib
import json
import os
import secrets
import shlex
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.postgres_programs import everyone_can_reach

# For root, when PostgreSQL's unprivileged user cannot enter the project's folder.
SYSTEM_STATE = Path("/var/lib/billetbro")
LOGIN = "admin"
USERS = {LOGIN: "admin", "nora": "user", "lis": "viewer"}
"""Who can sign in, all with the same password, and each one's role; Nordvig's pages are for Nora (libraries.yaml)."""


class AlreadyRunningError(RuntimeError):
    """Another process uses the same state."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What an installation makes up for itself, once."""

    api_secret: str
    fernet_key: str
    jwt_secret: str
    password: str
    privacy_key: str


@dataclass(frozen=True, slots=True)
class State:
    """A folder that belongs to one process at a time."""

    folder: Path

    @property
    def logs(self) -> Path:
        """Return the folder of the services' logs."""
        return self.folder / "logs"

    @property
    def airflow_home(self) -> Path:
        """Return Airflow's home."""
        return self.folder / "airflow"

    @property
    def postgres(self) -> Path:
        """Return where PostgreSQL keeps its data."""
        if os.geteuid() != 0 or everyone_can_reach(self.folder / "postgres"):
            return self.folder / "postgres"
        return SYSTEM_STATE / hashlib.sha256(bytes(self.folder)).hexdigest()[:12]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder for the length of a `with` block. Raises AlreadyRunningError when another does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunningError(f"It runs already, with its state in {self.folder}.") from None
            yield

    def secrets(self) -> Secrets:
        """Return this installation's own secrets, made at the first start."""
        path = self.folder / "secrets.json"
        if not path.exists():
            made = {name: secrets.token_hex(32) for name in ("api_secret", "jwt_secret", "privacy_key")}
            made["fernet_key"] = urlsafe_b64encode(secrets.token_bytes(32)).decode()
            made["password"] = secrets.token_urlsafe(9)
            _write_private(path, json.dumps(made))
        return Secrets(**json.loads(path.read_text()))

    def passwords_file(self) -> Path:
        """Return the file in which Airflow looks up the passwords of its users."""
        path = self.folder / "passwords.json"
        _write_private(path, json.dumps(dict.fromkeys(USERS, self.secrets().password)))
        return path

    def environment_file(self, variables: Mapping[str, str]) -> Path:
        """Return the file from which a shell takes these variables, and the `airflow` of this Python."""
        path = self.folder / "environment"
        lines = [f"export {name}={shlex.quote(value)}" for name, value in sorted(variables.items())]
        programs = shlex.quote(str(Path(sys.executable).parent))
        _write_private(path, "\n".join([*lines, f'export PATH={programs}:"$PATH"', ""]))
        return path


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
