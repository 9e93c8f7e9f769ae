"""Let `dag.test()` and `airflow dags test` run a DAG with a deadline, repeatedly in one process."""

from airflow.sdk import DAG


def allow_trial_runs(dag: DAG) -> None:
    """Make `dag.test()` ignore the deadline and restore the params' defaults; the scheduler's runs are not affected.

    For a test run, Airflow 3.3 serializes the DAG in memory only, and fails when it looks up its deadline in the
    database at the end. It also keeps the run's configuration as the params' defaults.
    """
    run = dag.test

    def run_without_deadline(*args: object, **kwargs: object) -> object:
        deadline, dag.deadline = dag.deadline, None
        defaults = [(param, param.value) for holder in (dag, *dag.tasks) for _, param in holder.params.items()]
        try:
            return run(*args, **kwargs)  # type: ignore[arg-type]
        finally:
            dag.deadline = deadline
            for param, value in defaults:
                param.value = value

    object.__setattr__(dag, "test", run_without_deadline)
