"""The steps of the DAG for one library, without Airflow."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from billetbro.api.http.access import Access, RequestSettings
from billetbro.api.place2book.client import Place2bookClient
from billetbro.models import PersonalDataPolicy
from billetbro.settings.libraries import Library
from billetbro.steps.export_purchases import export
from billetbro.steps.extract import extract
from billetbro.steps.load.load import load
from billetbro.steps.login import OpenedSource
from billetbro.steps.request import RunRequest, library_run
from billetbro.steps.transform import transform
from billetbro.steps.writeback import write_back
from billetbro.warehouse.privacy.pseudonymise import Privacy

UNTHROTTLED = RequestSettings(per_second=100_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Apis:
    """Where a library's website and Place2book are, and how to log in to them."""

    cms: str
    user: tuple[str, str]
    place2book: str
    token: str


def run_steps(engine: Engine, library: Library, request: RunRequest, apis: Apis, now: datetime) -> dict[str, float]:
    """Run every step once after `begin`, without a limit of requests; return the seconds by step."""
    login, password = apis.user
    access = Access(conn_id="cms", url=apis.cms, login=login, password=password, requests=UNTHROTTLED)
    steps: dict[str, float] = {}
    with (
        library.source.opened(access, lookback_days=library.lookback_days) as source,
        Place2bookClient(apis.place2book, apis.token, connection="place2book", settings=UNTHROTTLED) as client,
    ):
        opened = OpenedSource(source=source, access=access)
        run = library_run(engine, library, request, now)
        with timed(steps, "extract"):
            extract(run, opened)
        with timed(steps, "transform"):
            transform(run, client.host)
        with timed(steps, "load"):
            load(run, client, twin=None, source=lambda: nullcontext(opened))
        with timed(steps, "writeback"):
            write_back(run, source, client.host)
        with timed(steps, "export_purchases"):
            export(run, client, Privacy(policy=PersonalDataPolicy.DROP))
    return steps


@contextmanager
def timed(steps: dict[str, float], step: str) -> Iterator[None]:
    """Note how long the block took."""
    began = time.perf_counter()
    yield
    steps[step] = time.perf_counter() - began
