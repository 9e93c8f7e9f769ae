"""How soon each page answers: 98 libraries with 300 coming events each, and a year of history and of purchases.

The first byte of each page, a page at a time, in Airflow's own API server; the first answer is not counted.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import requests
from sqlalchemy import text

from benchmarks.country import Country, uuid_of
from benchmarks.country_sandbox import country_sandbox
from benchmarks.country_state import transfer
from benchmarks.page_history import HISTORY
from billetbro.store.database import connect
from demo.environment import airflow_environment, child_environment, migrate_sqlite
from demo.postgres import EmbeddedPostgres, free_port
from demo.processes import ending_with_parent

DATABASE = "billetbro"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let the sizes be chosen."""
    parser.add_argument("--libraries", type=int, default=98)
    parser.add_argument("--events", type=int, default=300, help="of each library, all to come")
    parser.add_argument("--times", type=int, default=15, help="how often each page is asked for")


def main(options: argparse.Namespace) -> None:
    """Fill a database, serve the pages, and print a line for each."""
    country = Country(libraries=options.libraries, events=options.events, now=datetime.now(UTC))
    with tempfile.TemporaryDirectory(prefix="billetbro-bench-") as name, EmbeddedPostgres() as postgres:
        folder = Path(name)
        settings = folder / "libraries.yaml"
        url = postgres.create_database(DATABASE)
        with country_sandbox(country) as sandbox:
            settings.write_text(country.settings({}))
            transfer(country, sandbox, url, settings)
        _add_history(url)
        with _served(folder, settings, postgres) as (address, token):
            _measure(address, token, country, options.times)


def _add_history(url: str) -> None:
    engine = connect(url)
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in HISTORY:
            connection.execute(text(statement))
    engine.dispose()


@contextmanager
def _served(folder: Path, settings: Path, postgres: EmbeddedPostgres) -> Iterator[tuple[str, str]]:
    home, port = folder / "airflow", free_port()
    migrate_sqlite(home)
    environment = child_environment(
        airflow_environment(home, libraries=settings),
        {
            "AIRFLOW_CONN_BILLETBRO_DB": postgres.airflow_connection_json(DATABASE),
            "AIRFLOW__API__SECRET_KEY": "made up for the benchmark",
            "AIRFLOW__API_AUTH__JWT_SECRET": "made up for the benchmark, and long enough for its purpose, " * 2,
            "_AIRFLOW_PROCESS_CONTEXT": "server",
        },
    )
    environment["PYTHONPATH"] = os.pathsep.join([*sys.path[:1], environment["PYTHONPATH"]])
    command = ending_with_parent([sys.executable, "-m", "benchmarks.page_server", str(port)], "TERM")
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            token = next(line.split()[1] for line in process.stdout if line.startswith("token "))
            yield f"http://127.0.0.1:{port}", token
        finally:
            process.terminate()


def _measure(address: str, token: str, country: Country, times: int) -> None:
    library, uuid = country.ids[len(country.ids) // 2], uuid_of(len(country.ids) // 2 + 1, 7)
    pages = {
        "overview": "/billetbro/",
        "library": f"/billetbro/libraries/{library}",
        "library, searched": f"/billetbro/libraries/{library}?q=Arrangement+7",
        "event": f"/billetbro/libraries/{library}/events/{uuid}",
        "runs": "/billetbro/runs",
        "a run": "/billetbro/runs/hour-1",
        "sales": "/billetbro/sales",
        "health": "/billetbro/health",
    }
    session = requests.Session()
    session.trust_env = False
    session.headers["Accept"] = "text/html"
    session.cookies.set("_token", token)
    _wait(session, f"{address}/billetbro/health")
    print(f"{'page':20}{'median ms':>12}{'slowest ms':>12}{'KiB':>8}")
    for name, path in pages.items():
        took = [_first_byte(session, address + path) for _ in range(times + 1)]
        milliseconds = [seconds * 1000 for seconds, _ in took[1:]]
        size = took[-1][1] / 1024
        print(f"{name:20}{statistics.median(milliseconds):>12.0f}{max(milliseconds):>12.0f}{size:>8.0f}", flush=True)


def _first_byte(session: requests.Session, address: str) -> tuple[float, int]:
    began = time.perf_counter()
    with session.get(address, stream=True, timeout=60, allow_redirects=False) as answer:
        # The head is sent once the page is whole.
        took = time.perf_counter() - began
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return took, len(answer.content)


def _wait(session: requests.Session, address: str) -> None:
    for _ in range(600):
        try:
            session.get(address, timeout=60)
            return
        except requests.ConnectionError:
            time.sleep(0.2)
    raise TimeoutError("the API server did not start")
