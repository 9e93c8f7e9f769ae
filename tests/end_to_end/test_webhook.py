"""Yesplan's webhook at Airflow's own API server, tried with a plain HTTP client: good and hostile."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import yaml
from sqlalchemy import make_url, text

from billetbro.store.database import connect
from demo.airflow_services import SERVICES
from demo.environment import (
    EmbeddedPostgres,
    airflow_command,
    airflow_environment,
    child_environment,
    free_port,
    ids_in,
    make_live,
    sandbox_connections,
)
from demo.processes import Processes
from demo.state import LOGIN, State
from sandbox.server import Sandbox
from sandbox.yesplan_json import named
from sandbox.yesplan_webhook import Webhook as Yesplan
from tests.end_to_end.test_yesplan import THEATER

pytestmark = pytest.mark.long

SECRET = "made-up secret of the theatre's webhook"
CONNECTION = {"connection_id": "theater_webhook", "conn_type": "generic", "password": SECRET}
RUNS = "/api/v2/dags/{}/dagRuns"
DAGS = ("place2book_sync", "venue_updates")


@dataclass(slots=True)
class Installation:
    """Airflow as it runs in production, and what belongs to it."""

    address: str
    session: requests.Session
    processes: Processes
    libraries: Path
    without: dict[str, object]
    database_url: str
    logs: Path

    def configure(self, *, webhook: bool) -> None:
        library = self.without
        source = {**THEATER, "custom_data": {**THEATER["custom_data"], "webhook_state": "ticketing_update"}}  # type: ignore[dict-item]
        source |= {"webhook": "theater_webhook"} if webhook else {}
        self.libraries.write_text(yaml.safe_dump({"libraries": [{**library, "source": source}]}, allow_unicode=True))

    def yesplan(self, secret: str = SECRET, library: str = "theater") -> Yesplan:
        return Yesplan(f"{self.address}/billetbro/yesplan/{library}", secret)

    def runs(self) -> list[dict[str, object]]:
        pages = [self.session.get(self.address + RUNS.format(dag), timeout=120).json() for dag in DAGS]
        return [run for page in pages for run in page["dag_runs"]]

    def wait(self, ready: Callable[[], bool], seconds: float = 600) -> None:
        deadline = time.monotonic() + seconds
        while not ready():
            self.processes.check()
            assert time.monotonic() < deadline, [path.read_text()[-3000:] for path in self.logs.glob("*.log")]
            time.sleep(0.5)

    def has_ended(self) -> bool:
        states = [run["state"] for run in self.runs()]
        assert "failed" not in states
        return bool(states) and set(states) == {"success"}


@pytest.fixture
def installation(
    sandbox: Sandbox,
    libraries: dict[str, object],
    postgres: EmbeddedPostgres,
    database_url: str,
    module_database_url: str,
    tmp_path: Path,
) -> Iterator[Installation]:
    entries, defaults = libraries["libraries"], libraries["defaults"]
    assert isinstance(entries, list)
    assert isinstance(defaults, dict)
    state, port = State(tmp_path), free_port(8090)
    events = postgres.airflow_connection_json(make_url(module_database_url).database or "")
    environment = child_environment(
        airflow_environment(tmp_path, metadata_url=database_url, libraries=tmp_path / "libraries.yaml"),
        sandbox_connections(sandbox, events, "made-up-key-of-the-pseudonyms"),
        {
            "AIRFLOW__API__SECRET_KEY": state.secrets().api_secret,
            "AIRFLOW__API_AUTH__JWT_SECRET": state.secrets().jwt_secret,
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
            "AIRFLOW__CORE__FERNET_KEY": state.secrets().fernet_key,
            "AIRFLOW__CORE__PARALLELISM": "2",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(state.passwords_file()),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{LOGIN}:admin",
        },
    )
    with Processes(tmp_path / "logs", environment) as processes, requests.Session() as session:
        session.trust_env = False
        made = Installation(
            address=f"http://127.0.0.1:{port}",
            session=session,
            processes=processes,
            libraries=tmp_path / "libraries.yaml",
            without={**defaults, **entries[0], "id": "theater", "name": "Havneteatret"},
            database_url=module_database_url,
            logs=tmp_path / "logs",
        )
        made.configure(webhook=False)
        engine = connect(module_database_url)
        make_live(engine, ids_in(made.libraries))
        engine.dispose()
        processes.run("db-migrate", airflow_command("db", "migrate"))
        for name in ("api-server", "scheduler", "dag-processor"):
            more = ["--port", str(port)] if name == "api-server" else []
            processes.start(name, airflow_command(*SERVICES[name], *more))
        made.wait(lambda: _signed_in(made, state.secrets().password))
        yield made


def test_webhook_at_the_api_server_to_the_state_after_each_run(installation: Installation, sandbox: Sandbox) -> None:
    theater, yesplan = sandbox.yesplan["theater"], installation.yesplan()
    off = [yesplan.configure(), yesplan.press("1-1"), installation.yesplan(library="nordvig").configure()]
    installation.session.post(f"{installation.address}/api/v2/connections", json=CONNECTION, timeout=120)
    installation.configure(webhook=True)
    installation.wait(lambda: yesplan.configure().status_code == 200)
    hostile = [
        installation.yesplan("made-up secret of nobody").configure(),
        installation.yesplan("made-up secret of nobody").press("1-1"),
        installation.yesplan(library="nordvig").configure(),
        yesplan.send(b"[" * 16_000),
        yesplan.send(b" " * 20_000),
    ]
    paused = yesplan.press(theater.find("Kameliadamen").id)
    assert [(answer.status_code, answer.json()) for answer in off] == [(404, {"detail": "Not Found"})] * 3
    assert [answer.status_code for answer in hostile] == [401, 401, 401, 400, 413]
    assert {answer.text for answer in hostile[:3]} == {'{"detail":"Unauthorized"}'}
    assert (paused.status_code, installation.runs()) == (503, [])
    _unpause(installation)
    installation.wait(installation.has_ended)
    assert yesplan.press("9-9").status_code == 404
    new = theater.add(name="Ny forestilling", ticketing_publish="Ja", ticketing_capacity="20", price_adult="50")
    body = json.dumps({"type": "take_action", "action": "update", "resource": {"type": "event", "id": new}}).encode()
    headers = yesplan.signed(body)
    answers = [yesplan.send(body, **headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 401]
    installation.wait(installation.has_ended)
    theirs = [run for run in installation.runs() if str(run["dag_run_id"]).startswith("yesplan__theater__")]
    assert [(run["dag_id"], run["conf"], run["triggering_user_name"]) for run in theirs] == [
        ("venue_updates", {"libraries": ["theater"], "events": [new], "mode": "sync"}, "yesplan:theater")
    ]
    assert bool(theater.get(new).custom["ticket_link"])
    assert theater.get(new).custom["ticketing_update"] == "published"
    assert yesplan.press(new, "withdraw").status_code == 202
    installation.wait(installation.has_ended)
    assert theater.get(new).custom["ticketing_update"] == "kept"
    theater.edit(new, status="Option")
    assert yesplan.press(new, "withdraw").status_code == 202
    installation.wait(installation.has_ended)
    assert theater.get(new).custom["ticketing_update"] == "absent"
    assert _remembered(installation) == [("update", True), ("withdraw", True), ("withdraw", True)]
    group = named("group", "Nøddeknækkeren")["id"]
    evenings = [event for event in theater.events if event.group == "Nøddeknækkeren"]
    assert yesplan.press(group, "update", "group").status_code == 202
    installation.wait(installation.has_ended)
    assert [event.custom["ticketing_update"] for event in evenings] == ["published"] * 2
    assert theater.of_groups == {group: {"ticketing_update": "published"}}
    assert [log.name for log in installation.logs.glob("*.log") if SECRET in log.read_text(errors="replace")] == []


def _signed_in(installation: Installation, password: str) -> bool:
    session, address = installation.session, installation.address
    try:
        token = session.post(f"{address}/auth/token", json={"username": LOGIN, "password": password}, timeout=120)
        if token.status_code != 201:
            return False
        session.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
        found = [session.get(f"{address}/api/v2/dags/{dag}", timeout=120).status_code for dag in DAGS]
        return found == [200, 200]
    except requests.RequestException:
        return False


def _unpause(installation: Installation) -> None:
    dag = f"{installation.address}/api/v2/dags/place2book_sync"
    assert installation.session.patch(dag, json={"is_paused": False}, timeout=120).status_code == 200


def _remembered(installation: Installation) -> list[tuple[object, ...]]:
    query = "SELECT action, told_at IS NOT NULL FROM sync.webhook_requests WHERE uuid IS NOT NULL ORDER BY received_at"
    engine = connect(installation.database_url)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]
    finally:
        engine.dispose()
