"""The Compose files, as far as they can be judged without Docker."""

import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
import yaml

from billetbro_airflow.tasks.retrying import patience
from demo.environment import ROOT
from tests.compose import compose_file, filled_in, variables_in

COMPOSE_FILE = ROOT / "docker-compose.yaml"
FILES = ["docker-compose.yaml", "docker-compose.machines.yaml", "docker-compose.worker.yaml"]
ENV_EXAMPLE = ROOT / ".env.example"
COMPOSE = compose_file()
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
WORKER = compose_file("docker-compose.worker.yaml")
AIRFLOW_SERVICES = [
    *("airflow-init", "api-server", "dag-processor", "housekeeping", "scheduler", "triggerer", "worker"),
]
RUN_ONCE = {"postgres-roles", "airflow-init"}
READY = {"postgres": "service_healthy", "airflow-init": "service_completed_successfully"}
# The pieces of the environment that carry secrets, by the secrets that they read.
PIECES = {
    "x-metadata": {"airflow_database_password"},
    "x-fernet-key": {"airflow_fernet_key"},
    "x-api-secret-key": {"airflow_api_secret_key"},
    "x-jwt-secret": {"airflow_jwt_secret"},
    "x-broker": {"redis_password"},
    "x-billetbro": {"connections"},
}
# Which service has which secrets: all that it works with, and no other.
SECRETS = {
    "postgres": {"postgres_password"},
    "postgres-roles": {
        *("postgres_password", "airflow_database_password", "billetbro_database_password"),
        *("reader_database_password", "backup_database_password"),
    },
    "airflow-init": {"airflow_database_password"},
    "api-server": {
        *("airflow_database_password", "airflow_fernet_key", "airflow_api_secret_key", "airflow_jwt_secret"),
        "connections",
    },
    "scheduler": {
        *("airflow_database_password", "airflow_fernet_key", "airflow_api_secret_key", "airflow_jwt_secret"),
        *("redis_password", "connections"),
    },
    "dag-processor": {"airflow_database_password", "airflow_fernet_key", "connections"},
    "triggerer": {"airflow_database_password", "airflow_fernet_key", "airflow_api_secret_key", "connections"},
    "housekeeping": {"airflow_database_password"},
    "backup": {"backup_database_password"},
    "worker": {"airflow_api_secret_key", "redis_password", "connections"},
    "redis": {"redis_password"},
    "sandbox": set(),
}
PERSONAL_OR_SECRET = re.compile("(?i)password|secret|token|(?<!fernet_)key")


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
        "": {
            *("postgres", "postgres-roles", "airflow-init", "api-server", "scheduler", "dag-processor", "triggerer"),
            *("backup", "housekeeping"),
        },
        "celery": {"redis", "worker"},
        "sandbox": {"sandbox"},
    }


@pytest.mark.parametrize("name", AIRFLOW_SERVICES)
def test_airflow_service_has_the_same_environment_as_all_others_but_for_its_secrets(name: str) -> None:
    service = SERVICES[name]
    expected = dict(COMPOSE["x-airflow-environment"])
    for piece, secrets in PIECES.items():
        if secrets <= SECRETS[name]:
            expected |= COMPOSE[piece]

    assert {key: service["environment"].get(key, "missing") for key in expected} == expected
    assert service["environment"].keys() - expected.keys() == {
        "api-server": {"FORWARDED_ALLOW_IPS"},
        "housekeeping": {"KEEP_DAYS", "KEEP_LOG_DAYS"},
        "worker": {"DUMB_INIT_SETSID"},
    }.get(name, set())
    assert service["volumes"][:2] == ["logs:/opt/airflow/logs", "reports:/opt/airflow/billetbro/reports"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_service_has_the_secrets_that_it_works_with_and_no_others(name: str) -> None:
    service = SERVICES[name]
    given = {secret if isinstance(secret, str) else secret["source"] for secret in service.get("secrets", [])}
    read = set(re.findall(r"/run/secrets/(\w+)", yaml.safe_dump(service, width=10_000)))
    by_script = {"postgres-roles": given}.get(name, set())

    assert given == SECRETS[name]
    assert read | by_script == given
    assert given <= COMPOSE["secrets"].keys()


def test_secrets_are_files_and_stand_in_no_variable() -> None:
    """A variable is seen by whoever may look at a container, and by every process in it."""
    files = {name: secret["file"].rpartition("/")[2].partition(".")[0] for name, secret in COMPOSE["secrets"].items()}
    shown = {
        (name, key): value
        for name, service in SERVICES.items()
        for key, value in service.get("environment", {}).items()
        if re.search("PASSWORD|SECRET_KEY|JWT_SECRET|FERNET|BROKER_URL|RESULT_BACKEND|CONN", key)
        if not key.endswith(("_CMD", "_FILE", "TEST_CONNECTION", "VAR_CONN_NAMES"))
    }

    assert files == {name: name for name in files}
    assert shown == {}
    assert [name for name, service in SERVICES.items() if "env_file" in service] == []


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_service_is_confined(name: str) -> None:
    service = SERVICES[name]
    from_root = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"]

    assert service["security_opt"] == ["no-new-privileges:true"]
    assert (service["cap_drop"], service.get("cap_add")) == (["ALL"], from_root if name == "postgres" else None)
    assert (service["read_only"], "/tmp" in service["tmpfs"] or name == "redis") == (True, True)
    assert service["pids_limit"] > 0
    assert service["mem_limit"]
    assert service["logging"] == {"driver": "json-file", "options": {"max-size": "10m", "max-file": "5"}}
    assert "privileged" not in service


@pytest.mark.parametrize("name", AIRFLOW_SERVICES)
def test_airflow_writes_only_where_something_is_mounted(name: str) -> None:
    service = SERVICES[name]
    written = {
        key: service["environment"].get(key, "") for key in ("AIRFLOW_HOME", "AIRFLOW__LOGGING__BASE_LOG_FOLDER")
    }
    mounted = {volume.partition(":")[2] for volume in service["volumes"] if isinstance(volume, str)}

    assert written == {"AIRFLOW_HOME": "/tmp/airflow", "AIRFLOW__LOGGING__BASE_LOG_FOLDER": "/opt/airflow/logs"}
    assert mounted == {"/opt/airflow/logs", "/opt/airflow/billetbro/reports"}


@pytest.mark.parametrize("name", AIRFLOW_SERVICES)
def test_settings_are_mounted_as_a_folder_so_that_a_replaced_file_is_seen(name: str) -> None:
    folder = SERVICES[name]["volumes"][2]
    libraries = COMPOSE["x-billetbro"]["BILLETBRO_LIBRARIES"]

    assert libraries == f"{folder['target']}/libraries.yaml"
    assert (folder["type"], folder["source"], folder["read_only"]) == (
        "bind",
        "${BILLETBRO_SETTINGS:-./settings}",
        True,
    )
    assert folder["bind"] == {"create_host_path": False}
    assert "configs" not in COMPOSE


def test_login_is_one_with_users_and_roles() -> None:
    environment = COMPOSE["x-airflow-environment"]

    assert environment["AIRFLOW__CORE__AUTH_MANAGER"].endswith(".FabAuthManager")
    assert [name for name in environment if "SIMPLE_AUTH" in name] == []


def test_nobody_tests_connections_from_the_pages() -> None:
    assert COMPOSE["x-airflow-environment"]["AIRFLOW__CORE__TEST_CONNECTION"] == "Disabled"


def test_word_of_a_proxy_is_taken_from_this_machine_only() -> None:
    api_server, network = SERVICES["api-server"], COMPOSE["networks"]["default"]["ipam"]["config"][0]
    gateway, subnet = filled_in(network["gateway"], {}), filled_in(network["subnet"], {})

    assert "--proxy-headers" in api_server["command"].split()
    assert filled_in(api_server["environment"]["FORWARDED_ALLOW_IPS"], {}) == gateway
    assert ip_address(gateway) in ip_network(subnet)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_service_is_restarted_and_watched(name: str) -> None:
    service = SERVICES[name]
    runs_once = name in RUN_ONCE

    assert service["restart"] == ("on-failure:3" if runs_once else "unless-stopped")
    assert ("healthcheck" in service) is not runs_once


def test_api_server_is_watched_by_the_age_of_each_librarys_last_good_run_which_nothing_waits_for() -> None:
    assert "/billetbro/health" in str(SERVICES["api-server"]["healthcheck"]["test"])
    assert [name for name, service in SERVICES.items() if "api-server" in service.get("depends_on", {})] == []


@pytest.mark.parametrize("name", [name for name in AIRFLOW_SERVICES if name != "airflow-init"])
def test_airflow_service_starts_only_after_the_database_is_migrated(name: str) -> None:
    redis = {"redis": "service_healthy"} if name == "worker" else {}

    assert _needed(name) == {**READY, **redis}


def test_databases_and_roles_are_made_before_anybody_works_with_them() -> None:
    assert _needed("postgres-roles") == {"postgres": "service_healthy"}
    assert _needed("airflow-init") == {"postgres-roles": "service_completed_successfully"}
    assert _needed("backup") == READY


def test_images_name_a_version() -> None:
    images = [service["image"] for service in SERVICES.values()]
    images += re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert [image for image in images if ":" not in image or image.endswith(":latest")] == []


def test_digests_of_images_are_well_formed_where_they_are_given() -> None:
    """They are pinned by deploy/pin-images, which asks the registries."""
    images = [service["image"] for service in SERVICES.values()]
    images += re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    digests = [image.partition("@")[2] for image in images if "@" in image]

    assert [digest for digest in digests if not re.fullmatch("sha256:[0-9a-f]{64}", digest)] == []


def test_published_ports_answer_on_this_machine_only() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert ports == {
        "api-server": ["127.0.0.1:8080:8080"],
        "sandbox": ["127.0.0.1:8100-8103:8100-8103", "127.0.0.1:8109:8109"],
    }


def test_example_explains_every_variable_that_the_files_read_and_no_other() -> None:
    read = {name for file in FILES for name in variables_in((ROOT / file).read_text())}
    read |= {name for name, value in COMPOSE["x-billetbro"].items() if value is None}
    explained = set(re.findall(r"(?m)^#?([A-Z_]+)=", ENV_EXAMPLE.read_text()))

    assert (sorted(read - explained), sorted(explained - read)) == ([], ["COMPOSE_FILE"])


def test_example_of_the_environment_holds_no_secret() -> None:
    named = {name for name in _example() if PERSONAL_OR_SECRET.search(name)}

    assert named == set()


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
    command = SERVICES["redis"]["command"][0]
    urls = [COMPOSE["x-broker"][f"AIRFLOW__CELERY__{name}_CMD"] for name in ("BROKER_URL", "RESULT_BACKEND")]

    assert "requirepass %s" in command
    assert [url.count("redis://:%s@redis:6379/") for url in urls] == [1, 1]


def test_worker_on_another_machine_is_the_same_but_for_where_it_finds_the_main_one() -> None:
    main = "${MAIN_ADDRESS:?see .env.example}"
    worker, original = WORKER["services"]["worker"], SERVICES["worker"]
    environment = original["environment"] | {"AIRFLOW__CORE__EXECUTOR": "CeleryExecutor"}

    assert worker == {
        **{name: value for name, value in original.items() if name not in ("depends_on", "profiles")},
        "environment": environment,
        "network_mode": "host",
        "extra_hosts": {"api-server": main, "postgres": main, "redis": main},
    }
    assert {name: WORKER["secrets"][name] for name in SECRETS["worker"]} == {
        name: COMPOSE["secrets"][name] for name in SECRETS["worker"]
    }


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


def _needed(name: str) -> dict[str, str]:
    return {other: needed["condition"] for other, needed in SERVICES[name]["depends_on"].items()}


def _example() -> Mapping[str, str]:
    return dict(re.findall(r"^([A-Z_0-9]+)=(.*)$", ENV_EXAMPLE.read_text(), re.MULTILINE))
