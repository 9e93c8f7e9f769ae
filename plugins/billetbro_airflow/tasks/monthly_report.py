"""Airflow's side of the monthly report: the month and libraries, the warehouse, and where the files go."""

import os
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from airflow.configuration import AIRFLOW_HOME
from airflow.sdk import ObjectStoragePath

from billetbro.errors import SettingsError
from billetbro.settings.libraries import Library, load_settings
from billetbro.steps.request import utc_now
from billetbro.store.database import migrate_warehouse
from billetbro.warehouse.reports.month import Month, last_month
from billetbro.warehouse.reports.report_files import StoreShelf
from billetbro_airflow.language import translator
from billetbro_airflow.tasks.databases import values_kept_out_of_errors, warehouse_engine

REPORTS = "BILLETBRO_REPORTS"
FOLDERS = frozenset({"", "file", "local"})


def libraries_to_report(month: str, libraries: Sequence[str]) -> list[str]:
    """Return the ids of the libraries (default: all), and bring the warehouse's schema up to date.

    Raises SettingsError for a month that is invalid or has not begun, LibrariesFileError for an unknown library.
    """
    chosen = load_settings().select(libraries)
    for library in chosen:
        month_of(library, month, utc_now())
    migrate_warehouse(warehouse_engine())
    return [library.id for library in chosen]


def month_of(library: Library, month: str, now: datetime) -> Month:
    """Return the month asked for; by default the last whole month in the library's time zone."""
    zone = ZoneInfo(library.timezone)
    if not month.strip():
        return last_month(now, zone)
    try:
        chosen = Month.parse(month)
    except ValueError:
        raise SettingsError("error.no_month", month=month) from None
    if chosen.begins_at(zone) > now:
        raise SettingsError("error.month_not_begun", month=str(chosen))
    return chosen


def report_on(library_id: str, month: str, language: str | None = None) -> tuple[str, str]:
    """Make one library's report, store it, and return where its page and its rows are."""
    # Imported here: `libraries_to_report` needs no charts, which take long to import.
    from billetbro.warehouse.reports.report import make_report, store_report

    (library,) = load_settings().select([library_id])
    shelf = report_shelf()
    with values_kept_out_of_errors():
        report = make_report(warehouse_engine(), library, month_of(library, month, utc_now()), translator(language))
    page, rows = store_report(shelf, library.id, report)
    print(f"{library.id} {report.month}: {page}\n{library.id} {report.month}: {rows}")
    return page, rows


def report_shelf() -> StoreShelf:
    """Return the folder or object store of the reports; raises SettingsError if Airflow cannot open it."""
    name = os.environ.get(REPORTS, "").strip() or f"file://{AIRFLOW_HOME}/billetbro/reports"
    try:
        root = ObjectStoragePath(name)
        # Airflow opens the store here; without this, a missing connection would go unnoticed.
        known = root.fs is not None
    except Exception as error:
        raise SettingsError("error.no_store", variable=REPORTS, place=name, kind=type(error).__name__) from error
    assert known
    return StoreShelf(name=name, root=root, appears_whole=root.protocol not in FOLDERS)
