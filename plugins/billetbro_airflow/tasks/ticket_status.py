"""The task of the DAG `ticket_status`: mostly one query, and nothing is due."""

from collections.abc import Collection

from airflow.sdk.exceptions import AirflowSkipException
from sqlalchemy import Engine

from billetbro.steps.due_sales import libraries_due
from billetbro.steps.request import utc_now
from billetbro_airflow.tasks.databases import billetbro_engine, values_kept_out_of_errors


def follow_sales() -> None:
    """Update the ticket buttons where a sale window opens or closes; fails at the end, naming failed libraries.

    Skips the task, without a request or reading the settings, when there is none.
    """
    engine = billetbro_engine()
    with values_kept_out_of_errors():
        due = libraries_due(engine, utc_now())
    if not due or not _follow(due, engine):
        raise AirflowSkipException("no sale opens or closes now")


def _follow(due: Collection[str], engine: Engine) -> bool:
    # Imported here, because a round with nothing due needs none of it.
    from billetbro_airflow.tasks.due_sales import follow_sales_of

    return follow_sales_of(due, engine)
