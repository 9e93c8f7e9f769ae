"""How a library's hour grows with its events, and what a run without news costs beside a first one.

Everything is on this machine: the stand-ins over loopback, a real PostgreSQL, and the steps of the DAG without Airflow.
Machines differ and are shared, so look at the ratios of one run and at the requests, not at the seconds.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.steps import Apis, run_steps, timed
from billetbro.settings.libraries import Library, load_settings
from billetbro.steps.begin import begin
from billetbro.steps.request import RunRequest
from billetbro.store.database import connect
from demo.postgres import EmbeddedPostgres
from sandbox.server import Sandbox

LIBRARIES = Path(__file__).parent.parent / "demo" / "libraries.yaml"
LIBRARY = "solbjerg"
CHANGED_EVERY = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run took: seconds in all and by step, and requests, those that write among them."""

    name: str
    seconds: float
    steps: dict[str, float]
    requests: int
    writes: int


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let the sizes be chosen."""
    parser.add_argument("--events", type=int, nargs="+", default=[50, 200, 800], help="events of the library")


def main(options: argparse.Namespace) -> None:
    """Measure a first run, one without news, and one with news for every twentieth event, for each size."""
    sizes: list[int] = options.events
    print(f"{'events':>7}  {'run':10}  {'seconds':>8}  {'of first':>8}  {'requests':>8}  {'writes':>6}  slowest step")
    with EmbeddedPostgres() as postgres, Sandbox(seeded=False) as sandbox:
        for size in sizes:
            engine = connect(postgres.create_database(f"bench_{size}"))
            runs = measure(engine, sandbox, size)
            for run in runs:
                slowest = max(run.steps, key=lambda step: run.steps[step])
                share = run.seconds / runs[0].seconds
                numbers = f"{run.seconds:>8.2f}  {share:>8.0%}  {run.requests:>8}  {run.writes:>6}"
                print(f"{size:>7}  {run.name:10}  {numbers}  {slowest} ({run.steps[slowest] / run.seconds:.0%})")
            engine.dispose()


def measure(engine: Engine, sandbox: Sandbox, size: int) -> list[Measured]:
    """Return the three runs of a library with so many events."""
    sandbox.reset()
    cms = sandbox.cms[LIBRARY]
    first_start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    uuids = [
        cms.add(
            title=f"Arrangement {number}",
            start=first_start + timedelta(hours=number),
            end=first_start + timedelta(hours=number + 2),
            body="<p>Kom og vær med.</p>" * 20,
            ticket_capacity=50,
            ticket_categories=[{"title": "Voksen", "price": {"currency": "DKK", "value": 75}}],
        )
        for number in range(size)
    ]
    library = load_settings(LIBRARIES, environ={}).library(LIBRARY)
    runs = [measured("first", engine, sandbox, library), measured("no news", engine, sandbox, library)]
    for uuid in uuids[::CHANGED_EVERY]:
        cms.edit(uuid, ticket_capacity=60)
    return [*runs, measured("5 % news", engine, sandbox, library)]


def measured(name: str, engine: Engine, sandbox: Sandbox, library: Library) -> Measured:
    """Run every step once and return what it took."""
    sandbox.log.clear()
    request, now = RunRequest(run_id=name), datetime.now(UTC)
    apis = Apis(
        cms=sandbox.cms_urls[LIBRARY],
        user=sandbox.cms_users[LIBRARY],
        place2book=sandbox.place2book_url,
        token=sandbox.place2book_token,
    )
    steps: dict[str, float] = {}
    with timed(steps, "begin"):
        begin(engine, [library], request, now)
    steps |= run_steps(engine, library, request, apis, now)
    return Measured(
        name=name,
        seconds=sum(steps.values()),
        steps=steps,
        requests=len(sandbox.log.entries),
        writes=len(sandbox.log.writes()),
    )
