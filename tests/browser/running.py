"""What `make up` runs: Airflow's API for its operator, and what the sandbox lets a buyer, an editor and staff do."""

from dataclasses import dataclass
from typing import Any

import requests

DAG = "place2book_sync"


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
            asked = {"logical_date": None, "conf": {}}
            answer = session.post(f"{self.address}/api/v2/dags/{DAG}/dagRuns", json=asked, timeout=60)
            answer.raise_for_status()
            return str(answer.json()["dag_run_id"])

    def state_of(self, run_id: str) -> str:
        """Return how a run stands."""
        return str(self._get(f"dags/{DAG}/dagRuns/{run_id}")["state"])

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
