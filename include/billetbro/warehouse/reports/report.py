"""Make a library's report for a month, and put it where it belongs.

The files are `<library>/<month>/<library>-<month>.html` and `.csv`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from billetbro.messages.catalogue import Translator
from billetbro.settings.libraries import Library
from billetbro.warehouse.reports.figures import figures_of
from billetbro.warehouse.reports.month import Month
from billetbro.warehouse.reports.number_format import Reader
from billetbro.warehouse.reports.page import page_of
from billetbro.warehouse.reports.queries import read_rows
from billetbro.warehouse.reports.spreadsheet import spreadsheet_of


class Shelf(Protocol):
    """Where reports are kept: a folder, or a place in an object store."""

    def put(self, path: tuple[str, ...], content: bytes) -> str:
        """Store a file whole or not at all, in place of the one before it; return where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report as its two files."""

    html: str
    csv: bytes
    month: Month


def make_report(engine: Engine, library: Library, month: Month, say: Translator) -> Report:
    """Make the report from what stands in the warehouse now."""
    zone = ZoneInfo(library.timezone)
    figures = figures_of(read_rows(engine, library.id, month, zone), month, zone)
    reader = Reader(library=library.name, zone=zone, currency=library.currency, say=say)
    return Report(html=page_of(figures, reader), csv=spreadsheet_of(figures, library.name, zone), month=month)


def store_report(shelf: Shelf, library_id: str, report: Report) -> tuple[str, str]:
    """Store both files, and return where they are: the page, and the rows."""
    name = f"{library_id}-{report.month}"
    folder = (library_id, str(report.month))
    csv = shelf.put((*folder, f"{name}.csv"), report.csv)
    return shelf.put((*folder, f"{name}.html"), report.html.encode()), csv
