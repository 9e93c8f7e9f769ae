"""Let a DAG with a deadline be run by `airflow dags test`."""

from __future__ import annotations

from functools import partial

from airflow.sdk import DAG


def testable(dag: DAG) -> None:
    """Leave the deadline out of a run by `dag.test()`, which is not scheduled and so cannot be late.

    Airflow 3.3 serializes the DAG for such a run in memory only, and then looks its deadline up in the database at the
    run's end, where it is not. The scheduler's runs keep their deadline.
    """
    run = dag.test

    def test(*args: object, **kwargs: object) -> object:
        dag.deadline = None
        return partial(run, *args, **kwargs)()

    object.__setattr__(dag, "test", test)
