"""`make up`, started and stopped for real."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest
import requests

from demo.environment import ROOT, EmbeddedPostgres
from demo.processes import ending_with_parent
from demo.state import AlreadyRunningError, State

LONGEST = 600
"""Seconds to wait for something, many times as long as it takes on a machine that does nothing else."""
FAILING = """
import sys
from demo import airflow_services, up
airflow_services.SERVICES = {"dag-processor": ["version", "--no-such-option"]}
sys.exit(up.main())
"""
"""`make up`, of whose services one ends at once."""


@pytest.fixture
def state() -> Iterator[State]:
    with TemporaryDirectory(prefix="billetbro-up-") as folder:
        Path(folder).chmod(0o755)
        yield State(Path(folder).resolve())


@pytest.mark.long
def test_up_runs_the_synchronisation_and_sigterm_leaves_nothing_running(state: State) -> None:
    with _up(state) as (process, output):
        _wait(lambda: "Ctrl-C" in output.read_text(), process)
        with _signed_in(output.read_text()) as session:
            _wait(lambda: "success" in _run_states(session), process)
            dags = [f"{session.address}/api/v2/dags/{dag}" for dag in ("place2book_sync", "ticket_status")]
            paused = [session.get(dag, timeout=LONGEST).json()["is_paused"] for dag in dags]
            errors = session.get(f"{session.address}/api/v2/importErrors", timeout=LONGEST).json()["import_errors"]
        family = [process.pid, *(child.pid for child in psutil.Process(process.pid).children(recursive=True))]
        process.send_signal(signal.SIGTERM)
        code = process.wait(LONGEST)

    assert (paused, errors) == ([False, False], [])
    assert (code, output.read_text().splitlines()[-2:]) == (0, ["Stopping ...", "Stopped."])
    assert [pid for pid in family if psutil.pid_exists(pid) and _is_alive(pid)] == []


def test_up_when_it_runs_already_says_so(state: State) -> None:
    with state.alone(), _up(state) as (process, output):
        code = process.wait(LONGEST)

    assert (code, output.read_text()) == (1, f"It runs already, with its state in {state.folder}.\n")


@pytest.mark.slow
def test_up_when_a_service_ends_says_which_and_stops(state: State) -> None:
    with EmbeddedPostgres(state.postgres) as postgres:
        postgres.create_database("airflow")
        (postgres.folder / "migrated").write_text(version("apache-airflow-core"))
    with _up(state, "-c", FAILING) as (process, output):
        code = process.wait(LONGEST)

    assert code == 1
    assert f"dag-processor ended (code 2). Its log, {state.logs / 'dag-processor.log'}, ends:" in output.read_text()


def test_state_while_it_is_in_use_cannot_be_taken(state: State) -> None:
    with state.alone(), pytest.raises(AlreadyRunningError, match="runs already"), state.alone():
        pass
    with state.alone():
        assert (state.folder / "lock").exists()


def test_state_secrets_are_made_once_and_readable_by_their_owner_only(state: State) -> None:
    first = state.secrets()
    passwords = state.passwords_file()

    assert state.secrets() == first
    assert json.loads(passwords.read_text()) == dict.fromkeys(("admin", "nora", "lis"), first.password)
    modes = [oct(path.stat().st_mode & 0o777) for path in (passwords, state.folder / "secrets.json")]
    assert modes == ["0o600", "0o600"]


def test_state_environment_is_what_a_shell_takes_up_and_readable_by_its_owner_only(state: State) -> None:
    file = state.environment_file({"A_CONNECTION": '{"password": "it\'s $HOME"}'})
    shown = subprocess.run(
        ["/bin/sh", "-c", f'. {file}; printf "%s\\n" "$A_CONNECTION" "$PATH"'],
        env={"PATH": "/bin"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert shown.splitlines() == ['{"password": "it\'s $HOME"}', f"{Path(sys.executable).parent}:/bin"]
    assert oct(file.stat().st_mode & 0o777) == "0o600"


class _Session(requests.Session):
    address = ""


@contextmanager
def _signed_in(welcome: str) -> Iterator[_Session]:
    shown = dict(re.findall(r"^  (\S.*?) {2,}(\S+)$", welcome, re.MULTILINE))
    with _Session() as session:
        session.address = shown["Airflow"]
        session.trust_env = False
        credentials = {"username": shown["login"], "password": shown["password"]}
        token = session.post(f"{session.address}/auth/token", json=credentials, timeout=LONGEST).json()["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"
        yield session


def _run_states(session: _Session) -> list[str]:
    answer = session.get(f"{session.address}/api/v2/dags/place2book_sync/dagRuns", timeout=LONGEST).json()
    return [run["state"] for run in answer["dag_runs"]]


@contextmanager
def _up(state: State, *code: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Start it, or this code instead; it ends with the block, and with this process, however that ends."""
    output = state.folder / "output"
    command = ending_with_parent([sys.executable, *(code or ("-m", "demo.up")), "--state", state.folder], "TERM")
    with (
        output.open("wb") as stream,
        subprocess.Popen(command, cwd=ROOT, stdout=stream, stderr=subprocess.STDOUT) as process,
    ):
        try:
            yield process, output
        finally:
            process.terminate()


def _wait(ready: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + LONGEST
    while not ready():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
