"""The embedded PostgreSQL that the demo, `make up` and the tests run on."""

import json
import socket
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from sqlalchemy import create_engine, text

from demo.postgres import EmbeddedPostgres, free_port
from demo.postgres_programs import PostgresDidNotStartError


def test_temporary_server_after_its_block_is_gone_with_its_folder() -> None:
    with EmbeddedPostgres() as server:
        folder, port = server.folder, server.port
        assert folder.is_dir()

    assert not folder.exists()
    with socket.socket() as probe:
        assert probe.connect_ex((server.host, port)) != 0


def test_servers_side_by_side_share_nothing(postgres: EmbeddedPostgres) -> None:
    with EmbeddedPostgres() as other:
        other.create_database("only_here")

        assert other.port != postgres.port
        assert other.folder != postgres.folder
        assert (other.has_database("only_here"), postgres.has_database("only_here")) == (True, False)


def test_kept_server_started_again_still_has_its_databases() -> None:
    # Not pytest's folder for temporary files: only its owner may enter that, and PostgreSQL never runs as root.
    with TemporaryDirectory(prefix="billetbro-kept-") as outer:
        Path(outer).chmod(0o755)
        folder = Path(outer) / "postgres"
        with EmbeddedPostgres(folder) as first:
            first.create_database("kept")
        with EmbeddedPostgres(folder) as second:
            assert second.has_database("kept")
        assert (folder / "data").is_dir()


def test_server_without_its_password_refuses_the_connection(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(host=postgres.host, port=postgres.port, user=postgres.user, password="wrong", dbname="postgres")


def test_password_file_is_readable_by_its_owner_only(postgres: EmbeddedPostgres) -> None:
    assert stat.S_IMODE((postgres.folder / "password").stat().st_mode) == 0o600


def test_database_url_leads_to_an_empty_database_in_utf8(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
        upper = connection.execute(text("SELECT upper('blåbærgrød')")).scalar_one()
        tables = connection.execute(
            text("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
        ).scalar_one()
    engine.dispose()

    assert (encoding, upper, tables) == ("UTF8", "BLÅBÆRGRØD", 0)


def test_database_from_a_template_has_its_contents(postgres: EmbeddedPostgres) -> None:
    engine = create_engine(postgres.create_database("pattern"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE shelf AS SELECT 7 AS books"))
    engine.dispose()

    copy = create_engine(postgres.create_database("copy_of_pattern", template="pattern"))
    with copy.connect() as connection:
        books = connection.execute(text("SELECT books FROM shelf")).scalars().all()
    copy.dispose()
    postgres.drop_database("copy_of_pattern")
    postgres.drop_database("pattern")

    assert books == [7]
    assert (postgres.has_database("copy_of_pattern"), postgres.has_database("pattern")) == (False, False)


def test_airflow_connection_names_server_and_database(postgres: EmbeddedPostgres) -> None:
    assert json.loads(postgres.airflow_connection_json("events")) == {
        "conn_type": "postgres",
        "host": "127.0.0.1",
        "port": postgres.port,
        "login": "billetbro",
        "password": postgres.password,
        "schema": "events",
    }


def test_server_with_damaged_data_says_what_its_log_says() -> None:
    with TemporaryDirectory(prefix="billetbro-damaged-") as outer:
        Path(outer).chmod(0o755)
        folder = Path(outer) / "postgres"
        with EmbeddedPostgres(folder):
            pass
        (folder / "data" / "PG_VERSION").write_text("9.0\n")

        with pytest.raises(PostgresDidNotStartError, match="incompatible"):
            EmbeddedPostgres(folder).start()


def test_free_port_when_the_preferred_is_taken_is_another() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number: int = taken.getsockname()[1]
        other = free_port(number)

    assert other != number
    assert free_port(number) == number
