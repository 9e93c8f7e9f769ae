"""Let a DAG with a deadline be run by `dag.test()` and `airflow dags test`, as often as wanted in one process."""

from airflow.sdk import DAG


def allow_trial_runs(dag: DAG) -> None:
    """Let `dag.test()` leave the deadline out of its runs, which are not scheduled, and so cannot be late.

    Airflow 3.3 serializes the DAG for such a run in memory only, and then looks its deadline up in the database at the
    run's end, where it is not. It also keeps a run's configuration as the params' defaults for the next run in the same
    process; they are put back. The scheduler's runs are not concerned.
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
