"""The report as rows for Excel in Danish: one row for each event, semicolons, decimal commas, UTF-8 with a mark."""

from __future__ import annotations

import csv
from datetime import datetime
from io import StringIO
from zoneinfo import ZoneInfo

from billetbro.warehouse.cells import safe_cell
from billetbro.warehouse.reports.danish import decimal, percentage
from billetbro.warehouse.reports.figures import EventMonth, Figures

HEADER = (
    "Bibliotek",
    "Måned",
    "Arrangement",
    "Place2book-nummer",
    "Filial",
    "Kategori",
    "Begynder",
    "Afholdt i måneden",
    "Billetter solgt i måneden",
    "Indtægt i måneden",
    "Billetter annulleret i måneden",
    "Pladser",
    "Billetter solgt i alt",
    "Indtægt i alt",
    "Solgt af pladserne i procent",
    "Mødt op",
    "Udeblevet",
)
UNLIMITED = "ubegrænset"


def spreadsheet_of(figures: Figures, library: str, zone: ZoneInfo) -> bytes:
    """Return the file: the events held in the month, and those of which something was sold or cancelled in it."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(_row(one, figures, library, zone) for one in figures.events)
    return text.getvalue().encode("utf-8-sig")


def _row(one: EventMonth, figures: Figures, library: str, zone: ZoneInfo) -> list[str | int]:
    event = one.event
    share = str(percentage(event.tickets, event.capacity)) if event.capacity else ""
    scanned = one.held and event.arrived > 0
    return [
        safe_cell(library),
        str(figures.month),
        safe_cell(event.title),
        event.event_id,
        safe_cell(event.branch or ""),
        safe_cell(event.category or ""),
        _moment(event.begin_at, zone),
        "ja" if one.held else "nej",
        one.tickets,
        decimal(one.income_ore, thousands=""),
        one.cancelled_tickets,
        UNLIMITED if event.capacity is None else event.capacity,
        event.tickets,
        decimal(event.income_ore, thousands=""),
        share,
        event.arrived if scanned else "",
        event.tickets - event.arrived if scanned else "",
    ]


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d-%m-%Y %H:%M}" if at else ""
