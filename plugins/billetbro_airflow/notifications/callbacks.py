"""What Airflow calls when a task has failed, or succeeded: the operators are told. Parsing a DAG imports this."""

from collections.abc import Mapping
from typing import Any

from airflow.sdk.exceptions import AirflowFailException


class RunFailed(AirflowFailException):
    """The run is red because of what its report has told already."""


def telling_operators() -> dict[str, object]:
    """Return the arguments of tasks whose failures operators are told of, once, and that they are over."""
    return {"on_failure_callback": task_failed, "on_success_callback": task_succeeded}


def task_failed(context: Mapping[str, Any]) -> None:
    """Tell the operators that a task failed, unless it was the report of a run whose failures are told."""
    if not isinstance(context.get("exception"), RunFailed):
        from billetbro_airflow.notifications.operators import tell_of_failed_task

        tell_of_failed_task(context["ti"].dag_id, context["ti"].task_id, context.get("exception"))


def task_succeeded(context: Mapping[str, Any]) -> None:
    """Tell the operators that a task which failed works again, a mapped one once all of it does."""
    ti = context["ti"]
    if all(state == "success" for state in _siblings(ti)):
        from billetbro_airflow.notifications.operators import tell_of_task_in_order

        tell_of_task_in_order(ti.dag_id, ti.task_id)


def _siblings(ti: Any) -> list[str | None]:
    """Return the states of the other instances of a mapped task in this run."""
    if ti.map_index < 0:
        return []
    states = ti.get_task_states(dag_id=ti.dag_id, task_ids=[ti.task_id], run_ids=[ti.run_id])
    return [state for task, state in states.get(ti.run_id, {}).items() if task != f"{ti.task_id}_{ti.map_index}"]
