"""The retry policy of the DAGs' tasks: only for errors that can go away by themselves."""

import os
from datetime import timedelta

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from billetbro.errors import PASSING
from billetbro_airflow.tasks.in_airflow import OWNER


def patience() -> dict[str, object]:
    """Return the tasks' arguments, with two retries `BILLETBRO_RETRY_SECONDS` (read when a DAG is parsed) apart."""
    return {
        "owner": OWNER,
        "retries": 2,
        "retry_delay": timedelta(seconds=int(os.environ.get("BILLETBRO_RETRY_SECONDS", "60"))),
        "retry_policy": ExceptionRetryPolicy([RetryRule(list(PASSING))], default=RetryAction.FAIL),
        "execution_timeout": timedelta(minutes=45),
    }
