"""
### Billetbro: the updates that venues ask for in Yesplan

When somebody presses a button of Yesplan's webhook, a run of this DAG brings that event, or that group of events, up to
date: the same tasks as in **place2book_sync**, for one library. It is a DAG of its own so that the hourly run never
waits for it. Both may be under way at once: PostgreSQL lets only one of them work on a library at a time.

It has no schedule. While **place2book_sync** is paused, nothing is started here either.

Når nogen trykker på en knap i Yesplan, bliver arrangementet ajourført her med det samme, uden at den automatiske
kørsel hver time skal vente. Er **place2book_sync** sat på pause, bliver intet startet.
"""

from datetime import datetime

from airflow.sdk import dag

from billetbro_airflow.tasks.in_airflow import NO_BACKFILL, linked, owner_links
from billetbro_airflow.tasks.of_a_run import deadlines, tasks_of_a_run
from billetbro_airflow.tasks.retrying import patience
from billetbro_airflow.tasks.trial_runs import allow_trial_runs
from billetbro_airflow.tasks.trigger_form import FORCED_UPDATE, to_choose_from

SIDE_BY_SIDE = 2


@dag(
    dag_id="venue_updates",
    dag_display_name="Billetbro: opdateringer fra Yesplan",
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=SIDE_BY_SIDE,
    is_paused_upon_creation=False,  # a run is only ever asked for, and pausing place2book_sync is enough
    allowed_run_types=NO_BACKFILL,
    doc_md=linked(__doc__),
    owner_links=owner_links(),
    params=to_choose_from(FORCED_UPDATE),
    tags=["billetbro"],
    default_args=patience(),
    deadline=deadlines(),
)
def venue_updates() -> None:
    """Bring up to date what a venue asked for."""
    tasks_of_a_run()


allow_trial_runs(venue_updates())
