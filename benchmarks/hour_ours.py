"""An hour of several libraries through the steps of the DAG, without Airflow, as one task would do it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks.apart import peak_mib
from benchmarks.country_sandbox import Addresses
from benchmarks.steps import Apis, run_steps
from billetbro.settings.libraries import Library, load_settings
from billetbro.steps.begin import begin
from billetbro.steps.library_threads import LibraryThreads, Limits
from billetbro.steps.request import RunRequest
from billetbro.store.database import connect
from demo.environment import make_live


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one run took of its own process, and the seconds by step, summed over the libraries."""

    seconds: float
    cpu: float
    peak_mib: float
    steps: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One run: of which libraries, where their APIs are, and when."""

    name: str
    database_url: str
    settings: Path
    addresses: Addresses
    now: datetime


def run_hour(hour: Hour) -> Spent:
    """Run every step for all libraries, several side by side."""
    engine, request = connect(hour.database_url), RunRequest(run_id=hour.name)
    libraries = {library.id: library for library in load_settings(hour.settings, {}).libraries}

    def one(library_id: str) -> dict[str, float]:
        return run_steps(engine, libraries[library_id], request, apis_of(hour.addresses, library_id), hour.now)

    make_live(engine, libraries)
    began, cpu = time.perf_counter(), time.process_time()
    begin(engine, list(libraries.values()), request, hour.now)
    steps: dict[str, float] = {}
    for ended in LibraryThreads([[name] for name in libraries], one, Limits()):
        if ended.error is not None:
            raise ended.error
        for step, seconds in (ended.result or {}).items():
            steps[step] = steps.get(step, 0) + seconds
    spent = Spent(seconds=time.perf_counter() - began, cpu=time.process_time() - cpu, peak_mib=peak_mib(), steps=steps)
    engine.dispose()
    return spent


def apis_of(addresses: Addresses, library: str) -> Apis:
    """Return the APIs of one library."""
    return Apis(
        cms=addresses.cms[library],
        user=addresses.users[library],
        place2book=addresses.place2book,
        token=addresses.token,
    )


def makers_of(libraries: Sequence[Library]) -> dict[str, int]:
    """Return the event makers by library."""
    return {library.id: library.place2book.event_maker for library in libraries}
