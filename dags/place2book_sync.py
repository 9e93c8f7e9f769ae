"""
### Billetbro: events to Place2book, ticket links to the CMS, purchases to the warehouse

Every hour, and by hand as the forced update ("Hent opdateringer nu"). For each library:

1. **extract** reads every event of the CMS, or fails before anything is changed
2. **transform** decides what each event is to be in Place2book
3. **load** reads Place2book, plans, gates, and applies the plan
4. **writeback** writes ticket links and sale states back to the CMS
5. **export_purchases** brings purchases into the warehouse, whatever became of 3 and 4

**report** says for each library what was done, what was rejected and why, and is red when a library failed.
One library's failure leaves the others untouched. Retried is only what can get better by itself.

Started by hand: *mode* `plan` shows what would be done and changes nothing; `resync` also overwrites what staff
changed in Place2book of the fields that the CMS owns.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from airflow.sdk import (
    Asset,
    AsyncCallback,
    DeadlineAlert,
    DeadlineReference,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    dag,
    task,
    task_group,
)
from airflow.sdk.exceptions import AirflowFailException

from hooks.billetbro_db import billetbro_engine
from hooks.dag_test import testable
from hooks.tasks import for_each_library_of, place2book, privacy_of, request_of_this_run, source_of
from include.alerts import DEADLINE_MINUTES, run_is_late
from include.pipeline.begin import begin
from include.pipeline.export import export
from include.pipeline.extract import extract as extract_events
from include.pipeline.load import load as load_events
from include.pipeline.report import make_report
from include.pipeline.request import utc_now
from include.pipeline.transform import transform as transform_events
from include.pipeline.writeback import write_back
from include.settings import load_settings

RETRY_WHAT_CAN_GET_BETTER = ExceptionRetryPolicy(
    rules=[
        RetryRule(exception="include.api.errors.Fatal", action=RetryAction.FAIL, reason="somebody must act"),
        RetryRule(exception="include.api.errors.Refused", action=RetryAction.FAIL, reason="refused"),
        RetryRule(exception="include.api.errors.Retriable", action=RetryAction.RETRY, reason="can get better"),
    ]
)
WAREHOUSE = [
    Asset(name=f"billetbro_{table}", uri=f"x-billetbro://warehouse/{table}")
    for table in ("events", "prices", "purchases", "tickets", "additional_sales", "answers")
]
PARAMS = {
    "libraries": Param(
        [], type="array", items={"type": "string"}, title="Libraries",
        description="Ids from libraries.yaml, one on each line. Empty: all of them.",
    ),
    "events": Param(
        [], type="array", items={"type": "string"}, title="Events",
        description="The CMS's uuids of the events to look at, one on each line. Empty: all of them.",
    ),
    "mode": Param(
        "sync", enum=["sync", "plan", "resync"], title="Mode",
        description="sync: the update. plan: show what it would do, change nothing. "
        "resync: also overwrite what staff changed in Place2book of the fields that the CMS owns.",
    ),
    "allow_mass_removal": Param(
        False, type="boolean", title="Allow mass removal",
        description="Let a run remove more events than max_removals allows. Only when you know that they are meant.",
    ),
}  # fmt: skip


@dag(
    dag_id="place2book_sync",
    schedule="0 * * * *",  # every hour, on the hour
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    params=PARAMS,
    tags=["billetbro"],
    default_args={
        "retries": 2,
        "retry_delay": timedelta(seconds=int(os.environ.get("BILLETBRO_RETRY_SECONDS", "60"))),
        "retry_policy": RETRY_WHAT_CAN_GET_BETTER,
        "execution_timeout": timedelta(minutes=45),
    },
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=DEADLINE_MINUTES),
        callback=AsyncCallback(run_is_late),
    ),
)
def place2book_sync() -> None:
    """Keep every library's events in step with Place2book."""

    @task
    def select_libraries() -> list[list[str]]:
        """Bring the schema up to date, check libraries.yaml, and say which libraries are worked on, in batches."""
        request, libraries = request_of_this_run()
        return begin(billetbro_engine(), load_settings().select(libraries), request, utc_now())

    each = {"map_index_template": "{{ libraries }}", "trigger_rule": "all_done"}

    @task(map_index_template=each["map_index_template"])
    def extract(batch: list[str]) -> None:
        for_each_library_of(batch, "extract", lambda engine, library, request: extract_events(
            engine, library, request, source_of(library), utc_now()))

    @task(**each)
    def transform(batch: list[str]) -> None:
        for_each_library_of(batch, "transform", lambda engine, library, request: transform_events(
            engine, library, request, place2book(library).host, utc_now()))

    @task(**each)
    def load(batch: list[str]) -> None:
        for_each_library_of(batch, "load", lambda engine, library, request: load_events(
            engine, library, request, place2book(library), utc_now()))

    @task(**each)
    def writeback(batch: list[str]) -> None:
        for_each_library_of(batch, "writeback", lambda engine, library, request: write_back(
            engine, library, request, source_of(library), place2book(library).host, utc_now()))

    @task(**each, outlets=WAREHOUSE)
    def export_purchases(batch: list[str]) -> None:
        for_each_library_of(batch, "export_purchases", lambda engine, library, request: export(
            engine, library, request, place2book(library), privacy_of(library), utc_now()))

    @task_group
    def library(batch: list[str]) -> None:
        extract(batch) >> transform(batch) >> load(batch) >> writeback(batch) >> export_purchases(batch)

    @task(trigger_rule="all_done", retries=0)
    def report() -> None:
        """Say what was done and what was not; red when a library failed."""
        request, _ = request_of_this_run()
        made = make_report(billetbro_engine(), request.run_id)
        print(made.text)
        if made.failures:
            raise AirflowFailException(made.summary)

    library.expand(batch=select_libraries()) >> report()


testable(place2book_sync())
