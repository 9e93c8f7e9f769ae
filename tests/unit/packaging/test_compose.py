"""docker-compose.yaml, as far as it can be judged without Docker."""

import re
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from demo.environment import ROOT

COMPOSE_FILE = ROOT / "docker-compose.yaml"
ENV_EXAMPLE = ROOT / ".env.example"
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
AIRFLOW_SERVICES = ["airflow-init", "api-server", "dag-processor", "scheduler", "triggerer", "worker"]
# What a service may have beyond what all of Airflow's services share.
OWN_VARIABLES = {"api-server": {"ADMIN_PASSWORD"}, "worker": {"DUMB_INIT_SETSID"}}


def test_compose_file_against_the_compose_specification_is_valid() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE_FILE],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.returncode, checked.stdout.strip()) == (0, "ok -- validation done")


def test_compose_file_has_the_services_of_each_profile() -> None:
    by_profile: dict[str, set[str]] = {}
    for name, service in SERVICES.items():
        by_profile.setdefault(" ".join(service.get("profiles", [])), set()).add(name)

    assert by_profile == {
        "": {"postgres", "airflow-init", "api-server", "scheduler", "dag-processor", "triggerer"},
        "celery": {"redis", "worker"},
        "sandbox": {"sandbox"},
    }


@pytest.mark.parametrize("name", AIRFLOW_SERVICES)
def test_airflow_service_has_the_same_environment_as_all_others(name: str) -> None:
    service = SERVICES[name]
    shared = {key: value for key, value in service["environment"].items() if key not in OWN_VARIABLES.get(name, set())}

    assert shared == COMPOSE["x-airflow-environment"]
    assert service["env_file"] == ".env"
    assert service["configs"] == [{"source": "libraries", "target": shared["BILLETBRO_LIBRARIES"]}]
    assert service["volumes"] == ["logs:/opt/airflow/logs", "reports:/opt/airflow/billetbro/reports"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_service_is_restarted_and_watched(name: str) -> None:
    service = SERVICES[name]
    runs_once = name == "airflow-init"

    assert service["restart"] == ("on-failure:3" if runs_once else "unless-stopped")
    assert ("healthcheck" in service) is not runs_once


@pytest.mark.parametrize("name", [name for name in AIRFLOW_SERVICES if name != "airflow-init"])
def test_airflow_service_starts_only_after_the_database_is_migrated(name: str) -> None:
    conditions = {other: needed["condition"] for other, needed in SERVICES[name]["depends_on"].items()}
    redis = {"redis": "service_healthy"} if name == "worker" else {}

    assert conditions == {"postgres": "service_healthy", "airflow-init": "service_completed_successfully", **redis}


def test_images_name_a_version() -> None:
    images = [service["image"] for service in SERVICES.values()]
    images += re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert [image for image in images if ":" not in image or image.endswith(":latest")] == []


def test_published_ports_answer_on_this_machine_only() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert ports == {
        "api-server": ["127.0.0.1:8080:8080"],
        "sandbox": ["127.0.0.1:8100-8103:8100-8103", "127.0.0.1:8109:8109"],
    }


def test_variables_that_the_file_reads_are_explained_in_the_example() -> None:
    read = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", COMPOSE_FILE.read_text()))

    assert sorted(read - _example().keys()) == []


def test_secrets_without_a_value_stop_the_start() -> None:
    text = COMPOSE_FILE.read_text()
    secrets = [name for name, value in _example().items() if value == ""]

    assert sorted(secrets) == [
        "AIRFLOW_ADMIN_PASSWORD",
        "AIRFLOW_API_SECRET_KEY",
        "AIRFLOW_FERNET_KEY",
        "AIRFLOW_JWT_SECRET",
        "POSTGRES_PASSWORD",
    ]
    assert [name for name in secrets if re.search(rf"\$\{{{name}(?!:\?)", text)] == []


def test_airflow_version_is_the_same_in_image_and_requirements() -> None:
    pinned = re.search(r"(?m)^apache-airflow==(\S+)", (ROOT / "requirements.txt").read_text())
    image = re.search(r"(?m)^FROM apache/airflow:slim-([\d.]+)-python3\.\d+$", (ROOT / "Dockerfile").read_text())

    assert pinned[1] == image[1]


def test_image_gets_every_file_that_it_copies() -> None:
    copied = [
        path
        for line in re.findall(r"^COPY --chown=airflow:0 (.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
        for path in line.split()
    ]
    let_through = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)

    assert sorted(copied) == sorted(let_through)
    assert [path for path in copied if not (ROOT / path).exists()] == []


def _example() -> Mapping[str, str]:
    return dict(re.findall(r"^([A-Z_0-9]+)=(.*)$", ENV_EXAMPLE.read_text(), re.MULTILINE))
