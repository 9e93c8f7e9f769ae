"""The tasks of a run, from the source to the report: what both DAGs that bring libraries up to date consist of."""

from datetime import timedelta

from airflow.sdk import Asset, chain, task, task_group
from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from billetbro_airflow.notifications.alerts import DEADLINE_MINUTES, asked_for_run_is_late, run_is_late
from billetbro_airflow.notifications.callbacks import task_failed

WAREHOUSE = [
    Asset(name=f"billetbro_{table}", uri=f"x-billetbro://warehouse/{table}")
    for table in ("events", "prices", "purchases", "tickets", "additional_sales", "answers")
]


def deadlines() -> list[DeadlineAlert]:
    """Return what is told when a run takes too long."""
    return [
        DeadlineAlert(reference=since, interval=timedelta(minutes=DEADLINE_MINUTES), callback=AsyncCallback(callback))
        for since, callback in (
            (DeadlineReference.DAGRUN_LOGICAL_DATE, run_is_late),  # of a scheduled run: when it was due
            (DeadlineReference.DAGRUN_QUEUED_AT, asked_for_run_is_late),  # of any other, which need not have a date
        )
    ]


def tasks_of_a_run() -> None:
    """Make the tasks of the DAG that is being defined, in their order."""
    label = (
        "{% set batch = task.op_args[0] %}"
        "{{ batch | join(', ') if batch | length < 4 else batch[0] ~ ' … ' ~ batch[-1] ~ ' (' ~ batch | length ~ ')' }}"
    )

    @task(on_failure_callback=task_failed)
    def select_libraries() -> list[list[str]]:
        """Bring the schema up to date, check libraries.yaml, and return the libraries to process, in batches."""
        from billetbro_airflow.tasks import sync

        return sync.begin_run()

    @task(map_index_template=label)
    def extract(batch: list[str]) -> None:
        """Read every event of the source, or fail before anything is changed."""
        from billetbro_airflow.tasks import steps, sync

        sync.for_each_library_of(batch, steps.extract)

    @task(map_index_template=label, trigger_rule="all_done")
    def transform(batch: list[str]) -> None:
        """Map each event to what it should be in Place2book."""
        from billetbro_airflow.tasks import steps, sync

        sync.for_each_library_of(batch, steps.transform)

    @task(map_index_template=label, trigger_rule="all_done")
    def load(batch: list[str]) -> None:
        """Read Place2book, plan, gate, and apply the plan."""
        from billetbro_airflow.tasks import steps, sync

        sync.for_each_library_of(batch, steps.load)

    @task(map_index_template=label, trigger_rule="all_done")
    def writeback(batch: list[str]) -> None:
        """Write ticket links and sale states back to the source."""
        from billetbro_airflow.tasks import steps, sync

        sync.for_each_library_of(batch, steps.writeback)

    @task(map_index_template=label, trigger_rule="all_done")
    def export_purchases(batch: list[str]) -> None:
        """Export purchases into the warehouse, even if load or writeback failed."""
        from billetbro_airflow.tasks import steps, sync

        sync.for_each_library_of(batch, steps.export_purchases)

    @task_group
    def library(batch: list[str]) -> None:
        chain(extract(batch), transform(batch), load(batch), writeback(batch), export_purchases(batch))

    @task(trigger_rule="all_done", outlets=WAREHOUSE)
    def announce_warehouse() -> None:
        """Announce once a run, to DAGs scheduled on the warehouse's tables, whose purchases were exported."""
        from billetbro_airflow.tasks import sync

        sync.announce(WAREHOUSE)

    @task(trigger_rule="all_done", on_failure_callback=task_failed)
    def report() -> None:
        """Report what was done and what was not; fail when a library failed."""
        from billetbro_airflow.tasks import sync

        sync.report_run()

    chain(library.expand(batch=select_libraries()), announce_warehouse(), report())
