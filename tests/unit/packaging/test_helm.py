"""The values for Airflow's Helm chart: of the chart's own schema, and the same settings as in docker-compose.yaml.

The schema is no part of the project: it lies in `shared/` beside the checkout, as the website's contract does.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from demo.environment import ROOT
from tests.compose import compose_file, filled_in
from tests.unit.contract import FOLDER

FILE = ROOT / "deploy" / "helm" / "values.yaml"
SCHEMA = FOLDER / "airflow-helm-values.schema.json"
VALUES: dict[str, Any] = yaml.safe_load(FILE.read_text())
# What in Compose is an address, a secret, or given by the chart itself.
ELSEWHERE = {
    "AIRFLOW__API__SECRET_KEY",
    "AIRFLOW__API_AUTH__JWT_SECRET",
    "AIRFLOW__CELERY__BROKER_URL",
    "AIRFLOW__CELERY__RESULT_BACKEND",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL",
    "AIRFLOW__CORE__EXECUTOR",
    "AIRFLOW__CORE__FERNET_KEY",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
}
THEIR_OWN = {"AIRFLOW__API__BASE_URL"}

needs_schema = pytest.mark.skipif(
    not SCHEMA.exists(),
    reason=f"the chart's values.schema.json is missing: {SCHEMA}; BILLETBRO_CONTRACTS names another folder",
)


@needs_schema
def test_values_fit_the_schema_of_the_chart() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", SCHEMA, FILE]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (checked.returncode, checked.stdout.strip()) == (0, "ok -- validation done")


@needs_schema
def test_chart_knows_each_of_the_values() -> None:
    """It would ignore a mistyped one: the schema allows what it does not name."""
    schema = json.loads(SCHEMA.read_text())

    assert list(_unknown(VALUES, schema, schema)) == []


def test_settings_of_airflow_are_those_of_compose() -> None:
    compose = compose_file()["x-airflow-environment"]
    several = "AIRFLOW_TASKS_AT_ONCE"
    settings = {
        name: filled_in(value, {}) if several in value else value
        for name, value in compose.items()
        if name.startswith("AIRFLOW__")
    }
    given = {
        f"AIRFLOW__{section}__{key}".upper(): str(value)
        for section, entries in VALUES["config"].items()
        for key, value in entries.items()
    }

    assert settings.keys() - given.keys() == ELSEWHERE
    assert {name for name in given if name in settings and given[name] != settings[name]} == THEIR_OWN


def test_image_is_of_the_version_of_airflow_that_the_chart_is_told() -> None:
    image = re.search(r"(?m)^FROM apache/airflow:slim-([\d.]+)-", (ROOT / "Dockerfile").read_text())

    assert image is not None
    assert VALUES["airflowVersion"] == image[1]


def test_password_file_is_written_as_in_compose() -> None:
    compose = compose_file()["services"]["api-server"]["command"]
    path = VALUES["config"]["core"]["simple_auth_manager_passwords_file"]
    expected = [part.replace("$${AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE}", path) for part in compose]

    assert VALUES["apiServer"]["args"] == [part.replace("$$", "$").replace(f'"{path}"', path) for part in expected]


def test_values_hold_no_secret() -> None:
    text = FILE.read_text()

    assert re.findall(r"(?im)^\s*(?:password|fernetKey|apiSecretKey|jwtSecret|brokerUrl|pass): *(\S+)", text) == []


def test_installation_says_how_each_secret_is_made() -> None:
    named = set(re.findall(r"billetbro-(?:airflow|redis|connections|libraries)", FILE.read_text()))
    told = (ROOT / "docs" / "running.md").read_text()

    assert {name for name in named if name not in told} == set()
    keys = ("connection", "fernet-key", "api-secret-key", "jwt-secret", "admin-password", "password")
    assert [key for key in keys if f"--from-literal={key}=" not in told] == []


def _unknown(
    values: Mapping[str, Any], schema: Mapping[str, Any], whole: Mapping[str, Any], at: str = ""
) -> Iterator[str]:
    """Yield what a schema does not name, where it names anything."""
    while "$ref" in schema:
        schema = whole["definitions"][schema["$ref"].rpartition("/")[2]]
    named = schema.get("properties", {})
    for name, value in values.items() if named else ():
        if name not in named and not (at == ".config" or schema.get("additionalProperties")):
            yield f"{at}.{name}"
        elif name in named and isinstance(value, Mapping):
            yield from _unknown(value, named[name], whole, f"{at}.{name}")
