"""Airflow's side of telling people after a run."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from airflow.sdk import get_current_context
from sqlalchemy import Engine

from billetbro.errors import BilletbroError
from billetbro.messages.catalogue import Translator
from billetbro.models import Mode
from billetbro.models.message import Message
from billetbro.settings.libraries import LibrariesFileError, load_settings, operators_told
from billetbro.steps.notify import Circle, Ended, Teller, notify
from billetbro.steps.request import RunRequest, utc_now
from billetbro.store.runs import RunRecord
from billetbro_airflow.notifications.alerts import DEADLINE_MINUTES
from billetbro_airflow.notifications.people import circles, operators
from billetbro_airflow.notifications.sending import send
from billetbro_airflow.tasks.databases import values_kept_out_of_errors

log = logging.getLogger(__name__)


def tell_people(
    engine: Engine, request: RunRequest, records: Sequence[RunRecord], tasks: Mapping[str, Message], say: Translator
) -> None:
    """Tell whoever the settings name what a run leaves to do; mode `plan` tells nobody. What goes wrong is only logged.

    `tasks`: the tasks that failed without a word.
    """
    if request.mode is Mode.PLAN:
        return
    try:
        with values_kept_out_of_errors():
            dag_run = get_current_context()["dag_run"]
            people, known = _people(records, say)
            ended = Ended(
                dag_id=dag_run.dag_id,
                run_id=request.run_id,
                records=known,
                limited=bool(request.events),
                tasks=tasks,
                in_time=utc_now() - dag_run.run_after < timedelta(minutes=DEADLINE_MINUTES),
            )
            notify(Teller(engine=engine, send=send, now=utc_now()), ended, people)
    except Exception as error:
        log.warning("People could not be told: %s", error if isinstance(error, BilletbroError) else type(error))


def _people(records: Sequence[RunRecord], say: Translator) -> tuple[list[Circle], Sequence[RunRecord]]:
    """Return who is told, and of which libraries: of none while the settings have mistakes, but for the operators."""
    try:
        settings = load_settings()
    except LibrariesFileError:
        return [operators(operators_told(), say)], ()
    return circles(settings, [record.library for record in records], say), records
