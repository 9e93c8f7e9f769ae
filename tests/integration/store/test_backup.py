"""Copies of the databases, and what a restore brings back: production's own scripts, with PostgreSQL's own programs."""

import os
import re
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest

from billetbro.store.database import connect
from demo.environment import ROOT
from sandbox.server import Sandbox
from tests.compose import compose_file
from tests.integration.steps.harness import new_world
from tests.integration.store.installation import PASSWORD_FILES, Installation

TABLES = """SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"""
OWNERS = """SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"""
DAY = 24 * 3600


def run(installation: Installation, script: str, *arguments: str | Path, role: str) -> subprocess.CompletedProcess[str]:
    """Run one of the scripts as a role."""
    server, environment = installation.server, dict(os.environ)
    environment |= {
        "PATH": f"{server.programs}:{os.environ['PATH']}",
        "PGHOST": server.host,
        "PGPORT": str(server.port),
    }
    environment |= {"PGUSER": role, "PGDATABASE": "postgres", "KEEP_DAYS": "14"}
    if role in PASSWORD_FILES:
        environment["PGPASSWORD_FILE"] = str(installation.secrets / PASSWORD_FILES[role])
    else:
        environment["PGPASSWORD"] = server.password
    command = ["bash", ROOT / "deploy" / "postgres" / script, *arguments]
    return subprocess.run(command, env=environment, check=False, capture_output=True, text=True)


def back_up(installation: Installation, folder: Path) -> dict[str, Path]:
    """Make a copy of both databases; return where each is."""
    ran = run(installation, "backup", folder, role="billetbro_backup")
    assert ran.returncode == 0, ran.stderr
    found = re.findall(r"\S+\.dump", ran.stdout)
    return {Path(name).name.partition("-")[0]: Path(name) for name in found}


def rows(installation: Installation, database: str, role: str = "billetbro") -> Mapping[str, object]:
    """Return what is in every table of a database."""
    with psycopg.connect(installation.url(role, database)) as connection:
        names = [name for (name,) in connection.execute(TABLES).fetchall()]
        query = "SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {} AS t"
        return {name: connection.execute(query.format(name).encode()).fetchone() for name in names}


@pytest.fixture(scope="module")
def lived_in(installation: Installation, sandbox: Sandbox) -> Installation:
    """Give an installation in which a run passed."""
    engine = connect(installation.url("billetbro", "billetbro"))
    happened = new_world(sandbox, engine, ["solbjerg"], seeded=True).run()
    engine.dispose()
    assert happened.raised == {}
    installation.ask("airflow", "airflow", "INSERT INTO connection VALUES ('encrypted')")
    return installation


def test_copies_are_of_both_databases_and_for_their_owner_alone(lived_in: Installation, tmp_path: Path) -> None:
    copies = back_up(lived_in, tmp_path)

    assert sorted(copies) == ["airflow", "billetbro"]
    assert sorted(tmp_path.iterdir()) == sorted(copies.values())
    assert {stat.S_IMODE(copy.stat().st_mode) for copy in copies.values()} == {0o600}


def test_restored_database_is_as_it_was_and_each_role_may_what_it_may(lived_in: Installation, tmp_path: Path) -> None:
    copies = back_up(lived_in, tmp_path)
    before = rows(lived_in, "billetbro")
    ran = run(lived_in, "restore", copies["billetbro"], "billetbro_restored", role="postgres")

    assert ran.returncode == 0, ran.stderr
    assert (rows(lived_in, "billetbro_restored"), len(before) > 20) == (before, True)
    assert lived_in.ask("billetbro", "billetbro_restored", OWNERS) == [("billetbro",)]
    lived_in.ask("billetbro_reader", "billetbro_restored", "SELECT * FROM warehouse.sales_by_event")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        lived_in.ask("billetbro_reader", "billetbro_restored", "SELECT * FROM warehouse.purchases")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(lived_in.url("airflow", "billetbro_restored"))


def test_restore_works_as_the_service_in_which_it_is_run(lived_in: Installation, tmp_path: Path) -> None:
    copies = back_up(lived_in, tmp_path)
    service = compose_file()["services"]["postgres-roles"]
    variables = {name: value for name, value in service["environment"].items() if name != "PGHOST"}
    password = tmp_path / "postgres_password"
    password.write_text(lived_in.server.password)
    variables["PGPASSWORD_FILE"] = variables["PGPASSWORD_FILE"].replace("/run/secrets", str(tmp_path))
    environment = {
        "PATH": f"{lived_in.server.programs}:{os.environ['PATH']}",
        "PGHOST": lived_in.server.host,
        **variables,
    }
    environment["PGPORT"] = str(lived_in.server.port)
    script = ROOT / "deploy" / "postgres" / "restore"
    command = ["bash", script, copies["billetbro"], "billetbro_by_hand"]
    ran = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert service["image"].startswith("postgres:")


def test_run_passes_on_a_restored_database(lived_in: Installation, tmp_path: Path, sandbox: Sandbox) -> None:
    copies = back_up(lived_in, tmp_path)
    run(lived_in, "restore", copies["billetbro"], "billetbro_again", role="postgres")
    engine = connect(lived_in.url("billetbro", "billetbro_again"))
    happened = new_world(sandbox, engine, ["solbjerg"], seeded=True).run()
    engine.dispose()

    assert happened.raised == {}


def test_airflows_database_is_restored_for_airflow(lived_in: Installation, tmp_path: Path) -> None:
    copies = back_up(lived_in, tmp_path)
    ran = run(lived_in, "restore", copies["airflow"], "airflow_restored", "airflow", role="postgres")

    assert ran.returncode == 0, ran.stderr
    assert lived_in.ask("airflow", "airflow_restored", "SELECT * FROM connection") == [("encrypted",)]
    for role in ("billetbro", "billetbro_reader"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(lived_in.url(role, "airflow_restored"))


def test_restore_overwrites_no_database(lived_in: Installation, tmp_path: Path) -> None:
    copies, before = back_up(lived_in, tmp_path), rows(lived_in, "billetbro")
    ran = run(lived_in, "restore", copies["billetbro"], "billetbro", role="postgres")

    assert (ran.returncode, "already exists" in ran.stderr) == (1, True)
    assert rows(lived_in, "billetbro") == before


def test_copies_older_than_two_weeks_are_removed_once_there_is_a_new_one(
    lived_in: Installation, tmp_path: Path
) -> None:
    ages = {"billetbro-old.dump": 16, "billetbro-young.dump": 13, "notes.txt": 99}
    now = tmp_path.stat().st_mtime
    for name, age in ages.items():
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (now - age * DAY, now - age * DAY))
    refused = run(lived_in, "backup", tmp_path, role="billetbro_reader")
    left = {file.name for file in tmp_path.iterdir()}
    copies = back_up(lived_in, tmp_path)

    assert (refused.returncode != 0, left) == (True, set(ages))
    assert {file.name for file in tmp_path.iterdir()} == {
        "billetbro-young.dump",
        "notes.txt",
        *(copy.name for copy in copies.values()),
    }
