"""The same purchases through dlt: its REST source, merged by key into PostgreSQL, as its documentation would have it.

It does what can be said in its configuration. It does not protect personal data, does not mark what is no longer
listed, and cannot tell which events changed: Place2book has no such filter, so every list of purchases is read again.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from benchmarks.apart import peak_mib
from benchmarks.year import DAYS_BACK, Year
from benchmarks.year_export import HOURLY_LOOKBACK, changes, recent_events
from benchmarks.year_server import TOKEN, YearServer

if TYPE_CHECKING:
    from dlt.sources.rest_api.typing import RESTAPIConfig

EVENTS_PATH = "event_makers/{resources.event_makers.id}/events"
OF_AN_EVENT = "event_makers/{resources.events._event_makers_id}/events/{resources.events.id}"

ONLY_NEW = ", new only"
LOADED = "SELECT count(*) FROM purchases WHERE _dlt_load_id = (SELECT max(load_id) FROM _dlt_loads)"


@dataclass(frozen=True, slots=True, kw_only=True)
class DltStock:
    """The same as `Stock`, for dlt."""

    database_url: str
    server: YearServer
    year: Year


@dataclass(frozen=True, slots=True, kw_only=True)
class DltRound:
    """One run of the pipeline; `purchases` are those that it loaded."""

    name: str
    seconds: float
    requests: int
    purchases: int
    peak_mib: float


def load_year(stock: DltStock) -> list[DltRound]:
    """Load the year, then hour by hour: what begins since the lookback, once merged whole and once only what is new."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
    now = stock.year.now
    rounds = []
    with tempfile.TemporaryDirectory(prefix="billetbro-dlt-") as folder:
        since = now - timedelta(days=DAYS_BACK + 10)
        rounds.append(_round("first", stock, folder, since, only_new=False))
        recent = now - timedelta(days=HOURLY_LOOKBACK)
        for name, count in changes(stock.year).items():
            stock.server.sell(recent_events(stock.year, count))
            rounds.append(_round(name, stock, folder, recent, only_new=False))
        _round("where the cursor begins", stock, folder, recent, only_new=True)
        for name, count in changes(stock.year).items():
            stock.server.sell(recent_events(stock.year, count))
            rounds.append(_round(f"{name}{ONLY_NEW}", stock, folder, recent, only_new=True))
    return rounds


def _round(name: str, stock: DltStock, folder: str, since: datetime, *, only_new: bool) -> DltRound:
    import dlt
    from dlt.destinations import postgres
    from dlt.sources.rest_api import rest_api_source

    stock.server.requests()
    began = time.perf_counter()
    pipeline = dlt.pipeline(
        "billetbro_benchmark",
        destination=postgres(stock.database_url.replace("+psycopg", "")),
        dataset_name="dlt_place2book",
        pipelines_dir=folder,
    )
    source = rest_api_source(_config(stock.server.url, since, only_new), parallelized=True, name="place2book")
    pipeline.run(source, loader_file_format="csv")
    seconds = time.perf_counter() - began
    with pipeline.sql_client() as client:
        loaded = client.execute_sql(LOADED)
    return DltRound(
        name=name,
        seconds=seconds,
        requests=stock.server.requests(),
        purchases=loaded[0][0] if loaded else 0,
        peak_mib=peak_mib(),
    )


def _config(url: str, since: datetime, only_new: bool) -> RESTAPIConfig:
    pages = {"type": "page_number", "base_page": 1, "page_param": "page", "total_path": None}
    after = since.strftime("%Y-%m-%dT%H:%M:%SZ")
    purchases: dict[str, object] = {"path": f"{OF_AN_EVENT}/purchases"}
    if only_new:
        purchases |= {"incremental": {"cursor_path": "created_at", "initial_value": after}}
    config = {
        "client": {"base_url": url, "headers": {"X-PLACE2BOOK-API-TOKEN": TOKEN}, "paginator": {"type": "single_page"}},
        "resource_defaults": {"write_disposition": "merge", "primary_key": "id", "parallelized": True},
        "resources": [
            {"name": "event_makers", "endpoint": {"path": "event_makers"}},
            {
                "name": "events",
                "endpoint": {
                    "path": EVENTS_PATH,
                    "params": {"per_page": 200, "event_begin_at_after": after},
                    "paginator": pages,
                },
                "include_from_parent": ["id"],
            },
            {"name": "prices", "endpoint": {"path": f"{OF_AN_EVENT}/prices"}, "include_from_parent": ["id"]},
            {"name": "purchases", "primary_key": "purchase_id", "endpoint": purchases, "include_from_parent": ["id"]},
        ],
    }
    return cast("RESTAPIConfig", config)
