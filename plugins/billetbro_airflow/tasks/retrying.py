"""How the DAGs' tasks are tried again: only for what can get better by itself."""

import os
from datetime import timedelta

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

CAN_GET_BETTER: list[type[BaseException] | str] = [
    "billetbro.errors.Retriable",
    "sqlalchemy.exc.OperationalError",
    "sqlalchemy.exc.InterfaceError",
    "airflow.sdk.exceptions.AirflowRuntimeError",
]


def patience() -> dict[str, object]:
    """Return the tasks' arguments: twice more, as far apart as `BILLETBRO_RETRY_SECONDS` says when a DAG is read."""
    return {
        "retries": 2,
        "retry_delay": timedelta(seconds=int(os.environ.get("BILLETBRO_RETRY_SECONDS", "60"))),
        "retry_policy": ExceptionRetryPolicy([RetryRule(CAN_GET_BETTER)], default=RetryAction.FAIL),
        "execution_timeout": timedelta(minutes=45),
    }
