"""What is imported when Airflow parses a DAG, and by each step and command: nothing heavy that it does not use.

In an installation the hourly tasks find what they import loaded: it was before Airflow forked them.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from billetbro_airflow.preload import forks_tasks
from demo.environment import ROOT, airflow_environment, child_environment

pytestmark = pytest.mark.slow

DAGS = [f"dags/{file.name}" for file in sorted((ROOT / "dags").glob("*.py"))]
TASKS = "billetbro_airflow.tasks"
CLI = "billetbro_airflow.cli"

HEAVY = (
    "alembic",
    "apprise",
    "babel",
    "billetbro.store",
    "deltalake",
    "matplotlib",
    "pandas",
    "psycopg",
    "pyarrow",
    "requests",
)
DATABASE = ("billetbro.store", "psycopg")
APIS = (*DATABASE, "requests")
FILES = ("deltalake", "pandas", "pyarrow")
"""What is needed where exports are written to files, or figures are made."""

ALLOWED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(DAGS, ()),
    f"{TASKS}.sync:begin_run": DATABASE,
    f"{TASKS}.sync:for_each_library_of": DATABASE,
    f"{TASKS}.sync:announce": DATABASE,
    f"{TASKS}.sync:report_run": APIS,  # it tells who asked in the source
    f"{TASKS}.notify:tell_people": DATABASE,  # there is nothing to tell, as in most hours
    f"{TASKS}.steps:extract": APIS,
    f"{TASKS}.steps:transform": DATABASE,
    f"{TASKS}.steps:load": APIS,
    f"{TASKS}.steps:writeback": APIS,
    f"{TASKS}.steps:export_purchases": (*APIS, *FILES),
    f"{TASKS}.ticket_status:follow_sales": DATABASE,  # nothing is due, as in most rounds
    f"{TASKS}.ticket_status:_follow": APIS,
    f"{TASKS}.personal_data:keep_personal_data_in_order": DATABASE,
    f"{TASKS}.prune:prune_history": DATABASE,
    f"{TASKS}.monthly_report:libraries_to_report": DATABASE,
    f"{TASKS}.monthly_report:report_on": (*DATABASE, *FILES, "babel", "matplotlib"),
    f"{CLI}.definition:billetbro_commands": (),
    f"{CLI}.rejections:run": DATABASE,
    f"{CLI}.history:run": DATABASE,
    f"{CLI}.why:run": DATABASE,
    f"{CLI}.check:run": APIS,
    f"{CLI}.plan:run": APIS,
}

IMPORTED_LATE = """
import json, sys
import airflow.sdk.execution_time.task_runner
from billetbro_airflow.preload import preload
from heavy_imports import carry_out
preload()
before = set(sys.modules)
for target in sys.argv[1:]:
    carry_out(target)
print(json.dumps(sorted(name for name in set(sys.modules) - before if not name.startswith("airflow."))))
"""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    environment = child_environment(airflow_environment(tmp_path_factory.mktemp("airflow")))
    command = [sys.executable, "-W", "ignore", Path(__file__).with_name("heavy_imports.py"), ",".join(HEAVY), *ALLOWED]
    ended = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, list[str]] = json.loads(ended.stdout.splitlines()[-1])
    return found


def test_airflow_itself_imports_nothing_that_is_counted(imported: dict[str, list[str]]) -> None:
    assert imported["airflow"] == []


@pytest.mark.parametrize("target", ALLOWED)
def test_target_imports_nothing_heavy_that_it_does_not_use(imported: dict[str, list[str]], target: str) -> None:
    assert sorted(set(imported[target]) - set(ALLOWED[target])) == []


def test_what_hourly_tasks_import_was_loaded_before_airflow_forked_them() -> None:
    targets = [
        target
        for target in ALLOWED
        if target.startswith((f"{TASKS}.sync", f"{TASKS}.steps", f"{TASKS}.ticket_status"))
        or target in ("dags/place2book_sync.py", "dags/ticket_status.py")
    ]
    environment = child_environment({"PYTHONPATH": os.pathsep.join([*sys.path, str(Path(__file__).parent)])})
    command = [sys.executable, "-W", "ignore", "-c", IMPORTED_LATE, *targets]
    ended = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    assert (len(targets) > 8, json.loads(ended.stdout.splitlines()[-1])) == (True, [])


@pytest.mark.parametrize(
    ("command", "executors", "lazy", "expected"),
    [
        pytest.param("scheduler --skip-serve-logs", "LocalExecutor", True, True, id="scheduler"),
        pytest.param("scheduler", "CeleryExecutor,LocalExecutor", True, True, id="scheduler-of-several-executors"),
        pytest.param("scheduler", "CeleryExecutor", True, False, id="scheduler-that-sends-tasks-away"),
        pytest.param("celery worker", "CeleryExecutor", False, True, id="celery-worker-that-loads-plugins-at-once"),
        pytest.param("celery worker", "CeleryExecutor", True, False, id="celery-worker-whose-tasks-load-plugins"),
        pytest.param("celery flower", "CeleryExecutor", False, False, id="celery-flower"),
        pytest.param("dag-processor", "LocalExecutor", False, False, id="dag-processor"),
        pytest.param("", "LocalExecutor", False, False, id="no-command"),
    ],
)
def test_imports_come_early_only_where_tasks_are_forked_afterwards(
    command: str, executors: str, lazy: bool, expected: bool
) -> None:
    assert forks_tasks(["airflow", *command.split()], executors, lazy_plugins=lazy) is expected
