"""
### Billetbro: ticket buttons that are right when a sale opens or closes

The hourly job (`place2book_sync`) writes ticket links and sale states to the websites. A sale that opens at 10:00
must not wait for it. Every five minutes this DAG:

1. looks in Billetbro's own tables for events whose sale opens or closes now; when there are none, which is most of the
   time, the task is *skipped* and nobody is asked for anything
2. reads just these events in Place2book, since staff may have moved the sale meanwhile
3. reads the website's events, when a state is to be written: an event that was cancelled there stays cancelled
4. writes the new state to the website: `Active`, `SoldOut` or `TicketSaleNotOpen`

A library that the hourly job is working on is left to it. What fails is tried again five minutes later; the task is
red and names the libraries, and the others are not held up.

Hvert femte minut: når et billetsalg åbner eller lukker nu, læses netop det arrangement i Place2book, og knappen på
bibliotekets hjemmeside rettes, så den aldrig er forkert i mere end fem minutter. Når der ikke er noget at rette,
springes opgaven over, og ingen bliver spurgt om noget. Går noget galt, er opgaven rød og nævner biblioteket; den prøver
selv igen fem minutter efter.
"""

from datetime import datetime, timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from billetbro_airflow.notifications.callbacks import telling_operators
from billetbro_airflow.tasks.in_airflow import NO_BACKFILL, OWNER, linked, owner_links


@dag(
    dag_id="ticket_status",
    dag_display_name="Billetbro: billetknapper",
    schedule=CronTriggerTimetable("*/5 * * * *", timezone="UTC"),  # every five minutes, on the full hour too
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    allowed_run_types=NO_BACKFILL,
    doc_md=linked(__doc__),
    owner_links=owner_links(),
    tags=["billetbro"],
    # The next run is the retry.
    default_args={"owner": OWNER, "retries": 0, "execution_timeout": timedelta(minutes=10)} | telling_operators(),
)
def ticket_status() -> None:
    """Keep the ticket buttons correct between two hourly runs."""

    @task
    def follow_sale_windows() -> None:
        """Update the buttons of events whose sale opens or closes now."""
        from billetbro_airflow.tasks.ticket_status import follow_sales

        follow_sales()

    follow_sale_windows()


ticket_status()
