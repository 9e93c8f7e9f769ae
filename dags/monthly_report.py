"""
### Billetbro: each library's report on the month before

On the 1st of each month, for each library, one page and one file of rows: tickets sold, income, capacity used, best
and worst sold events, when tickets are bought, and how all of it compares with the month before. No personal data.

The files are `<library>/<month>/<library>-<month>.html` and `.csv` in the place that `BILLETBRO_REPORTS` names, else
in `billetbro/reports` in Airflow's folder; the log says where. A report that is made again replaces the one before.
One library's failure leaves the others untouched; its task is red and bears its name.

Den 1. i hver måned får hvert bibliotek en side om måneden før: solgte billetter, indtægt, brugt kapacitet, bedst og
dårligst solgte arrangementer, og hvornår billetterne bliver købt. Tallene ligger også i en fil til Excel. Start selv
kørslen for at få en anden måned. Ét biblioteks fejl standser ikke de andre.
"""

from datetime import datetime

from airflow.sdk import CronTriggerTimetable, dag, task

from billetbro_airflow.notifications.callbacks import telling_operators
from billetbro_airflow.tasks.in_airflow import NO_BACKFILL, linked, owner_links
from billetbro_airflow.tasks.retrying import patience
from billetbro_airflow.tasks.trial_runs import allow_trial_runs
from billetbro_airflow.tasks.trigger_form import MONTHLY_REPORT, filled_in, to_choose_from


@dag(
    dag_id="monthly_report",
    dag_display_name="Billetbro: månedsrapport",
    schedule=CronTriggerTimetable("0 5 1 * *", timezone="Europe/Copenhagen"),  # the 1st, after the night's last sales
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    allowed_run_types=NO_BACKFILL,
    doc_md=linked(__doc__),
    owner_links=owner_links(),
    params=to_choose_from(MONTHLY_REPORT),
    tags=["billetbro"],
    default_args=patience() | telling_operators(),
)
def monthly_report() -> None:
    """Make each library's report."""

    @task
    def select_libraries() -> list[str]:
        """Check the settings and the month, and say which libraries get a report."""
        from billetbro_airflow.tasks import monthly_report as job

        params = filled_in(MONTHLY_REPORT)
        return job.libraries_to_report(params["month"], params["libraries"])

    @task(map_index_template="{{ task.op_kwargs['library'] }}")
    def report(library: str) -> list[str]:
        """Make one library's report, and return where its page and its rows are."""
        from billetbro_airflow.tasks import monthly_report as job

        return list(job.report_on(library, filled_in(MONTHLY_REPORT)["month"]))

    report.expand(library=select_libraries())


allow_trial_runs(monthly_report())
