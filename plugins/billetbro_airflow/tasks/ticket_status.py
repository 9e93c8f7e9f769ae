"""The task of the DAG `ticket_status`."""

import logging

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from billetbro.errors import BilletbroError
from billetbro.settings.libraries import Library, load_settings
from billetbro.steps.request import LibraryRun, RunRequest, utc_now
from billetbro.steps.sale_windows import Followed, Round, follow_sale_windows, for_each_due, libraries_due
from billetbro_airflow.language import translator
from billetbro_airflow.tasks import steps
from billetbro_airflow.tasks.databases import billetbro_engine, values_kept_out_of_errors

log = logging.getLogger(__name__)


def follow_sales() -> None:
    """Update the ticket buttons where a sale window opens or closes; fails at the end, naming failed libraries.

    Skips the task, without a request or reading the settings, when there is none.
    """
    engine = billetbro_engine()
    with values_kept_out_of_errors():
        due = libraries_due(engine, utc_now())
    libraries = [library for library in load_settings().libraries if library.id in due] if due else []
    if not libraries:
        raise AirflowSkipException(translator()("sales.none_due"))
    # On the hour, the hourly job's run has the same id.
    run_id = f"ticket_status__{get_current_context()['dag_run'].run_id}"

    def one(library: Library) -> Followed | None:
        with values_kept_out_of_errors(), steps.apis_of(library) as (source, client):
            request = RunRequest(run_id=run_id)
            run = LibraryRun(engine=engine, library=library, request=request, now=utc_now())
            return follow_sale_windows(run, source, client)

    _log(for_each_due(engine, run_id, libraries, one))


def _log(done: Round) -> None:
    for library, sentence in done.said.items():
        log.info("%s: %s", library, sentence)
    for library, error in done.failed.items():
        if not isinstance(error, BilletbroError):
            log.error("%s: an unexpected error", library, exc_info=error)
    if failures := done.failures(translator()):
        raise AirflowFailException(failures)
