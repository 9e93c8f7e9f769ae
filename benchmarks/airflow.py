"""All of Denmark through the real scheduler: what an hour costs us and Airflow, with nothing changed and with 1 %.

Airflow's services run as `make up` starts them, Airflow and Billetbro with a PostgreSQL each, so that both are seen
apart. The sandbox has a process of its own, which is not counted; each of its answers takes some milliseconds.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.airflow_installation import EndedRun, Installation, installed
from benchmarks.country import Country
from benchmarks.country_sandbox import CountrySandbox
from benchmarks.process_cost import Peak, spent_by

GROUPS = {
    "tasks": ("scheduler forks",),
    "scheduler": ("scheduler",),
    "DAG processor": ("dag-processor", "dag-processor forks"),
    "API server": ("api-server", "api-server forks"),
    "triggerer": ("triggerer", "triggerer forks"),
    "PostgreSQL, ours": ("postgres, ours", "postgres, ours forks"),
    "PostgreSQL, Airflow's": ("postgres, airflow's", "postgres, airflow's forks"),
}
"""What is shown -> the processes that it is the sum of. A task is forked by the scheduler's executor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run took and left; CPU seconds and requests by kind; `load` is the machine's load average before."""

    name: str
    state: str
    seconds: float
    tasks: int
    cpu: dict[str, float]
    requests: dict[str, int]
    peak_mib: float
    wal_bytes: int
    row_versions: int
    airflow_wal_bytes: int
    load: float


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let another country, other settings of Airflow and other runs be chosen."""
    parser.add_argument("--libraries", type=int, default=98)
    parser.add_argument("--events", type=int, default=300, help="of each library, all to come")
    parser.add_argument("--latency", type=float, default=20, help="milliseconds that each answer of the APIs takes")
    parser.add_argument("--per-second", type=float, help="requests.per_second of each library, instead of the default")
    parser.add_argument("--repeat", type=int, default=1, help="how often each run is measured")
    parser.add_argument(
        "--idle", type=float, default=0, help="seconds for which Airflow is also measured without a run"
    )
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a variable of Airflow's")
    parser.add_argument(
        "--state", type=Path, default=Path(".billetbro/benchmark"), help="what is kept for the next time"
    )
    parser.add_argument("--json", type=Path, help="a file for the figures")


def main(options: argparse.Namespace) -> None:
    """Prepare the country, let a run settle it, measure those after it, and print a table."""
    country = Country(libraries=options.libraries, events=options.events, now=datetime.now(UTC))
    requests = {} if options.per_second is None else {"per_second": options.per_second}
    settings = dict(pair.split("=", 1) for pair in options.set)
    with installed(options.state, country, requests, settings) as (installation, sandbox):
        sandbox.answer_after(options.latency / 1000)
        bench = _Bench(installation, sandbox)
        runs = [bench.run("settling")]
        if options.idle:
            runs.append(bench.idle(options.idle))
        for number in range(options.repeat):
            runs.append(bench.run("nothing changed"))
            sandbox.change(1, 60 + number)
            runs.append(bench.run("1 % changed"))
    _print(runs)
    if options.json:
        options.json.write_text(json.dumps([asdict(run) for run in runs], indent=1))


class _Bench:
    """Measures one thing after another."""

    def __init__(self, installation: Installation, sandbox: CountrySandbox) -> None:
        self._installation = installation
        self._sandbox = sandbox

    def run(self, name: str) -> Measured:
        """Run the DAG once."""
        return self._measured(name, self._installation.run)

    def idle(self, seconds: float) -> Measured:
        """See what Airflow costs by itself."""

        def wait() -> EndedRun:
            time.sleep(seconds)
            return EndedRun(state="", seconds=seconds, tasks=0)

        return self._measured("no run at all", wait)

    def _measured(self, name: str, work: Callable[[], EndedRun]) -> Measured:
        self._installation.wait_for_nothing()
        print(f"{datetime.now():%H:%M:%S} {name}", flush=True)
        load, pids, peak = os.getloadavg()[0], self._installation.pids, Peak()
        self._sandbox.requests()
        stored, spent = self._installation.stored(), spent_by(pids)
        with peak.watching(pids["scheduler"]):
            ended = work()
            after = spent_by(pids)
        now = self._installation.stored()
        return Measured(
            name=name,
            state=ended.state,
            seconds=ended.seconds,
            tasks=ended.tasks,
            cpu={group: sum(after[part] - spent[part] for part in parts) for group, parts in GROUPS.items()},
            requests=dict(self._sandbox.requests()),
            peak_mib=peak.mib,
            wal_bytes=now.wal_bytes - stored.wal_bytes,
            row_versions=now.row_versions - stored.row_versions,
            airflow_wal_bytes=now.airflow_wal_bytes - stored.airflow_wal_bytes,
            load=load,
        )


def _print(runs: list[Measured]) -> None:
    names = [run.name for run in runs]
    rows: dict[str, list[str]] = {
        "state": [run.state for run in runs],
        "seconds, queued to ended": [f"{run.seconds:.1f}" for run in runs],
        "tasks": [str(run.tasks) for run in runs],
        "CPU seconds": [f"{sum(run.cpu.values()):.1f}" for run in runs],
    }
    rows |= {f"  {group}": [f"{run.cpu[group]:.1f}" for run in runs] for group in GROUPS}
    rows["requests"] = [str(sum(run.requests.values())) for run in runs]
    kinds = sorted(set().union(*(run.requests for run in runs)))
    rows |= {f"  {kind}": [str(Counter(run.requests)[kind]) for run in runs] for kind in kinds}
    rows |= {
        "peak MiB of a task": [f"{run.peak_mib:.0f}" for run in runs],
        "row versions written, ours": [str(run.row_versions) for run in runs],
        "MB of WAL, ours": [f"{run.wal_bytes / 1e6:.1f}" for run in runs],
        "MB of WAL, Airflow's": [f"{run.airflow_wal_bytes / 1e6:.1f}" for run in runs],
        "load average before": [f"{run.load:.1f}" for run in runs],
    }
    print(f"\n{'':28}" + "".join(f"{name:>18}" for name in names))
    for row, values in rows.items():
        print(f"{row:28}" + "".join(f"{value:>18}" for value in values))
