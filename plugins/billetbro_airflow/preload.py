"""What the tasks import, loaded once in the process that Airflow forks them from.

A task runs in a fork of the scheduler (LocalExecutor) or of a Celery worker. What is imported there is shared by all
tasks; else each imports it anew, which takes most of the time of a task without news. Code that changes is then seen
after a restart, as Airflow says of plugins.

Airflow loads plugins before the scheduler forks; a Celery worker does so with `core.lazy_load_plugins` off only, and
each task by itself otherwise.
"""

from collections.abc import Sequence
from importlib import import_module

MODULES = (
    "airflow.providers.standard.decorators.python",  # which `airflow.sdk.task` looks up
    "billetbro.sources.dpl_cms.source",
    "billetbro.sources.yesplan.source",
    "billetbro.steps.begin",
    "billetbro.steps.export_purchases",
    "billetbro.steps.extract",
    "billetbro.steps.load.load",
    "billetbro.steps.report",
    "billetbro.steps.sale_windows",
    "billetbro.steps.transform",
    "billetbro.steps.writeback",
    "billetbro.warehouse.ingest.event_rows",
    "billetbro_airflow.hooks.place2book_hook",
    "billetbro_airflow.notifications.alerts",
    "billetbro_airflow.notifications.heartbeat",
    "billetbro_airflow.notifications.operators",
    "billetbro_airflow.tasks.due_sales",
    "billetbro_airflow.tasks.export_files",
    "billetbro_airflow.tasks.metrics",
    "billetbro_airflow.tasks.notify",
    "billetbro_airflow.tasks.of_a_run",
    "billetbro_airflow.tasks.retrying",
    "billetbro_airflow.tasks.steps",
    "billetbro_airflow.tasks.sync",
    "billetbro_airflow.tasks.ticket_status",
    "billetbro_airflow.tasks.trial_runs",
    "billetbro_airflow.tasks.webhook_states",
    "pyarrow.csv",
)
"""pandas among them: in most hours, something was sold in one of a batch's libraries."""


def forks_tasks(arguments: Sequence[str], executors: str, *, lazy_plugins: bool) -> bool:
    """Tell whether tasks are forked from the process of this command line, after it has loaded its plugins."""
    match list(arguments[1:]):
        case ["scheduler", *_]:
            return "LocalExecutor" in executors
        case ["celery", "worker", *_]:
            return not lazy_plugins
        case _:
            return False


def preload() -> None:
    """Import what the tasks and the files of their DAGs need."""
    from airflow.sdk import Asset, CronTriggerTimetable, chain, dag, task, task_group  # noqa: F401

    from billetbro.code_version import code_version

    for module in MODULES:
        import_module(module)
    code_version()
