"""`airflow billetbro ...` in processes of their own, with a connection that only Airflow's database holds."""

import json
import subprocess

import pytest

from demo.environment import ROOT, airflow_command, airflow_environment, child_environment, migrate_sqlite

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def environment(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    home = tmp_path_factory.mktemp("airflow")
    migrate_sqlite(home)
    stored = variables["AIRFLOW_CONN_PLACE2BOOK"]
    others = {name: value for name, value in variables.items() if value != stored}
    environment = child_environment(airflow_environment(home), others)
    added = run(environment, "connections", "add", "place2book", "--conn-json", stored)
    assert added.returncode == 0, added.stderr
    return environment


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = airflow_command(*arguments)
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)


def test_check_finds_the_connections_of_airflows_database_too(environment: dict[str, str]) -> None:
    done = run(environment, "billetbro", "check", "--libraries", "nordvig")
    lines = done.stdout.splitlines()
    assert (done.returncode, lines[-1]) == (0, "Alt er i orden."), done.stdout + done.stderr
    assert "OK    nordvig: arrangør 5100: ”Nordvig Bibliotekerne” i Place2book" in lines


def test_answer_for_machines_is_json_and_nothing_else(environment: dict[str, str]) -> None:
    planned = run(environment, "billetbro", "plan", "--libraries", "nordvig")
    assert planned.returncode == 0, planned.stderr
    noisy: dict[str, str] = environment | {"AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO"}
    done = run(noisy, "billetbro", "why", "Babybio", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["event"]["title"], told["answer"]["code"]) == (0, "Babybio", "not_created_yet")
