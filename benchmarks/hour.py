"""An hour of several libraries: a first transfer, nothing changed, 1 % and 5 % changed; and the same by other programs.

The sandbox runs in a process of its own, and its CPU is not counted; each run is in a fresh process. Our steps run
without Airflow and without a limit on requests. Machines differ and are shared: look at CPU, ratios and requests.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.apart import apart
from benchmarks.country import Country
from benchmarks.country_sandbox import CountrySandbox, country_sandbox
from benchmarks.hour_others import Other, Read, ideal, straightforward
from benchmarks.hour_ours import Hour, Spent, makers_of, run_hour
from benchmarks.process_cost import spent_by
from billetbro.settings.libraries import load_settings
from demo.postgres import EmbeddedPostgres

OURS, STRAIGHTFORWARD, IDEAL = "ours", "straightforward", "ideal"
OTHERS: dict[str, Callable[[Other], Read]] = {STRAIGHTFORWARD: straightforward, IDEAL: ideal}
HEAD = (
    f"{'run':16}{'program':16}{'seconds':>9}{'CPU s':>9}{'PostgreSQL':>12}{'us/event':>10}{'x ideal':>9}"
    f"{'requests':>10}{'writes':>8}{'MiB':>6}  slowest step"
)
CHANGES = {"nothing changed": 0, "1 % changed": 1, "5 % changed": 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run took: of its own process, CPU of PostgreSQL, and requests by kind.

    `changed`: how many events were not as the hour before, as another program saw it.
    """

    run: str
    program: str
    spent: Spent
    postgres_cpu: float
    changed: int
    requests: dict[str, int]

    @property
    def writes(self) -> int:
        """Return how many requests were to change something."""
        return sum(count for kind, count in self.requests.items() if kind.endswith(" writes"))


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let the sizes be chosen."""
    parser.add_argument("--libraries", type=int, default=4)
    parser.add_argument(
        "--events", type=int, nargs="+", default=[300], help="of each library; several sizes are compared"
    )
    parser.add_argument("--latency", type=float, default=20, help="milliseconds that each answer of the APIs takes")


def main(options: argparse.Namespace) -> None:
    """Measure each size, and print a line for each run of each program."""
    print(HEAD)
    for events in options.events:
        country = Country(libraries=options.libraries, events=events, now=datetime.now(UTC))
        print(
            f"{country.libraries} libraries, {events} events each, {options.latency:.0f} ms for an answer", flush=True
        )
        _print(country, measure(country, options.latency / 1000))


def measure(country: Country, latency: float) -> Iterator[Measured]:
    """Yield what each run took of us, and, where nothing has to be written, of the others."""
    with (
        EmbeddedPostgres() as postgres,
        country_sandbox(country) as sandbox,
        tempfile.TemporaryDirectory(prefix="billetbro-bench-") as folder,
    ):
        bench = _Bench(country, sandbox, postgres, Path(folder))
        sandbox.answer_after(latency)
        sandbox.publish_all()
        yield bench.ours("first")
        for program in OTHERS:
            bench.other("first", program)
        for number, (run, percent) in enumerate(CHANGES.items()):
            sandbox.change(percent, 60 + number)
            yield from (bench.other(run, program) for program in OTHERS)
            yield bench.ours(run)
            for program in OTHERS:  # what we wrote is not news of the next hour
                bench.other(run, program)


class _Bench:
    """Measures one run after another."""

    def __init__(self, country: Country, sandbox: CountrySandbox, postgres: EmbeddedPostgres, folder: Path) -> None:
        self._now = country.now
        self._sandbox = sandbox
        self._postgres = postgres
        self._folder = folder
        self._settings = folder / "libraries.yaml"
        self._settings.write_text(country.settings({}))
        self._makers = makers_of(load_settings(self._settings, {}).libraries)
        self._database = postgres.create_database("hour")

    def ours(self, run: str) -> Measured:
        """Run our steps, each time an hour later."""
        self._now += timedelta(hours=1)
        hour = Hour(
            name=run,
            database_url=self._database,
            settings=self._settings,
            addresses=self._sandbox.addresses,
            now=self._now,
        )
        return self._measured(run, OURS, lambda: Read(spent=apart(run_hour, hour), changed=0))

    def other(self, run: str, program: str) -> Measured:
        """Run another program."""
        given = Other(addresses=self._sandbox.addresses, makers=self._makers, memory=self._folder / program)
        return self._measured(run, program, lambda: apart(OTHERS[program], given))

    def _measured(self, run: str, program: str, work: Callable[[], Read]) -> Measured:
        self._sandbox.requests()
        server = {"postgres": self._postgres.pid}
        before = sum(spent_by(server).values())
        read = work()
        stored = sum(spent_by(server).values()) - before
        requests = dict(self._sandbox.requests())
        return Measured(
            run=run,
            program=program,
            spent=read.spent,
            postgres_cpu=stored,
            changed=read.changed,
            requests=requests,
        )


def _print(country: Country, runs: Iterator[Measured]) -> None:
    lightest: dict[str, float] = {}
    for one in runs:
        spent, events = one.spent, country.libraries * country.events
        if one.program == IDEAL:
            lightest[one.run] = spent.cpu
        ratio = f"{spent.cpu / lightest[one.run]:.1f}" if one.run in lightest else ""
        memory = f"{spent.peak_mib:.0f}" if one.program == OURS else ""
        slowest = max(spent.steps, key=lambda step: spent.steps[step], default="")
        numbers = f"{spent.seconds:>9.1f}{spent.cpu:>9.2f}{one.postgres_cpu:>12.2f}{spent.cpu / events * 1e6:>10.0f}"
        asked = f"{ratio:>9}{sum(one.requests.values()):>10}{one.writes:>8}{memory:>6}"
        print(f"{one.run:16}{one.program:16}{numbers}{asked}  {slowest}", flush=True)
