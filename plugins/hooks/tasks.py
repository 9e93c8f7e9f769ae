"""What the tasks of the DAGs have in common: the run's request, and a step carried out for each library of a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowSkipException
from sqlalchemy import Engine

from hooks.billetbro_db import billetbro_engine, privacy_of
from hooks.dpl_cms_hook import DplCmsHook
from hooks.place2book_hook import Place2bookHook
from include.api.place2book import Place2bookClient
from include.models import Mode
from include.pipeline.request import NothingToDo, RunRequest, for_each_library
from include.settings import Library, load_settings
from include.sources import Source
from include.sources.dpl_cms import DplCmsSource

__all__ = ["for_each_library_of", "place2book", "privacy_of", "request_of_this_run", "source_of"]


def request_of_this_run() -> tuple[RunRequest, list[str]]:
    """Return what this run was asked to do, and the libraries that it names (none: all)."""
    context = get_current_context()
    params, dag_run = context["params"], context["dag_run"]
    request = RunRequest(
        run_id=dag_run.run_id,
        mode=Mode(params["mode"]),
        by_hand=dag_run.run_type == "manual",
        events=frozenset(params["events"]),
        allow_mass_removal=bool(params["allow_mass_removal"]),
    )
    return request, list(params["libraries"])


def for_each_library_of(batch: Sequence[str], step: str, work: Callable[[Engine, Library, RunRequest], object]) -> None:
    """Carry out a step for each library of the batch; skips the task when there is nothing to do for any of them."""
    get_current_context()["libraries"] = ", ".join(batch)  # type: ignore[typeddict-unknown-key]
    engine, settings = billetbro_engine(), load_settings()
    request, _ = request_of_this_run()

    def one(library_id: str) -> None:
        result = work(engine, settings.library(library_id), request)
        print(f"{library_id}: {step}: {result}")

    try:
        for_each_library(engine, request, step, batch, one)
    except NothingToDo as nothing:
        raise AirflowSkipException(str(nothing)) from None


def source_of(library: Library) -> Source:
    """Return the library's source of events, over its connection."""
    requests = library.requests
    hook = DplCmsHook(library.source.conn_id, concurrency=requests.concurrency, per_second=requests.per_second)
    return DplCmsSource(hook.client)


def place2book(library: Library) -> Place2bookClient:
    """Return the client of the library's Place2book connection."""
    requests = library.requests
    return Place2bookHook(
        library.place2book.conn_id, concurrency=requests.concurrency, per_second=requests.per_second
    ).client
