"""A country after its first transfer, kept between two calls: its database, and what the sandbox holds."""

from __future__ import annotations

import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from benchmarks.country import Country
from benchmarks.country_sandbox import Addresses, CountrySandbox
from benchmarks.steps import Apis, run_steps
from billetbro.settings.libraries import load_settings
from billetbro.steps.begin import begin
from billetbro.steps.request import RunRequest
from billetbro.store.database import connect
from demo.postgres import EmbeddedPostgres

KEPT = timedelta(days=14)
"""Longer, and the first events are no longer to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """What a process needs to bring one library's events to Place2book for the first time."""

    database_url: str
    settings: Path
    library: str
    addresses: Addresses
    now: datetime


def prepare(country: Country, sandbox: CountrySandbox, postgres: EmbeddedPostgres, settings: Path) -> str:
    """Fill the sandbox, and return the name of a database in which every event was transferred.

    The first time each library's steps are run without Airflow, in as many processes as there are processors.
    """
    name = f"transferred_{country.libraries}_{country.events}"
    kept = settings.parent / f"{name}.pickle"
    fresh = kept.exists() and datetime.now(UTC) - datetime.fromtimestamp(kept.stat().st_mtime, UTC) < KEPT
    if fresh and postgres.has_database(name):
        sandbox.load(kept)
        return name
    postgres.drop_database(name)
    url = postgres.create_database(name)
    print(f"The first transfer of {country.libraries * country.events} events, without Airflow.", flush=True)
    sandbox.publish()
    began = time.perf_counter()
    _transfer(country, sandbox.addresses, url, settings)
    print(f"It took {time.perf_counter() - began:.0f} s: {dict(sandbox.requests())}", flush=True)
    sandbox.save(kept)
    return name


def _transfer(country: Country, addresses: Addresses, url: str, settings: Path) -> None:
    engine = connect(url)
    begin(engine, load_settings(settings, {}).libraries, RunRequest(run_id="first"), country.now)
    engine.dispose()
    every = [
        Transfer(database_url=url, settings=settings, library=name, addresses=addresses, now=country.now)
        for name in country.ids
    ]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as processes:
        for number, _ in enumerate(processes.map(_transfer_one, every), start=1):
            print(f"\r{number} of {len(every)} libraries", end="\n" if number == len(every) else "", flush=True)


def _transfer_one(transfer: Transfer) -> None:
    engine, library = connect(transfer.database_url), load_settings(transfer.settings, {}).library(transfer.library)
    apis = Apis(
        cms=transfer.addresses.cms[library.id],
        user=transfer.addresses.users[library.id],
        place2book=transfer.addresses.place2book,
        token=transfer.addresses.token,
    )
    run_steps(engine, library, RunRequest(run_id="first"), apis, transfer.now)
    engine.dispose()
