"""The tasks of the hourly DAG: begin a run, run a step for each library of a batch, announce, and report.

Each function imports what only it needs, since every task starts a new process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from textwrap import wrap
from typing import TYPE_CHECKING

from airflow.sdk import Asset, get_current_context
from airflow.sdk.exceptions import AirflowSkipException
from structlog.contextvars import bound_contextvars

from billetbro.errors import BilletbroError, Retriable
from billetbro.models import Mode
from billetbro.models.message import Message
from billetbro.settings.libraries import Settings, in_units, load_settings
from billetbro.steps.request import Batch, NothingToDo, RunRequest, for_each_library, utc_now
from billetbro.store.runs import RunRecord, read_runs
from billetbro_airflow.hooks.connections import connections_kept
from billetbro_airflow.language import translator
from billetbro_airflow.notifications.callbacks import RunFailed
from billetbro_airflow.tasks.databases import billetbro_engine, values_kept_out_of_errors, warehouse_engine
from billetbro_airflow.tasks.limits import batches_at_most, limits
from billetbro_airflow.tasks.metrics import send_request_counts, send_run_metrics
from billetbro_airflow.tasks.steps import Job
from billetbro_airflow.tasks.trigger_form import FORCED_UPDATE, as_meant, filled_in

if TYPE_CHECKING:
    from billetbro.steps.report import Report

WIDTH = 110
"""Characters of a line of the report, which Airflow's pages show without a scroll bar."""
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
        read_all_prices=bool(params["read_all_prices"]),
    )


def begin_run() -> list[list[str]]:
    """Check the settings, bring the schemas up to date, and return the ids of the run's libraries in batches."""
    from billetbro.steps.begin import begin, in_batches

    at_most = batches_at_most()
    libraries = load_settings().select(filled_in(FORCED_UPDATE)["libraries"])
    try:
        warehouse = warehouse_engine()
    except Retriable as gone:
        log.warning("%s", gone)
        warehouse = None
    engine, request = billetbro_engine(), request_of_this_run()
    begin(engine, libraries, request, utc_now(), warehouse)
    return in_batches(engine, request, libraries, at_most)


def for_each_library_of(batch: Sequence[str], step: Callable[[Job], str]) -> None:
    """Run a step for the libraries of a batch, side by side; skips the task when none has anything to do.

    Each line of the log names its library.
    """
    engine, settings, request = billetbro_engine(), load_settings(), request_of_this_run()

    def one(library_id: str) -> None:
        with bound_contextvars(library=library_id), _failure_logged(library_id), values_kept_out_of_errors():
            library = settings.library(library_id)
            job = Job(engine=engine, settings=settings, library=library, request=request)
            log.info("%s: %s", library_id, step(job))

    try:
        with connections_kept():
            for_each_library(engine, request, share_of(step.__name__, batch, settings), one)
    except NothingToDo as nothing:
        raise AirflowSkipException(str(nothing)) from None
    finally:
        send_request_counts()


@contextmanager
def _failure_logged(library: str) -> Iterator[None]:
    try:
        yield
    except NothingToDo:
        raise
    except BilletbroError as error:
        log.error("%s: %s", library, error)
        raise
    except Exception:
        log.exception("%s: an unexpected error", library)
        raise


def share_of(step: str, batch: Sequence[str], settings: Settings) -> Batch:
    """Return this task's share of a step, and whether Airflow tries it again.

    A person who clears a task raises `max_tries`: the count of its tries begins anew. A library that is no longer
    listed fails by itself.
    """
    ti = get_current_context()["ti"]
    first_try = ti.max_tries - (ti.task.retries or 0) + 1
    units = in_units([library for library in settings.libraries if library.id in batch])
    listed = {library for unit in units for library in unit}
    return Batch(
        step=step,
        units=[*units, *([library] for library in batch if library not in listed)],
        again=ti.try_number > first_try,
        limits=limits(ti.task.execution_timeout),
    )


def announce(assets: Sequence[Asset]) -> None:
    """Name the libraries whose purchases this run exported in the assets' events; skips the task if there are none."""
    exported = _exported_libraries() if _batches() else []
    if not exported:
        raise AirflowSkipException(translator()("summary.no_purchases"))
    events = get_current_context()["outlet_events"]
    for asset in assets:
        events[asset].extra["libraries"] = list(exported)


def report_run() -> None:
    """Write the report to the log, and tell people; fails, naming them, when libraries, tasks or events are missing.

    Airflow knows of tasks that were killed or ran out of time or memory, and could not report themselves.
    """
    from billetbro.steps.report import make_report
    from billetbro_airflow.notifications.heartbeat import beat
    from billetbro_airflow.notifications.people import pages
    from billetbro_airflow.tasks.notify import tell_people
    from billetbro_airflow.tasks.webhook_states import tell_who_asked

    engine, request, say = billetbro_engine(), request_of_this_run(), translator()
    made = make_report(engine, request.run_id, say, sorted(request.events), pages())
    batches = _batches()
    records = _records() if batches else ()
    silent = silent_failures(_states_of_this_run(), batches, records, made.failures)
    sentences = tuple(say.say(said) for said in silent.values())
    failed = [*([made.summary] if made.failures else made.not_found), *sentences]
    _write(made if made.failures or not silent else replace(made, head=made.head[1:]), sentences)
    tell_who_asked(engine, request)
    first = {} if records else {"select_libraries": Message("summary.none")}
    written = [record for record in records if not record.not_live]
    tell_people(engine, request, written, first | {_without_index(task): said for task, said in silent.items()}, say)
    send_run_metrics(engine, request, records, good=not failed)
    if failed:
        raise RunFailed(" | ".join(failed))
    if request.mode is not Mode.PLAN and not request.events and not filled_in(FORCED_UPDATE)["libraries"]:
        beat()


def _write(report: Report, silent: Sequence[str]) -> None:
    """Write the report to the log, what needs action as warnings, in lines that fit a screen.

    `silent`: sentences about tasks that failed without a word, which come first if nothing else failed.
    """
    lines = [
        *((logging.WARNING, line) for line in silent if not report.failures),
        *((logging.INFO, line) for line in report.head),
        *((logging.WARNING, line) for line in silent if report.failures),
        *((logging.WARNING, line) for line in report.needs),
        *((logging.INFO, line) for line in report.rest),
    ]
    for level, line in lines:
        for part in folded(line):
            log.log(level, "%s", part)


def folded(line: str, width: int = WIDTH) -> list[str]:
    """Return a line in lines of at most this width, the later ones indented further; no word and no address is cut."""
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    return wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]


def silent_failures(
    states: Mapping[str, str | None], batches: Batches, records: Sequence[RunRecord], named: Sequence[str]
) -> dict[str, Message]:
    """Return what to say of each failed task that does not say why, by its id: with the libraries that it did not do.

    `states` names a mapped task by its id, an underscore and the batch's index; `named` are those reported already.
    """
    of_library = {record.library: record for record in records}
    said: dict[str, Message] = {}
    for task, state in sorted(states.items()):
        if state != "failed" or task in named:
            continue
        step, _, place = task.rpartition("_")
        batch = batches[int(place)] if place.isdecimal() and int(place) < len(batches) else []
        runs = [of_library[library] for library in batch if library in of_library]
        silent = _unexplained(runs, step.rpartition(".")[2]) if runs else [task]
        if silent:
            said[task] = Message("summary.silent", {"libraries": ", ".join(silent), "task": task})
    return said


def _without_index(task: str) -> str:
    step, _, place = task.rpartition("_")
    return step if place.isdecimal() else task


def _unexplained(runs: Sequence[RunRecord], step: str) -> list[str]:
    """Return the libraries that a failed task did not do, and for which no step has an error; all if none explains it.

    A library with an error in an earlier step has nothing to do in this one.
    """
    silent = [run.library for run in runs if not run.errors and not run.has_done(step)]
    return silent if silent or any(step in run.errors for run in runs) else [run.library for run in runs]


def _batches() -> Batches:
    return get_current_context()["ti"].xcom_pull(task_ids="select_libraries") or []


def _exported_libraries() -> list[str]:
    return [run.library for run in _records() if run.exported_at]


def _records() -> tuple[RunRecord, ...]:
    with billetbro_engine().connect() as connection:
        return read_runs(connection, request_of_this_run().run_id)


def _states_of_this_run() -> Mapping[str, str | None]:
    context = get_current_context()
    dag_run = context["dag_run"]
    states: Mapping[str, Mapping[str, str | None]] = context["ti"].get_task_states(
        dag_id=context["dag"].dag_id, run_ids=[dag_run.run_id]
    )
    return states.get(dag_run.run_id, {})
