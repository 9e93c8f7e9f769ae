"""Runs of the DAG by Airflow's own `dag.test()`, and what they leave in its metadata database."""

import io
import logging
import sqlite3
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from airflow.dag_processing.dagbag import DagBag

from demo.environment import ROOT

STEPS = ("extract", "transform", "load", "writeback", "export_purchases")
TASKS = "SELECT task_id, rendered_map_index, state, try_number FROM task_instance WHERE run_id = ?"
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One run: its state, and each task's state and number of tries, by task and label (its map index's name)."""

    run_id: str
    state: str
    tasks: dict[tuple[str, str | None], tuple[str, int]]
    log: str

    def steps(self, label: str) -> dict[str, tuple[str, int]]:
        """Return the states of the five steps, and how often each was tried, of the libraries that the label names."""
        return {step: self.tasks[f"library.{step}", label] for step in STEPS}

    def state_of(self, task_id: str) -> str:
        """Return the state of a task that there is one of."""
        return self.tasks[task_id, None][0]


class Runs:
    """Runs a DAG, parsed when this is made, in this process."""

    def __init__(self, home: Path, dag_id: str = "place2book_sync") -> None:
        self._metadata = home / "airflow.db"
        with _only_our_warnings_are_errors():
            bag = DagBag(ROOT / "dags")
        assert bag.import_errors == {}
        self.dag = bag.dags[dag_id]

    def run(self, **conf: object) -> Ran:
        """Run it once, started by hand with this configuration, and wait for its end."""
        output = io.StringIO()
        with _only_our_warnings_are_errors(), redirect_stdout(output), redirect_stderr(output), _logged_to(output):
            made = self.dag.test(run_conf=conf)
        tasks = {
            (str(task), cast(str | None, label)): (str(state), cast(int, tries))
            for task, label, state, tries in self.query(TASKS, made.run_id)
        }
        return Ran(run_id=made.run_id, state=str(made.state), tasks=tasks, log=output.getvalue())

    def query(self, sql: str, *values: object) -> list[Row]:
        """Ask Airflow's metadata database."""
        with closing(sqlite3.connect(self._metadata)) as connection:
            return connection.execute(sql, values).fetchall()

    def everything(self) -> str:
        """Return all that stands in the metadata database, as text."""
        tables = [str(name) for (name,) in self.query("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return "\n".join(str(row) for table in tables for row in self.query(f'SELECT * FROM "{table}"'))


def bytes_left_in(*places: Path) -> bytes:
    """Return what every file under these folders holds, Airflow's database among them.

    Another process reads: where one opens and closes an SQLite file by itself, it gives up the locks that its own
    connections hold on it, and whoever closes the file next takes the write-ahead log from under them.
    """
    files = [file for place in places for file in place.rglob("*") if file.is_file()]
    return subprocess.run(["cat", "--", *files], check=True, capture_output=True).stdout


@contextmanager
def _logged_to(output: io.StringIO) -> Iterator[None]:
    """Write what is logged meanwhile there as well, a message a line: Airflow writes it to where stdout was before."""
    handler, root = logging.StreamHandler(output), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.setLevel(before)
        root.removeHandler(handler)


@contextmanager
def _only_our_warnings_are_errors() -> Iterator[None]:
    """Leave Airflow's warnings, of which there are many, out of account."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("error", module=r"(include|hooks|unusual_prefix_\w+)\b")
        yield
