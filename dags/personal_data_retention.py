"""
### Billetbro: personal data that is past its time goes

Every night, for each library, in the warehouse's tables and in the files of the exports:

- names, e-mails, phone numbers, postal codes, customer numbers and answers of purchases whose event ended more than
  `personal_data.retention_days` ago are removed; rows, amounts and counts stay
- what is stored is brought under the library's policy, after a change of it
- the files of each day that is over become one for each table

Then it removes from Billetbro's own tables what nobody needs to look up any more (`history` in `libraries.yaml`):
changes and events that are over, after two years; runs that found nothing to do, after 90 days.

The log says how much, by library. One library's failure leaves the others untouched; the run is red and names it.
Data of libraries that are no longer in `libraries.yaml` goes by the retention of its `defaults`.

Hver nat fjernes købernes navne, e-mails, telefonnumre, postnumre, kundenumre og svar, når arrangementet har været
forbi i længere tid, end `retention_days` siger. Antal billetter og beløb bliver stående. Hvor meget der blev fjernet,
står i loggen. Filerne fra dage, der er gået, samles til én om dagen. Ét biblioteks fejl standser ikke de andre.
Derefter slettes, hvad ingen længere har brug for at slå op (`history` i `libraries.yaml`): ændringer og overståede
arrangementer efter to år, kørsler uden noget at gøre efter 90 dage.
"""

from datetime import datetime

from airflow.sdk import CronTriggerTimetable, dag, task

from billetbro_airflow.notifications.callbacks import telling_operators
from billetbro_airflow.tasks.in_airflow import NO_BACKFILL, linked, owner_links
from billetbro_airflow.tasks.retrying import patience
from billetbro_airflow.tasks.trial_runs import allow_trial_runs
from billetbro_airflow.tasks.trigger_form import RETENTION, filled_in, to_choose_from


@dag(
    dag_id="personal_data_retention",
    dag_display_name="Billetbro: oprydning i persondata",
    schedule=CronTriggerTimetable("30 3 * * *", timezone="Europe/Copenhagen"),  # every night, between two hours
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,  # data goes without anybody having to think of it
    allowed_run_types=NO_BACKFILL,
    doc_md=linked(__doc__),
    owner_links=owner_links(),
    params=to_choose_from(RETENTION),
    tags=["billetbro"],
    default_args=patience() | telling_operators(),
)
def personal_data_retention() -> None:
    """Remove personal data that is past its time."""

    @task
    def remove() -> dict[str, dict[str, int]]:
        """Remove what is past retention, bring the rest under the policy, and return how many rows of each table."""
        from billetbro_airflow.tasks import personal_data

        return personal_data.keep_personal_data_in_order(filled_in(RETENTION)["libraries"])

    @task(trigger_rule="all_done")
    def prune() -> dict[str, dict[str, int]]:
        """Remove what happened longer ago than `history` says, and return how many rows of each table."""
        from billetbro_airflow.tasks.prune import prune_history

        return prune_history(filled_in(RETENTION)["libraries"])

    remove() >> prune()


allow_trial_runs(personal_data_retention())
