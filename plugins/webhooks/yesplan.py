"""The webhook as it stands in Airflow's API server."""

from __future__ import annotations

from functools import cache

from starlette.applications import Starlette

from jobs.billetbro_db import billetbro_engine
from webhooks.airflow_runs import AirflowRuns
from webhooks.desk import RunDesk
from webhooks.endpoint import Webhook
from webhooks.venues import Venues, events_of


@cache
def webhook() -> Starlette:
    """Return the application, made at the first request."""
    return Webhook(Venues().secrets, RunDesk(billetbro_engine, AirflowRuns(), events_of)).application()
