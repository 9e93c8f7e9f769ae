"""The roles of deploy/postgres/roles.sql: each does its work, and nothing else."""

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from billetbro.store.database import connect
from demo.environment import ROOT
from sandbox.server import Sandbox
from tests.cases import cases
from tests.integration.steps.harness import new_world
from tests.integration.store.installation import PASSWORD_FILES, Installation

REFUSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)


def test_run_passes_with_billetbros_own_role(installation: Installation, sandbox: Sandbox) -> None:
    engine = connect(installation.url("billetbro", "billetbro"))
    world = new_world(sandbox, engine, ["solbjerg"], seeded=True)
    happened = world.run()

    with engine.connect() as connection:
        role = connection.scalar(
            text("SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = USER")
        )
    engine.dispose()
    assert (happened.raised, role) == ({}, False)
    assert installation.ask("billetbro", "billetbro", "SELECT count(*) > 0 FROM warehouse.events") == [(True,)]


@cases(
    "role statement",
    ("Billetbro makes no database", "billetbro", "CREATE DATABASE other"),
    ("Billetbro makes no role", "billetbro", "CREATE ROLE other SUPERUSER"),
    ("Billetbro runs no program", "billetbro", "COPY (SELECT 1) TO PROGRAM 'true'"),
    ("Billetbro reads no file", "billetbro", "SELECT pg_read_file('postgresql.conf')"),
    ("the reader reads no table", "billetbro_reader", "SELECT full_name FROM warehouse.purchases"),
    ("the reader reads no state", "billetbro_reader", "SELECT * FROM sync.links"),
    ("the reader changes nothing", "billetbro_reader", "CREATE TABLE warehouse.other (id int)"),
    ("the backup changes nothing", "billetbro_backup", "DELETE FROM sync.links"),
)
def test_role_is_refused_what_is_not_its_work(installation: Installation, role: str, statement: str) -> None:
    with pytest.raises(REFUSED):
        installation.ask(role, "billetbro", statement)


@cases(
    "role database",
    ("Billetbro at Airflow's", "billetbro", "airflow"),
    ("a reader at Airflow's", "billetbro_reader", "airflow"),
    ("Airflow at Billetbro's", "airflow", "billetbro"),
    ("Billetbro at the server's own", "billetbro", "postgres"),
)
def test_role_cannot_enter_a_database_of_somebody_else(installation: Installation, role: str, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(installation.url(role, database))


def test_reader_reads_every_view(installation: Installation) -> None:
    views = [file.stem for file in (ROOT / "include" / "billetbro" / "warehouse" / "sql").glob("*.sql")]

    counted = {
        view: installation.ask("billetbro_reader", "billetbro", f"SELECT count(*) >= 0 FROM warehouse.{view}")
        for view in views
    }
    assert (counted, len(views) > 5) == ({view: [(True,)] for view in views}, True)


def test_script_that_runs_again_takes_a_changed_password_and_shows_none(installation: Installation) -> None:
    file = installation.secrets / PASSWORD_FILES["billetbro_reader"]
    old = installation.url("billetbro_reader", "billetbro")
    file.write_text("made-up ' another \" one")
    said = installation.make_roles()
    server = installation.server

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(old)
    psycopg.connect(
        host=server.host, port=server.port, user="billetbro_reader", password=file.read_text(), dbname="billetbro"
    ).close()
    assert said == ""
    assert "made-up" not in (server.folder / "postgres.log").read_text()


def test_script_without_a_password_makes_no_role(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / PASSWORD_FILES["airflow"]).write_text("made-up")
    ran = installation.try_to_make_roles(tmp_path)

    assert (ran.returncode, "a password is missing" in ran.stderr) == (3, True)
    assert installation.ask("billetbro", "billetbro", "SELECT 1") == [(1,)]
