"""What `make up` runs: Airflow's API for its operator, and what the sandbox lets a buyer, an editor and staff do."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import requests

from demo.environment import ROOT
from demo.processes import ending_with_parent

DAG = "place2book_sync"
LONGEST = 600
"""Seconds to wait for something, many times as long as it takes on a machine that does nothing else."""
WELCOME = re.compile(r"^  (\S.*?) {2,}(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The addresses, and the password of all who can sign in."""

    address: str
    password: str
    sandbox: str

    def has_run(self) -> bool:
        """Return whether a run has ended well."""
        return "success" in [run["state"] for run in self._get(f"dags/{DAG}/dagRuns")["dag_runs"]]

    def runs(self) -> list[dict[str, Any]]:
        """Return the runs, the latest last."""
        found: list[dict[str, Any]] = self._get(f"dags/{DAG}/dagRuns?order_by=id&limit=100")["dag_runs"]
        return found

    def start_run(self) -> str:
        """Start a run, and return its id."""
        with self._session() as session:
            asked: dict[str, object] = {"logical_date": None, "conf": {}}
            answer = session.post(f"{self.address}/api/v2/dags/{DAG}/dagRuns", json=asked, timeout=60)
            answer.raise_for_status()
            return str(answer.json()["dag_run_id"])

    def state_of(self, run_id: str) -> str:
        """Return how a run stands."""
        return str(self._get(f"dags/{DAG}/dagRuns/{run_id}")["state"])

    def first_run(self) -> str:
        """Return the id of the first run that ended well, as it stands in an address."""
        return quote(next(run["dag_run_id"] for run in self.runs() if run["state"] == "success"), safe="")

    def event_on_sale(self) -> str:
        """Return the uuid of an event of Solbjerg that was on sale from the start."""
        with self._plain() as session:
            events = session.get(f"{self.sandbox}/cms/solbjerg/events", timeout=60).json()
        on_sale = (event for event in events if event["state"] == "Active" and event["ticket_manager_relevance"])
        return str(next(on_sale)["uuid"])

    def buy_some(self) -> None:
        """Buy two tickets of every event that has some left."""
        with self._plain() as session:
            for event in session.get(f"{self.sandbox}/place2book/events", timeout=60).json():
                session.post(f"{self.sandbox}/place2book/events/{event['id']}/buy", json={"quantity": 2}, timeout=60)

    def _get(self, path: str) -> dict[str, Any]:
        with self._session() as session:
            answer = session.get(f"{self.address}/api/v2/{path}", timeout=60)
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
            return found

    def _session(self) -> requests.Session:
        session = self._plain()
        login = {"username": "admin", "password": self.password}
        answer = session.post(f"{self.address}/auth/token", json=login, timeout=60)
        answer.raise_for_status()
        session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return session

    def _plain(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        return session


@contextmanager
def running_up() -> Iterator[Running]:
    """Run `make up` for the length of the block, after a run, some sales, and the run that exported them."""
    with TemporaryDirectory(prefix="billetbro-up-") as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)
        output = folder / "output"
        command = ending_with_parent([sys.executable, "-m", "demo.up", "--state", str(folder)], "TERM")
        with (
            output.open("wb") as stream,
            subprocess.Popen(command, cwd=ROOT, stdout=stream, stderr=subprocess.STDOUT) as process,
        ):
            try:
                wait_for(lambda: "Ctrl-C" in output.read_text(), process)
                yield _with_sales(dict(WELCOME.findall(output.read_text())), process)
            finally:
                process.terminate()


def wait_for(ready: Callable[[], bool], process: "subprocess.Popen[bytes] | None" = None) -> None:
    """Wait for a condition, unless the process ends."""
    deadline = time.monotonic() + LONGEST
    while not ready():
        assert process is None or process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _with_sales(welcome: dict[str, str], process: "subprocess.Popen[bytes]") -> Running:
    running = Running(address=welcome["Airflow"], password=welcome["password"], sandbox=welcome["stand-in APIs"])
    wait_for(running.has_run, process)
    running.buy_some()
    run_id = running.start_run()
    wait_for(lambda: running.state_of(run_id) == "success", process)
    return running
