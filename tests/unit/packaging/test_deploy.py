"""The scripts that prepare an installation, back it up and keep it small, as far as they need no container engine."""

import os
import re
import runpy
import stat
import subprocess
import time
from pathlib import Path

import pytest
import yaml
from cryptography.fernet import Fernet

from demo.environment import ROOT
from tests.cases import cases
from tests.compose import compose_file

DEPLOY = ROOT / "deploy"
DIGEST = "sha256:" + "ab" * 32


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script; the caller looks at how it ended."""
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=60, env={**os.environ, **environment}
    )


def contents(folder: Path) -> dict[str, str]:
    """Return every file with what is in it."""
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """Give a folder that was prepared."""
    ran = run(DEPLOY / "prepare", tmp_path)
    assert ran.returncode == 0, ran.stderr
    return tmp_path


def test_prepare_makes_every_secret_of_compose_for_its_owner_alone(prepared: Path) -> None:
    wanted = {secret["file"].rpartition("/")[2] for secret in compose_file()["secrets"].values()}
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (prepared / "secrets").iterdir()}

    assert modes == dict.fromkeys(wanted, 0o600)
    assert {stat.S_IMODE((prepared / name).stat().st_mode) for name in ("secrets", "backups")} == {0o700}


def test_prepare_makes_secrets_that_nobody_can_guess(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    run(DEPLOY / "prepare", other)
    one, two = contents(prepared / "secrets"), contents(other / "secrets")

    assert [name for name in one if one[name] == two[name]] == []
    assert [
        name for name, value in one.items() if name.endswith("_password") and not re.fullmatch("[0-9a-f]{48}", value)
    ] == []
    Fernet(one["airflow_fernet_key"])


def test_prepare_leaves_what_is_there_as_it_is(prepared: Path) -> None:
    (prepared / "settings" / "libraries.yaml").write_text("libraries: []\n")
    before = contents(prepared)
    ran = run(DEPLOY / "prepare", prepared)

    assert (ran.returncode, ran.stdout, contents(prepared)) == (0, "", before)


def test_prepared_connections_are_billetbros_own_role_and_a_key(prepared: Path) -> None:
    secrets = prepared / "secrets"
    connections = yaml.safe_load((secrets / "connections.yaml").read_text())

    assert connections["billetbro_db"] == {
        "conn_type": "postgres",
        "host": "postgres",
        "login": "billetbro",
        "password": (secrets / "billetbro_database_password").read_text(),
        "schema": "billetbro",
        "extra": {"sslmode": "disable"},
    }
    assert (sorted(connections), len(connections["billetbro_privacy"]["password"])) == (
        ["billetbro_db", "billetbro_privacy"],
        64,
    )


def test_prepared_environment_names_the_owner_of_the_secrets(prepared: Path) -> None:
    owner = (prepared / "secrets" / "redis_password").stat().st_uid

    assert f"\nAIRFLOW_UID={owner}\n" in (prepared / ".env").read_text()
    assert stat.S_IMODE((prepared / ".env").stat().st_mode) == 0o600


def test_images_are_pinned_to_what_their_registry_has_and_again_to_something_newer(tmp_path: Path) -> None:
    """`docker` is a stand-in here, which answers as a registry does."""
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text(f'#!/bin/sh\n[ "$1 $2 $3" = "buildx imagetools inspect" ] && echo "${{DIGEST:-{DIGEST}}}"\n')
    docker.chmod(0o755)
    for name in ("docker-compose.yaml", "Dockerfile"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    path = f"{docker.parent}:{os.environ['PATH']}"
    for digest in (DIGEST, DIGEST.replace("ab", "cd")):
        ran = run(DEPLOY / "pin-images", tmp_path, PATH=path, DIGEST=digest)
        services = yaml.safe_load((tmp_path / "docker-compose.yaml").read_text())["services"].values()
        images = {service["image"] for service in services}
        base = re.findall(r"(?m)^FROM (\S+)$", (tmp_path / "Dockerfile").read_text())

        assert ran.returncode == 0, ran.stderr
        assert images == {"billetbro:1.0.0", f"postgres:18@{digest}", f"redis:7.2@{digest}"}
        assert base == [f"apache/airflow:slim-3.3.2-python3.12@{digest}"]
    assert run(DEPLOY / "pin-images", tmp_path, PATH=path, DIGEST="none").returncode == 1


@cases(
    "address secure",
    ("over TLS", "https://airflow.example.dk/", True),
    ("without", "http://127.0.0.1:8080", False),
    ("unknown", None, False),
)
def test_session_cookie_goes_over_tls_only_where_the_pages_do(
    monkeypatch: pytest.MonkeyPatch, address: str | None, secure: bool
) -> None:
    monkeypatch.delenv("AIRFLOW__API__BASE_URL", raising=False)
    if address:
        monkeypatch.setenv("AIRFLOW__API__BASE_URL", address)
    assert runpy.run_path(str(DEPLOY / "airflow" / "webserver_config.py"))["SESSION_COOKIE_SECURE"] is secure


def processes_of(group: int) -> set[int]:
    """Return the processes of a group that have not ended."""
    listed = subprocess.run(["ps", "-A", "-o", "pgid=,pid=,stat="], check=True, capture_output=True, text=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return {int(pid) for pgid, pid, stat in rows if int(pgid) == group and not stat.startswith("Z")}


@pytest.mark.parametrize("works", [True, False], ids=["a command that works", "one that fails"])
def test_nightly_runs_at_once_where_it_did_not_succeed_in_the_last_day(tmp_path: Path, works: bool) -> None:
    command = f"echo ran >> {tmp_path}/ran; {'true' if works else 'false'}"
    nightly = subprocess.Popen(
        ["bash", DEPLOY / "nightly", "02:10", "bash", "-c", command],
        env={**os.environ, "NIGHTLY_STATE": str(tmp_path)},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "ran").exists() or (works and not (tmp_path / "nightly.succeeded").exists()):
            assert nightly.poll() is None
            assert time.monotonic() < deadline
        healthy = run("bash", DEPLOY / "nightly", "healthy", NIGHTLY_STATE=str(tmp_path)).returncode == 0
        while not (group := processes_of(nightly.pid)) - {nightly.pid}:
            assert time.monotonic() < deadline
    finally:
        nightly.terminate()
        nightly.wait()

    while left := processes_of(nightly.pid):
        assert time.monotonic() < deadline, f"{left} of {group} are left behind"
    assert (healthy, (tmp_path / "ran").read_text()) == (works, "ran\n")
    assert run("bash", DEPLOY / "nightly", "healthy", NIGHTLY_STATE=str(tmp_path)).returncode != 0


def test_scripts_are_in_order_for_the_shell() -> None:
    scripts = [file for file in DEPLOY.rglob("*") if file.is_file() and file.read_text().startswith("#!")]
    wrong = [str(file) for file in scripts if run(file.read_text()[2:].split("\n")[0], "-n", file).returncode != 0]

    assert (wrong, len(scripts) >= 6) == ([], True)
    assert [str(file) for file in scripts if not os.access(file, os.X_OK)] == []


def test_security_page_tells_what_each_role_of_the_database_may() -> None:
    made = set(re.findall(r"(?m)^ALTER ROLE (\w+) LOGIN", (DEPLOY / "postgres" / "roles.sql").read_text()))
    page = (ROOT / "docs" / "security.md").read_text()
    told = set(re.findall(r"(?m)^\| `(\w+)` \|", page.partition("PostgreSQL's roles")[2].partition("Elsewhere:")[0]))

    assert told == made | {"postgres"}


def test_installation_tells_every_step_that_a_script_does() -> None:
    told = (ROOT / "docs" / "running.md").read_text()
    scripts = ["deploy/prepare", "deploy/first-admin", "deploy/pin-images", "/opt/deploy/postgres/backup"]

    assert [script for script in (*scripts, "/opt/deploy/postgres/restore") if script not in told] == []
