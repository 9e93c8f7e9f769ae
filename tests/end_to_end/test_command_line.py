"""`airflow dags test` in a process of its own, with nothing but the environment, as the manual says it."""

import json
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import make_url

from demo.environment import ROOT, airflow_command, airflow_environment, child_environment, migrate_sqlite
from sandbox.server import Sandbox
from tests.end_to_end.airflow_runs import bytes_left_in
from tests.end_to_end.conftest import BUYERS, PRIVACY_KEY

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("airflow")
    migrate_sqlite(home)
    return home


@pytest.fixture(scope="module")
def done(home: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    environment = child_environment(airflow_environment(home), variables, {"AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO"})
    conf = json.dumps({"libraries": ["nordvig"], "events": None})
    command = airflow_command("dags", "test", "place2book_sync", "--conf", conf)
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, timeout=600)


def test_command_runs_the_library_whole_in_one_process(done: subprocess.CompletedProcess[bytes]) -> None:
    output = done.stdout.decode()
    assert (done.returncode, "== nordvig == sync" in output, "== solbjerg" in output) == (0, True, False)
    assert "Det gik godt for alle biblioteker." in output


def test_command_logs_each_step_and_no_secret_or_buyer(
    done: subprocess.CompletedProcess[bytes], home: Path, sandbox: Sandbox, module_database_url: str
) -> None:
    left = b"\n".join([done.stdout, done.stderr, bytes_left_in(home)]).decode(errors="replace").casefold()
    secrets = [sandbox.place2book_token, PRIVACY_KEY, make_url(module_database_url).password]
    secrets += [password for _, password in sandbox.cms_users.values()]
    assert [text for text in (*secrets, *BUYERS) if text and text.casefold() in left] == []
    steps = ("nordvig: 23 events read", "nordvig: purchases of ")
    assert [step for step in steps if step not in left] == []


def test_answer_for_machines_is_alone_on_standard_output(
    done: subprocess.CompletedProcess[bytes], home: Path, variables: dict[str, str]
) -> None:
    environment = child_environment(airflow_environment(home), variables)
    command = airflow_command("billetbro", "personal-data", "--json", "--libraries", "nordvig")
    said = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, timeout=600)
    assert (said.returncode, [one["library"] for one in json.loads(said.stdout)]) == (0, ["nordvig"])
    assert b"[warning  ]" in said.stderr  # of Airflow's log, which stays out of the answer
