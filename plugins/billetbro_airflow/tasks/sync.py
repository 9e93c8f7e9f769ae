"""The tasks of the hourly DAG: begin a run, run a step for each library of a batch, announce, and report.

Each function imports what only it needs, since every task starts a new process.
"""

import logging
from collections.abc import Callable, Mapping, Sequence

from airflow.sdk import Asset, get_current_context
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from sqlalchemy import Engine

from billetbro.errors import Retriable
from billetbro.messages.catalogue import Translator
from billetbro.models import Mode
from billetbro.settings.libraries import Library, load_settings
from billetbro.steps.request import NothingToDo, RunRequest, for_each_library, utc_now
from billetbro_airflow.language import translator
from billetbro_airflow.tasks.databases import billetbro_engine, values_kept_out_of_errors, warehouse_engine
from billetbro_airflow.tasks.trigger_form import FORCED_UPDATE, as_meant, filled_in

Batches = Sequence[Sequence[str]]
log = logging.getLogger(__name__)


def request_of_this_run() -> RunRequest:
    """Return the request of this run; only a run that a person started is by hand."""
    context = get_current_context()
    params, dag_run = as_meant(FORCED_UPDATE, context["params"]), context["dag_run"]
    return RunRequest(
        run_id=dag_run.run_id,
        mode=Mode(params["mode"]),
        by_hand=dag_run.run_type == "manual",
        events=frozenset(uuid.strip() for uuid in params["events"]),
        allow_mass_removal=bool(params["allow_mass_removal"]),
    )


def begin_run() -> list[list[str]]:
    """Check the settings, bring the schemas up to date, and return the ids of the run's libraries in batches."""
    from billetbro.steps.begin import begin

    libraries = load_settings().select(filled_in(FORCED_UPDATE)["libraries"])
    try:
        warehouse = warehouse_engine()
    except Retriable as gone:
        log.warning("%s", gone)
        warehouse = None
    return begin(billetbro_engine(), libraries, request_of_this_run(), utc_now(), warehouse)


def for_each_library_of(batch: Sequence[str], step: Callable[[Engine, Library, RunRequest], str]) -> None:
    """Run a step for each library of the batch; skips the task when none has anything to do."""
    engine, settings, request = billetbro_engine(), load_settings(), request_of_this_run()

    def one(library_id: str) -> None:
        with values_kept_out_of_errors():
            log.info("%s: %s", library_id, step(engine, settings.library(library_id), request))

    try:
        for_each_library(engine, request, step.__name__, batch, one)
    except NothingToDo as nothing:
        raise AirflowSkipException(str(nothing)) from None


def announce(assets: Sequence[Asset]) -> None:
    """Name the libraries whose purchases this run exported in the assets' events; skips the task if there are none."""
    exported = _exported_libraries() if _batches() else []
    if not exported:
        raise AirflowSkipException(translator()("summary.no_purchases"))
    events = get_current_context()["outlet_events"]
    for asset in assets:
        events[asset].extra["libraries"] = list(exported)


def report_run() -> None:
    """Print the report; fails, naming them, when libraries or tasks failed.

    Airflow knows of tasks that were killed or ran out of time or memory, and could not report themselves.
    """
    from billetbro.steps.report import make_report
    from billetbro_airflow.tasks.webhook_states import tell_who_asked

    request = request_of_this_run()
    say = translator()
    made = make_report(billetbro_engine(), request.run_id, say, sorted(request.events))
    silent = silent_failures(_states_of_this_run(), _batches(), made.failures, say)
    summary = " | ".join([made.summary, *silent] if made.failures or not silent else silent)
    # Printed: each line becomes a line of the task's log, and plain text in `airflow dags test`.
    print(made.text.removesuffix(made.summary) + summary)
    tell_who_asked(billetbro_engine(), request)
    if made.failures or silent:
        raise AirflowFailException(summary)


def silent_failures(
    states: Mapping[str, str | None], batches: Batches, named: Sequence[str], say: Translator
) -> list[str]:
    """Return a sentence for each failed task with no library among those `named` as failed.

    `states` names a mapped task by its id, an underscore and the batch's index.
    """
    sentences = []
    for task, state in sorted(states.items()):
        place = task.rpartition("_")[2]
        libraries = batches[int(place)] if place.isdecimal() and int(place) < len(batches) else [task]
        if state == "failed" and not set(libraries) & set(named):
            sentences.append(say("summary.silent", libraries=", ".join(libraries), task=task))
    return sentences


def _batches() -> Batches:
    return get_current_context()["ti"].xcom_pull(task_ids="select_libraries") or []


def _exported_libraries() -> list[str]:
    from billetbro.store.runs import read_runs

    with billetbro_engine().connect() as connection:
        runs = read_runs(connection, request_of_this_run().run_id)
    return [run.library for run in runs if run.exported_at]


def _states_of_this_run() -> Mapping[str, str | None]:
    context = get_current_context()
    dag_run = context["dag_run"]
    states: Mapping[str, Mapping[str, str | None]] = context["ti"].get_task_states(
        dag_id=context["dag"].dag_id, run_ids=[dag_run.run_id]
    )
    return states.get(dag_run.run_id, {})
