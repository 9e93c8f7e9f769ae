"""A round of the DAG `ticket_status` in which something is due."""

import logging
from collections.abc import Collection

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException
from sqlalchemy import Engine

from billetbro.errors import BilletbroError
from billetbro.settings.libraries import Library, load_settings
from billetbro.steps.request import RunRequest, library_run, utc_now
from billetbro.steps.sale_windows import Followed, Round, follow_sale_windows, for_each_due
from billetbro_airflow.language import translator
from billetbro_airflow.tasks import steps
from billetbro_airflow.tasks.databases import values_kept_out_of_errors

log = logging.getLogger(__name__)


def follow_sales_of(due: Collection[str], engine: Engine) -> bool:
    """Update the buttons of these libraries; False when none of them is listed any more.

    Raises AirflowFailException, naming the libraries that failed.
    """
    libraries = [library for library in load_settings().libraries if library.id in due]
    # On the hour, the hourly job's run has the same id.
    run_id = f"ticket_status__{get_current_context()['dag_run'].run_id}"

    def one(library: Library) -> Followed | None:
        with values_kept_out_of_errors(), steps.apis_of(library) as (source, client):
            request = RunRequest(run_id=run_id)
            run = library_run(engine, library, request, utc_now())
            return follow_sale_windows(run, source, client)

    _log(for_each_due(engine, run_id, libraries, one))
    return bool(libraries)


def _log(done: Round) -> None:
    for library, sentence in done.said.items():
        log.info("%s: %s", library, sentence)
    for library, error in done.failed.items():
        if not isinstance(error, BilletbroError):
            log.error("%s: an unexpected error", library, exc_info=error)
    if failures := done.failures(translator()):
        raise AirflowFailException(failures)
