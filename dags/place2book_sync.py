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

from datetime import datetime

from airflow.sdk import CronTriggerTimetable, dag

from billetbro_airflow.tasks.in_airflow import NO_BACKFILL, linked, owner_links
from billetbro_airflow.tasks.of_a_run import deadlines, tasks_of_a_run
from billetbro_airflow.tasks.retrying import patience
from billetbro_airflow.tasks.trial_runs import allow_trial_runs
from billetbro_airflow.tasks.trigger_form import FORCED_UPDATE, to_choose_from


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
    deadline=deadlines(),
)
def place2book_sync() -> None:
    """Synchronise every library's events with Place2book."""
    tasks_of_a_run()


allow_trial_runs(place2book_sync())
