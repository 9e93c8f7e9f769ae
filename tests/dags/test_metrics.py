"""Metrics as a StatsD server on loopback receives them from Airflow."""

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest
from airflow.sdk._shared.observability.metrics import stats as stats_module
from airflow.sdk.observability import stats
from airflow.sdk.observability.metrics import stats_utils
from sqlalchemy import Engine, make_url, text

from billetbro.api.http.counted import count_request
from billetbro.models import Mode
from billetbro.steps.request import RunRequest, utc_now
from billetbro.store.runs import note_progress, read_runs, start_run
from billetbro_airflow.tasks.databases import billetbro_engine
from billetbro_airflow.tasks.metrics import send_request_counts, send_run_metrics
from demo.environment import EmbeddedPostgres, make_live

ROWS = """
    INSERT INTO sync.rejections (library, uuid, code, title, first_seen_at, last_seen_at, last_run_id)
    SELECT 'herlev', 'u' || n, 'x', '', now(), now(), 'r' FROM generate_series(1, 3) AS n;
    INSERT INTO sync.changes (run_id, library, uuid, title, kind, fields, why, status, planned_at)
    SELECT 'r', 'herlev', 'u', '', kind, '[]', 'x', status, now()
    FROM (VALUES ('create', 'applied'), ('create', 'applied'), ('update', 'applied'), ('update', 'failed'))
    AS made (kind, status)
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(60)
        monkeypatch.setenv("AIRFLOW__METRICS__STATSD_ON", "True")
        monkeypatch.setenv("AIRFLOW__METRICS__STATSD_HOST", "127.0.0.1")
        monkeypatch.setenv("AIRFLOW__METRICS__STATSD_PORT", str(listening.getsockname()[1]))
        stats.initialize(factory=stats_utils.get_stats_factory(), export_legacy_names=False)
        yield listening
        stats_module._get_backend().statsd.close()
    monkeypatch.undo()
    stats.initialize(factory=stats_utils.get_stats_factory(), export_legacy_names=False)


@pytest.fixture
def engine(
    postgres: EmbeddedPostgres, migrated_database_url: str, airflow_home: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    name = make_url(migrated_database_url).database or ""
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_DB", postgres.airflow_connection_json(name))
    engine = billetbro_engine()
    began = utc_now() - timedelta(minutes=10)
    make_live(engine, ["herlev"])
    start_run(engine, "r", ["herlev"], "sync", by_hand=False, now=began)
    with engine.begin() as connection:
        done = {"extracted_at": began, "transformed_at": began, "observed_at": began, "loaded_at": began}
        note_progress(connection, "r", "herlev", "load", **done, written_back_at=began)
        connection.execute(text(ROWS))
    yield engine
    engine.dispose()


def received(server: socket.socket) -> dict[str, tuple[float, str]]:
    """Return what has arrived until the last metric: value and type, by name."""
    stats.incr("billetbro.end")
    found: dict[str, tuple[float, str]] = {}
    while True:
        name, _, rest = server.recv(4096).decode().partition(":")
        if name.endswith("billetbro.end"):
            return found
        value, kind = rest.split("|")[:2]
        found[name.removeprefix("airflow.")] = float(value), kind


def send(engine: Engine, mode: Mode = Mode.SYNC, *, good: bool = True) -> None:
    with engine.connect() as connection:
        records = read_runs(connection, "r")
    send_run_metrics(engine, RunRequest(run_id="r", mode=mode), records, good=good)


def test_run_sends_its_duration_changes_and_how_the_libraries_are(engine: Engine, server: socket.socket) -> None:
    send(engine)
    found = received(server)
    age, duration = (found.pop(f"billetbro.{name}") for name in ("library.herlev.last_good_run_age", "run.duration"))
    assert found == {
        "billetbro.runs.good": (1, "c"),
        "billetbro.changes.create": (2, "c"),
        "billetbro.changes.update": (1, "c"),
        "billetbro.library.herlev.rejections_open": (3, "g"),
    }
    assert (age[0] >= 600, age[1], duration[0] >= 600_000, duration[1]) == (True, "g", True, "ms")


def test_failed_run_is_counted_as_failed_and_a_plan_not_at_all(engine: Engine, server: socket.socket) -> None:
    send(engine, good=False)
    assert received(server)["billetbro.runs.failed"] == (1, "c")
    send(engine, Mode.PLAN)
    assert received(server) == {}


def test_task_sends_its_requests_by_connection_once(server: socket.socket) -> None:
    send_request_counts()
    received(server)
    for connection in ("cms_herlev", "place2book", "place2book"):
        count_request(connection)
    send_request_counts()
    send_request_counts()
    assert received(server) == {"billetbro.requests.cms_herlev": (1, "c"), "billetbro.requests.place2book": (2, "c")}


def test_nothing_is_looked_up_while_metrics_are_off(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE sync.changes CASCADE"))
    send(engine)
    assert [message for message in caplog.messages if "metrics" in message] == []


def test_metrics_never_fail_a_run(engine: Engine, server: socket.socket, caplog: pytest.LogCaptureFixture) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE sync.changes CASCADE"))
    send(engine)
    assert caplog.messages[-1] == "The metrics could not be sent: ProgrammingError"
