"""
### Billetbro: events to Place2book, ticket links to their source, purchases to the warehouse

Every hour, and by hand as the forced update ("Hent opdateringer nu"). For each library:

1. **extract** reads every event of the source (the library's CMS, say), or fails before anything is changed
2. **transform** decides what each event is to be in Place2book
3. **load** reads Place2book, plans, gates, and applies the plan
4. **writeback** writes ticket links and sale states back to the source
5. **export_purchases** brings purchases into the warehouse, whatever became of 3 and 4

**announce_warehouse** then tells other DAGs, once a run, that the warehouse's tables hold something new.
**report** says for each library what was done, what was rejected and why, and is red when a library failed.
One library's failure leaves the others untouched. Retried is only what can get better by itself.

Hver time, og når nogen starter den her: henter bibliotekernes arrangementer dér, hvor de planlægges, opretter og retter
dem i Place2book og skriver billetlinks tilbage. Hvad der skete, og hvad I selv skal rette, står i loggen for
**report**.

Started by hand: *mode* `plan` shows what would be done and changes nothing; `resync` also overwrites what staff
changed in Place2book of the fields that the source owns.
"""

from datetime import datetime, timedelta

from airflow.sdk import Asset, CronTriggerTimetable, chain, dag, task, task_group
from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from billetbro_airflow.notifications.alerts import DEADLINE_MINUTES, asked_for_run_is_late, run_is_late
from billetbro_airflow.notifications.callbacks import task_failed
from billetbro_airflow.tasks.in_airflow import NO_BACKFILL, linked, owner_links
from billetbro_airflow.tasks.retrying import patience
from billetbro_airflow.tasks.trial_runs import allow_trial_runs
from billetbro_airflow.tasks.trigger_form import FORCED_UPDATE, to_choose_from

WAREHOUSE = [
    Asset(name=f"billetbro_{table}", uri=f"x-billetbro://warehouse/{table}")
    for table in ("events", "prices", "purchases", "tickets", "additional_sales", "answers")
]


@dag(
    dag_id="place2book_sync",
    dag_display_name="Billetbro: arrangementer og billetter",
    schedule=CronTriggerTimetable("0 * * * *", timezone="UTC"),  # every hour, also when the clocks change
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    allowed_run_types=NO_BACKFILL,
    doc_md=linked(__doc__),
    owner_links=owner_links(),
    params=to_choose_from(FORCED_UPDATE),
    tags=["billetbro"],
    default_args=patience(),
    deadline=[
        DeadlineAlert(reference=since, interval=timedelta(minutes=DEADLINE_MINUTES), callback=AsyncCallback(callback))
        for since, callback in (
            (DeadlineReference.DAGRUN_LOGICAL_DATE, run_is_late),  # of a scheduled run: when it was due
            (DeadlineReference.DAGRUN_QUEUED_AT, asked_for_run_is_late),  # of any other, which need not have a date
        )
    ],
)
def place2book_sync() -> None:
    """Synchronise every library's events with Place2book."""
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


allow_trial_runs(place2book_sync())
