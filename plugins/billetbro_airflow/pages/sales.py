"""`GET /billetbro/sales`: what was sold in a period, by day and by library, and which events stand out."""

from functools import reduce
from operator import add
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from billetbro.settings.libraries import Library
from billetbro.steps.request import utc_now
from billetbro.store.schema.sales_tables import BOOKED_BEFORE
from billetbro.warehouse.sales.period import Period, period_asked_for
from billetbro.warehouse.sales.queries import read_events, read_extremes, read_kinds, read_libraries, read_sold
from billetbro.warehouse.sales.rows import Held, Kind, Sold
from billetbro.warehouse.sales.spreadsheet import spreadsheet_of
from billetbro_airflow.pages import charts
from billetbro_airflow.pages.access import Reader, ReaderDep
from billetbro_airflow.pages.monthly_reports import months_reported, read_report
from billetbro_airflow.pages.rendering import page
from billetbro_airflow.tasks.databases import warehouse_engine

router = APIRouter()
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
"""A report is one file with its style inside; nothing else may happen in it."""


@router.get("/sales")
def sales(request: Request, reader: ReaderDep, library: str = "", first: str = "", last: str = "") -> HTMLResponse:
    """Show the sales of a library, or of all that the reader may see."""
    chosen, period, now = _chosen(reader, library), _period(first, last), utc_now()
    ids = [one.id for one in chosen]
    with warehouse_engine().connect() as connection:
        days, sold = read_sold(connection, ids, period)
        lines = read_libraries(connection, ids, period, sold, now)
        kinds = read_kinds(connection, ids, period, now)
        stand_out = read_extremes(connection, ids, period, now)
    return page(
        request,
        reader,
        "sales.html",
        period=period,
        library_asked=library,
        query=urlencode({"library": library, "first": period.first, "last": period.last}),
        libraries={one.id: one for one in reader.libraries},
        currency=_currency(chosen),
        days=days,
        best_day=max(days, key=lambda one: one.sold.tickets),
        total=_total(sold.values()),
        held=reduce(add, (line.held for line in lines), Held()),
        lines=lines,
        curves=_curves(kinds),
        marks=BOOKED_BEFORE,
        chart=charts,
        kinds=[kind for kind in kinds if kind.events],
        stand_out=stand_out,
        months=months_reported(library) if library else (),
    )


@router.get("/sales.csv")
def sales_as_file(reader: ReaderDep, library: str = "", first: str = "", last: str = "") -> Response:
    """Return the events of the period as rows for a spreadsheet."""
    ids, period = [one.id for one in _chosen(reader, library)], _period(first, last)
    # Read before anything is sent, and the connection given back: an answer that began cannot say that it failed.
    with warehouse_engine().connect() as connection:
        events = list(read_events(connection, ids, period))
    name = f"billetbro-{library or 'alle'}-{period.first}-{period.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(
        spreadsheet_of(events, _names(reader), reader.say), media_type="text/csv; charset=utf-8", headers=headers
    )


@router.get("/sales/reports/{library}/{month}")
def monthly_report(reader: ReaderDep, library: str, month: str) -> Response:
    """Show a library's monthly report."""
    content = read_report(reader.library(library).id, month)
    if content is None:
        raise HTTPException(404)
    return HTMLResponse(content, headers={"Content-Security-Policy": REPORT_POLICY})


def _chosen(reader: Reader, library: str) -> tuple[Library, ...]:
    return (reader.library(library),) if library else reader.libraries


def _period(first: str, last: str) -> Period:
    try:
        return period_asked_for(first.strip(), last.strip(), utc_now())
    except ValueError:
        raise HTTPException(422) from None


def _names(reader: Reader) -> dict[str, str]:
    return {library.id: library.name for library in reader.libraries}


def _currency(libraries: tuple[Library, ...]) -> str | None:
    """Return the currency of the libraries; None where they differ, so that nothing is added up across them."""
    currencies = {library.currency for library in libraries} or {"DKK"}
    return currencies.pop() if len(currencies) == 1 else None


def _total(sold: Any) -> Sold:
    found = list(sold)
    names = ("purchases", "tickets", "income_ore", "additional_sales_ore")
    return Sold(**{name: sum(getattr(one, name) for one in found) for name in names})


def _curves(kinds: tuple[Kind, ...]) -> list[tuple[str, int, tuple[int, ...]]]:
    """Return a booking curve for events with a price and for free ones: its name, the tickets, and those booked."""
    curves = []
    for free in (False, True):
        some = [kind for kind in kinds if kind.free is free and kind.tickets]
        if some:
            booked = tuple(sum(numbers) for numbers in zip(*(kind.booked for kind in some), strict=True))
            curves.append(("free" if free else "paid", sum(kind.tickets for kind in some), booked))
    return curves
