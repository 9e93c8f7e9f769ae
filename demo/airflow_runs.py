"""Run the DAG through Airflow in a process of its own that stays for several runs: importing Airflow takes a while."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

DAG_ID = "place2book_sync"


class RunFailedError(RuntimeError):
    """Airflow could not run the DAG at all."""


class AirflowRuns:
    """Runs of the DAG, one after the other, as `airflow dags test` does them. Airflow's own words go to `log`."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._log = log
        context = get_context("spawn")
        self._ours, self._theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._theirs, dict(environment), str(log)), daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        self._theirs.close()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ours.close()
        self._process.join(timeout=10)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def run(self, **conf: object) -> tuple[str, str]:
        """Run the DAG once and return the run's id and state; raises RunFailedError with the end of the log."""
        try:
            self._ours.send(conf)
            run_id, state = self._ours.recv()
        except (EOFError, BrokenPipeError) as error:
            tail = self._log.read_text(errors="replace")[-4000:]
            raise RunFailedError(f"Airflow could not run {DAG_ID}; its log ends with:\n{tail}") from error
        return run_id, state


def _serve(requests: Connection, environment: dict[str, str], log: str) -> None:
    """Answer each request with a run, until there are no more."""
    os.environ.clear()
    os.environ.update(environment)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(output, stream.fileno())
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(environment["AIRFLOW__CORE__DAGS_FOLDER"])
    if bag.import_errors:
        raise RunFailedError("\n".join(bag.import_errors.values()))
    dag = bag.dags[DAG_ID]
    while True:
        try:
            conf = requests.recv()
        except EOFError:
            return
        run = dag.test(run_conf=conf)
        requests.send((run.run_id, str(run.state)))
