"""The monthly reports that were made for a library, where the DAG stored them."""

import logging
import re

from billetbro_airflow.tasks.monthly_report import report_shelf

MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
log = logging.getLogger(__name__)


def months_reported(library: str) -> tuple[str, ...]:
    """Return the months of which the library has a report, the latest first; none if the place cannot be read."""
    try:
        names = [path.name for path in (report_shelf().root / library).iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except Exception as error:
        log.warning("The monthly reports cannot be listed: %s", type(error).__name__)
        return ()
    return tuple(sorted((name for name in names if MONTH.fullmatch(name)), reverse=True))


def read_report(library: str, month: str) -> bytes | None:
    """Return the page of a month's report; None if there is none, or the place cannot be read."""
    if not MONTH.fullmatch(month):
        return None
    try:
        with (report_shelf().root / library / month / f"{library}-{month}.html").open("rb") as file:
            return bytes(file.read())
    except Exception as error:
        # Each kind of object store has errors of its own.
        log.info("There is no report of %s for %s: %s", month, library, type(error).__name__)
        return None
