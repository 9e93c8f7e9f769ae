"""A real PostgreSQL from a wheel: no installation, no container, as root or not, any number side by side."""

import json
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from demo.postgres_programs import (
    UNPRIVILEGED_USER,
    PostgresDidNotStartError,
    everyone_can_reach,
    give,
    temporary_folder,
    unprivileged_identity,
    usable_programs,
)
from demo.processes import ending_with_parent

HOST = "127.0.0.1"
USER = "billetbro"
START_ATTEMPTS = 5
START_TIMEOUT = 120.0
STOP_TIMEOUT = 60.0

# Nothing here outlives its folder, so nothing waits for a disk; a kept folder still survives a power cut.
SETTINGS = {"listen_addresses": HOST, "unix_socket_directories": "", "max_connections": "200"}
FOR_A_TEMPORARY_FOLDER = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
FOR_A_KEPT_FOLDER = {"synchronous_commit": "off"}


class EmbeddedPostgres:
    """Run a PostgreSQL server for the length of a `with` block.

    Without a folder its data is temporary and removed at the end; with one it is kept and found again the next time.
    It listens on a free port of the loopback interface only, and asks for a password that it made up.
    """

    def __init__(self, folder: Path | None = None, user: str = USER) -> None:
        self._kept_folder = folder.resolve() if folder else None
        self._process: subprocess.Popen[bytes] | None = None
        self._identity = unprivileged_identity()
        self._programs = Path()
        self.folder = Path()
        self.host = HOST
        self.port = 0
        self.user = user
        self.password = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Create the data folder where there is none, and start the server. Raises PostgresDidNotStartError."""
        self.folder = self._kept_folder or temporary_folder()
        try:
            self._prepare_folder()
            self._programs = usable_programs(self.folder, self._identity)
            if not (self._data / "PG_VERSION").exists():
                self._initialise()
            self.password = (self.folder / "password").read_text()
            self._stop_leftover()
            self._start_on_free_port()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server, and remove a temporary folder. Does nothing when it is not running."""
        self._end_process()
        if self._kept_folder is None and self.folder != Path():
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def programs(self) -> Path:
        """Return the folder of PostgreSQL's programs, such as pg_dump."""
        return self._programs

    @property
    def pid(self) -> int:
        """Return the process id of the running server."""
        assert self._process is not None
        return self._process.pid

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL (psycopg 3) of a database."""
        return f"postgresql+psycopg://{self.user}:{quote(self.password)}@{self.host}:{self.port}/{database}"

    def airflow_connection_json(self, database: str) -> str:
        """Return a database as an Airflow connection, in the form of the AIRFLOW_CONN_... variables."""
        return json.dumps(
            {
                "conn_type": "postgres",
                "host": self.host,
                "port": self.port,
                "login": self.user,
                "password": self.password,
                "schema": database,
            }
        )

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, as a copy of `template` where one is named, and return its URL."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        with self._connect() as connection:
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template or "template0")))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database with everybody who is connected to it; does nothing when there is none."""
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def has_database(self, name: str) -> bool:
        """Tell whether a database of this name exists."""
        with self._connect() as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        return found is not None

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname="postgres",
            connect_timeout=30,
            autocommit=True,
        )

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _log(self) -> Path:
        return self.folder / "postgres.log"

    def _prepare_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        give(self.folder, self._identity)
        if self._identity and not everyone_can_reach(self.folder):
            raise PostgresDidNotStartError(
                f"PostgreSQL does not run as root, and the user '{UNPRIVILEGED_USER}' cannot reach {self.folder}. "
                "Work as an ordinary user, or in a folder that everyone may enter."
            )

    def _initialise(self) -> None:
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_hex(16))
        give(password, self._identity)
        options = ["--auth=password", "--encoding=UTF8", "--no-sync", "--no-instructions", "--wal-segsize=1"]
        options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"--username={self.user}"]
        options += [f"--pwfile={password}", f"--pgdata={self._data}"]
        command: list[str | Path] = [self._programs / "initdb", *options]
        done = subprocess.run(command, cwd=self.folder, check=False, capture_output=True, **self._identity)
        if done.returncode != 0:
            raise PostgresDidNotStartError(f"PostgreSQL did not create its data:\n{done.stderr.decode()}")

    def _stop_leftover(self) -> None:
        """Stop the server that a killed process left behind in a kept folder."""
        if (self._data / "postmaster.pid").exists():
            command: list[str | Path] = [self._programs / "pg_ctl", "stop", "--mode=fast", f"--pgdata={self._data}"]
            subprocess.run(command, cwd=self.folder, check=False, capture_output=True, **self._identity)

    def _start_on_free_port(self) -> None:
        settings = SETTINGS | (FOR_A_KEPT_FOLDER if self._kept_folder else FOR_A_TEMPORARY_FOLDER)
        for _ in range(START_ATTEMPTS):
            self.port = free_port()
            options = [f"--{name}={value}" for name, value in settings.items()]
            command: list[str | Path] = [self._programs / "postgres", "-D", self._data, "-p", str(self.port), *options]
            with self._log.open("wb") as log:
                self._process = subprocess.Popen(
                    ending_with_parent(command, "INT"),
                    cwd=self.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    **self._identity,
                )
            if self._answers():
                return
            self._end_process()
        end_of_log = self._log.read_text(errors="replace")[-2000:]
        raise PostgresDidNotStartError(f"PostgreSQL did not start in {self.folder}:\n{end_of_log}")

    def _end_process(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def _answers(self) -> bool:
        """Wait until the server takes connections; false when it ended, as when another took its port first."""
        assert self._process is not None
        deadline = time.monotonic() + START_TIMEOUT
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                self._connect().close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return True
        return False


def free_port(preferred: int = 0) -> int:
    """Return a free port of the loopback interface: the preferred one, or any other when it is taken."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, preferred))
        except OSError:
            if not preferred:
                raise
            return free_port()
        port: int = listener.getsockname()[1]
        return port
