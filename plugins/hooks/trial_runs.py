"""Let a DAG with a deadline be run by `dag.test()` and `airflow dags test`."""

from __future__ import annotations

from airflow.sdk import DAG


def allow_trial_runs(dag: DAG) -> None:
    """Leave the deadline out of a run by `dag.test()`, which is not scheduled and so cannot be late.

    Airflow 3.3 serializes the DAG for such a run in memory only, and then looks its deadline up in the database at the
    run's end, where it is not. The scheduler's runs keep their deadline.
    """
    run, deadline = dag.test, dag.deadline

    def run_without_deadline(*args: object, **kwargs: object) -> object:
        dag.deadline = None
        try:
            return run(*args, **kwargs)  # type: ignore[arg-type]
        finally:
            dag.deadline = deadline

    object.__setattr__(dag, "test", run_without_deadline)
