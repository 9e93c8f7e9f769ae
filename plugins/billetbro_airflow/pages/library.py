"""`GET /billetbro/libraries/{id}`: a library's events, searched and filtered, and its last and next run."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, BeforeValidator, Field
from starlette.responses import HTMLResponse

from billetbro.settings.libraries import Library
from billetbro.steps.request import utc_now
from billetbro.store.live_libraries import Live, read_live
from billetbro.store.orphans import read_orphans
from billetbro.store.pages.events import EventsPage, Only, Wanted, When, read_events
from billetbro.store.pages.freshness import read_library_runs
from billetbro.store.pages.overview import count_drift, count_open, count_sales
from billetbro_airflow.pages import shown
from billetbro_airflow.pages.access import Reader, ReaderDep
from billetbro_airflow.pages.overview import needs_of, next_run_of_dag
from billetbro_airflow.pages.rendering import page
from billetbro_airflow.tasks.databases import billetbro_engine

router = APIRouter()
FILTERS = {
    **{only: f"pages.sale_{only}" for only in (Only.OPEN, Only.SOLD_OUT, Only.WAITING_LIST)},
    **{only: f"pages.sale_{only}" for only in (Only.UPCOMING, Only.CLOSED, Only.PASSIVE)},
    **{only: f"pages.only_{only}" for only in (Only.NO_BUTTON, Only.CANCELLED, Only.CLONED)},
    **{only: f"pages.{only}" for only in (Only.REJECTED, Only.DRIFT)},
}
"""The filters, with the keys of their names."""
LONGEST_SEARCH = 500


class Asked(BaseModel):
    """The form of the page: what is sought, filters, and a page, counted from 1."""

    q: str = Field("", max_length=LONGEST_SEARCH)
    only: Annotated[Only | None, BeforeValidator(lambda value: value or None)] = None
    when: When = When.COMING
    page: int = Field(1, ge=1, le=1_000_000)

    def address(self, **changes: object) -> str:
        """Return the address of the page with these values instead."""
        values = {"q": self.q, "only": self.only, "when": self.when, "page": self.page} | changes
        return "?" + urlencode({name: str(value) for name, value in values.items() if value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """The addresses of the pages before and after this one; None where there is none."""

    previous: str | None
    next: str | None


@router.get("/libraries/{library_id}")
def library(request: Request, reader: ReaderDep, library_id: str, asked: Annotated[Asked, Query()]) -> HTMLResponse:
    """Show the library's events."""
    of = reader.library(library_id)
    now = utc_now()
    wanted = Wanted(sought=asked.q, only=asked.only, when=asked.when, page=asked.page)
    with billetbro_engine().connect() as connection:
        (runs,) = read_library_runs(connection, [of.id])
        found = read_events(connection, of.id, wanted, now)
        counts = {
            **{Only(state): number for state, number in count_sales(connection, [of.id], now)[of.id].items()},
            Only.REJECTED: count_open(connection, [of.id]).get(of.id, 0),
            Only.DRIFT: count_drift(connection, [of.id]).get(of.id, 0),
        }
        live = read_live(connection, [of.id])[of.id]
        orphans = len(read_orphans(connection, [of.id]).get(of.id, ()))
    next_run, paused = next_run_of_dag()
    return page(
        request,
        reader,
        "library.html",
        **of_library(reader, of),
        runs=runs,
        next_run=next_run,
        paused=paused,
        needs=needs_of(runs, counts[Only.REJECTED], live, now),
        live=live is Live.YES,
        orphans=orphans,
        counts={only: counts[only] for only in FILTERS if counts.get(only)},
        filters=FILTERS,
        asked=asked,
        found=found,
        pager=_pager(asked, found),
        whens=tuple(When),
    )


def of_library(reader: Reader, of: Library) -> dict[str, Any]:
    """Return what a page about one library is filled with: its words, and its time zone."""
    return {
        "library": of,
        "says": reader.say.for_library(of.id),
        "moment": partial(shown.moment, language=reader.say.language, zone=ZoneInfo(of.timezone)),
    }


def _pager(asked: Asked, found: EventsPage) -> Pager:
    return Pager(
        previous=asked.address(page=found.page - 1) if found.page > 1 else None,
        next=asked.address(page=found.page + 1) if found.page < found.pages else None,
    )
