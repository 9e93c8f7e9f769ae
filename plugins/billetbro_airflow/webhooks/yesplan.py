"""The webhook as it stands in Airflow's API server."""

from functools import cache

from starlette.applications import Starlette

from billetbro_airflow.tasks.databases import billetbro_engine
from billetbro_airflow.webhooks.airflow_runs import AirflowRuns
from billetbro_airflow.webhooks.endpoint import Webhook
from billetbro_airflow.webhooks.take_action import RunDesk
from billetbro_airflow.webhooks.venues import Venues, events_of


@cache
def webhook() -> Starlette:
    """Return the application, made at the first request."""
    return Webhook(Venues().secrets, RunDesk(billetbro_engine, AirflowRuns(), events_of)).application()
