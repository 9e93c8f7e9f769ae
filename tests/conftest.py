"""One PostgreSQL and one Airflow home for the whole session; a database of its own for whoever asks."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from demo.environment import EmbeddedPostgres, airflow_environment, child_environment, migrate_sqlite

# Airflow reads its configuration when it is imported, which is before the first fixture.
AIRFLOW_HOME = Path(tempfile.mkdtemp(prefix="billetbro-airflow-"))
_ENVIRONMENT = child_environment(airflow_environment(AIRFLOW_HOME))
os.environ.clear()
os.environ.update(_ENVIRONMENT)

_database_numbers = count(1)


def pytest_unconfigure() -> None:
    """Remove the session's Airflow home."""
    shutil.rmtree(AIRFLOW_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """Run one PostgreSQL server for the session."""
    with EmbeddedPostgres() as server:
        yield server


@pytest.fixture
def database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """Give a test an empty database of its own, as an SQLAlchemy URL."""
    yield from _new_database(postgres)


@pytest.fixture(scope="module")
def module_database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """Give a module's tests an empty database to share, as an SQLAlchemy URL."""
    yield from _new_database(postgres)


@pytest.fixture(scope="session")
def airflow_home() -> Path:
    """Give the session's Airflow home with its metadata database; what runs or loads a DAG asks for it."""
    migrate_sqlite(AIRFLOW_HOME)
    return AIRFLOW_HOME


def _new_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    name = f"test_{next(_database_numbers)}"
    yield postgres.create_database(name)
    postgres.drop_database(name)
