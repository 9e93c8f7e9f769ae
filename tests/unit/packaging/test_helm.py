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
# What in Compose is an address or a folder, and given by the chart itself.
ELSEWHERE = {
    "AIRFLOW__CORE__DAGS_FOLDER",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL",
    "AIRFLOW__CORE__EXECUTOR",
    "AIRFLOW__CORE__PLUGINS_FOLDER",
    "AIRFLOW__LOGGING__BASE_LOG_FOLDER",
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
    settings = {name: filled_in(value, {}) for name, value in compose.items() if name.startswith("AIRFLOW__")}
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


def test_api_server_takes_the_word_of_the_ingress_as_in_compose() -> None:
    args, command = VALUES["apiServer"]["args"], compose_file()["services"]["api-server"]["command"]

    assert args == ["bash", "-c", f"exec airflow {command}"]
    assert [entry["name"] for entry in VALUES["apiServer"]["env"]] == ["FORWARDED_ALLOW_IPS"]


def test_nobody_gets_a_login_with_a_password_that_everybody_knows() -> None:
    assert VALUES["createUserJob"] == {"enabled": False}


def test_old_runs_are_removed_every_night() -> None:
    nightly = compose_file()["services"]["housekeeping"]
    hour, minute = nightly["command"][2].split(":")

    assert VALUES["databaseCleanup"] == {
        "enabled": True,
        "schedule": f"{minute} {int(hour)} * * *",
        "retentionDays": int(filled_in(nightly["environment"]["KEEP_DAYS"], {})),
    }


def test_values_hold_no_secret() -> None:
    text = FILE.read_text()

    assert re.findall(r"(?im)^\s*(?:password|fernetKey|apiSecretKey|jwtSecret|brokerUrl|pass): *(\S+)", text) == []


def test_installation_says_how_each_secret_is_made() -> None:
    named = set(re.findall(r"billetbro-(?:airflow|redis|connections|libraries)", FILE.read_text()))
    told = (ROOT / "docs" / "running.md").read_text()

    assert {name for name in named if name not in told} == set()
    keys = ("connection", "fernet-key", "api-secret-key", "jwt-secret", "password")
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
