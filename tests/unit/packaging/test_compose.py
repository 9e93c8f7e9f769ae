"""The Compose files, as far as they can be judged without Docker."""

import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from billetbro_airflow.tasks.retrying import patience
from demo.environment import ROOT
from tests.compose import compose_file, variables_in

COMPOSE_FILE = ROOT / "docker-compose.yaml"
FILES = ["docker-compose.yaml", "docker-compose.machines.yaml", "docker-compose.worker.yaml"]
ENV_EXAMPLE = ROOT / ".env.example"
COMPOSE = compose_file()
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
WORKER = compose_file("docker-compose.worker.yaml")
AIRFLOW_SERVICES = ["airflow-init", "api-server", "dag-processor", "scheduler", "triggerer", "worker"]
# What a service may have beyond what all of Airflow's services share.
OWN_VARIABLES = {"api-server": {"ADMIN_PASSWORD"}, "worker": {"DUMB_INIT_SETSID"}}


@pytest.mark.parametrize("name", FILES)
def test_compose_file_against_the_compose_specification_is_valid(name: str) -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / name],
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


def test_api_server_is_watched_by_the_age_of_each_librarys_last_good_run_which_nothing_waits_for() -> None:
    assert "/billetbro/health" in str(SERVICES["api-server"]["healthcheck"]["test"])
    assert [name for name, service in SERVICES.items() if "api-server" in service.get("depends_on", {})] == []


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
    read = {name for file in FILES for name in variables_in((ROOT / file).read_text())}

    assert sorted(read - _example().keys()) == ["MAIN_ADDRESS"]
    assert re.search(r"^#MAIN_ADDRESS=", ENV_EXAMPLE.read_text(), re.MULTILINE)


def test_secrets_without_a_value_stop_the_start() -> None:
    text = "".join((ROOT / name).read_text() for name in FILES)
    secrets = [name for name, value in _example().items() if value == ""]

    assert sorted(secrets) == [
        "AIRFLOW_ADMIN_PASSWORD",
        "AIRFLOW_API_SECRET_KEY",
        "AIRFLOW_FERNET_KEY",
        "AIRFLOW_JWT_SECRET",
        "POSTGRES_PASSWORD",
        "REDIS_PASSWORD",
    ]
    assert [name for name in secrets if re.search(rf"\$\{{{name}(?!:\?)", text)] == []


def test_task_without_a_sign_of_life_for_a_minute_counts_as_dead() -> None:
    assert COMPOSE["x-airflow-environment"]["AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT"] == "60"


def test_broker_hands_out_no_task_again_that_may_still_run() -> None:
    longest = patience()["execution_timeout"]
    assert isinstance(longest, timedelta)

    given = int(COMPOSE["x-airflow-environment"]["AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"])
    assert given > longest.total_seconds()


def test_task_that_waits_as_long_as_another_may_take_is_not_failed_for_it() -> None:
    longest = patience()["execution_timeout"]
    assert isinstance(longest, timedelta)

    given = {
        name: int(COMPOSE["x-airflow-environment"][f"AIRFLOW__SCHEDULER__{name}"])
        for name in ("TASK_QUEUED_TIMEOUT", "NUM_STUCK_IN_QUEUED_RETRIES")
    }
    assert given["TASK_QUEUED_TIMEOUT"] * given["NUM_STUCK_IN_QUEUED_RETRIES"] > 2 * longest.total_seconds()


def test_redis_takes_nobody_without_the_password() -> None:
    password = "${REDIS_PASSWORD:?see .env.example}"
    config = SERVICES["redis"]["configs"][0]

    assert COMPOSE["configs"]["redis"]["content"] == f"requirepass {password}"
    assert SERVICES["redis"]["command"] == ["redis-server", config["target"]]
    assert f"redis://:{password}@redis:6379/0" == COMPOSE["x-airflow-environment"]["AIRFLOW__CELERY__BROKER_URL"]


def test_worker_on_another_machine_is_the_same_but_for_where_it_finds_the_main_one() -> None:
    main = "${MAIN_ADDRESS:?see .env.example}"
    there = {"@redis:": f"@{main}:", "@postgres/": f"@{main}:5432/", "//api-server:": f"//{main}:"}
    there |= {'"host": "postgres"': f'"host": "{main}"', "${AIRFLOW_EXECUTOR:-LocalExecutor}": "CeleryExecutor"}
    expected = dict(COMPOSE["x-airflow-environment"])
    for here, elsewhere in there.items():
        expected = {name: value.replace(here, elsewhere) for name, value in expected.items()}
    worker, original = WORKER["services"]["worker"], SERVICES["worker"]

    assert WORKER["x-airflow-environment"] == expected
    assert worker["environment"] == expected | {"DUMB_INIT_SETSID": "0"}
    assert worker["network_mode"] == "host"
    assert worker == {
        **{name: value for name, value in original.items() if name not in ("depends_on", "profiles")},
        "environment": worker["environment"],
        "network_mode": "host",
    }
    assert WORKER["configs"]["libraries"] == COMPOSE["configs"]["libraries"]


def test_main_machine_opens_to_the_others_only_what_a_worker_needs() -> None:
    services = compose_file("docker-compose.machines.yaml")["services"]
    main = "${MAIN_ADDRESS:?see .env.example}"

    assert services == {
        "postgres": {"ports": [f"{main}:5432:5432"]},
        "redis": {"ports": [f"{main}:6379:6379"]},
        "api-server": {"ports": [f"{main}:8080:8080"]},
    }


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
