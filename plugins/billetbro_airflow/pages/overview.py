"""`GET /billetbro/`: what needs somebody, and every library on a line."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from airflow.models.dag import DagModel
from airflow.utils.session import create_session
from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import HTMLResponse

from billetbro.errors import BilletbroError
from billetbro.models.message import Message
from billetbro.settings.libraries import Library
from billetbro.steps.request import utc_now
from billetbro.store.live_libraries import Live, read_live
from billetbro.store.pages.freshness import LibraryRuns, read_library_runs
from billetbro.store.pages.overview import count_drift, count_open, count_sales
from billetbro.warehouse.recent_sales import RecentSales, read_recent_sales
from billetbro_airflow.pages.access import DAG, Reader, ReaderDep
from billetbro_airflow.pages.rendering import page
from billetbro_airflow.tasks.databases import billetbro_engine, warehouse_engine

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryLine:
    """What the overview shows of one library. `sales`: counts of events by sale state; `needs`: why to look at it.

    `recent` is None while the warehouse cannot be read.
    """

    library: Library
    runs: LibraryRuns
    sales: Counter[str]
    rejected: int
    drift: int
    recent: RecentSales | None
    needs: tuple[Message, ...]

    @property
    def is_urgent(self) -> bool:
        """Return whether more than single events need somebody."""
        return len(self.needs) > (1 if self.rejected else 0)


@router.get("/")
def overview(request: Request, reader: ReaderDep) -> HTMLResponse:
    """Show every library that the reader may see."""
    now = utc_now()
    lines = _lines(reader, now)
    next_run, paused = next_run_of_dag()
    return page(
        request,
        reader,
        "overview.html",
        lines=lines,
        urgent=[line for line in lines if line.is_urgent],
        rejecting=[line for line in lines if line.rejected and not line.is_urgent],
        next_run=next_run,
        paused=paused,
    )


def next_run_of_dag() -> tuple[datetime | None, bool]:
    """Return when the hourly job begins next, and whether it is paused (or not there)."""
    with create_session() as session:
        query = select(DagModel.next_dagrun_create_after, DagModel.is_paused).where(DagModel.dag_id == DAG)
        row = session.execute(query).one_or_none()
    return (None, True) if row is None else (row[0], bool(row[1]))


def _lines(reader: Reader, now: datetime) -> list[LibraryLine]:
    with billetbro_engine().connect() as connection:
        runs = read_library_runs(connection, reader.ids)
        sales = count_sales(connection, reader.ids, now)
        rejected, drift = count_open(connection, reader.ids), count_drift(connection, reader.ids)
        live = read_live(connection, reader.ids)
    recent = _recent_sales(reader.ids, now)
    return [
        LibraryLine(
            library=library,
            runs=run,
            sales=sales[library.id],
            rejected=rejected.get(library.id, 0),
            drift=drift.get(library.id, 0),
            recent=recent.get(library.id),
            needs=needs_of(run, rejected.get(library.id, 0), live[library.id], now),
        )
        for library, run in zip(reader.libraries, runs, strict=True)
    ]


def _recent_sales(libraries: Sequence[str], now: datetime) -> Mapping[str, RecentSales]:
    """Return the sales; none while the warehouse, which may lie elsewhere, cannot be read."""
    try:
        with warehouse_engine().connect() as connection:
            return read_recent_sales(connection, libraries, now)
    except (BilletbroError, SQLAlchemyError):
        return {}


def needs_of(runs: LibraryRuns, rejected: int, live: Live, now: datetime) -> tuple[Message, ...]:
    """Return why somebody has to look at a library."""
    return tuple(_needs(runs, rejected, live, now))


def _needs(runs: LibraryRuns, rejected: int, live: Live, now: datetime) -> Iterator[Message]:
    if live is not Live.YES:
        yield Message("pages.needs_live", {"why": Message(f"live.{live}")})
    for error in runs.errors:
        yield Message("pages.needs_failed", {"error": error})
    if runs.is_too_old(now) and live is not Live.NEVER_SAID:
        yield Message("pages.needs_old")
    if runs.removals_blocked:
        yield Message("pages.needs_removals", {"reason": runs.removals_blocked})
    if rejected:
        yield Message("pages.needs_rejected", {"number": rejected})
