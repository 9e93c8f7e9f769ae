"""One PostgreSQL and one Airflow home for each process that runs tests; a database of its own for whoever asks."""

import gc
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from demo.environment import EmbeddedPostgres, airflow_environment, child_environment, migrate_sqlite

# Airflow reads its configuration when it is imported, which is before the first fixture.
AIRFLOW_HOME = Path(tempfile.mkdtemp(prefix="billetbro-airflow-"))
_CONTRACTS = {name: value for name, value in os.environ.items() if name == "BILLETBRO_CONTRACTS"}
_ENVIRONMENT = child_environment(airflow_environment(AIRFLOW_HOME), _CONTRACTS)
os.environ.clear()
os.environ.update(_ENVIRONMENT)

CATALOGUE = Path(__file__).parent / "rules" / "broken"
NAMED_TEST = re.compile(r"- (tests/\S+::\w+)")
_database_numbers = count(1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return what `-n auto` means: a process for each processor, at most four; with one, none beside this one."""
    ours = getattr(os, "sched_getaffinity", None)
    processors = len(ours(0)) if ours else os.cpu_count() or 1
    return min(processors, 4) if processors > 1 else 0


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to `make test-long` what is thorough, unless it is needed to notice that a rule is broken."""
    named = {name for file in CATALOGUE.glob("*.yaml") for name in NAMED_TEST.findall(file.read_text())}
    for item in items:
        if item.get_closest_marker("thorough") and item.nodeid.partition("[")[0] not in named:
            item.add_marker("long")


def pytest_collection_finish() -> None:
    """Keep what was imported out of the garbage collector's way, which would look through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Remove the process's Airflow home."""
    shutil.rmtree(AIRFLOW_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """Run one PostgreSQL server for the process."""
    # Here, since tests without a database need not wait for the import.
    from billetbro.store import logins

    logins.SCRYPT_COST = 2
    with EmbeddedPostgres() as server:
        yield server


@pytest.fixture(scope="session")
def up_to_date(postgres: EmbeddedPostgres) -> str:
    """Name a database with Billetbro's tables in it, for others to be copied from."""
    from billetbro.store.database import connect, migrate, migrate_warehouse

    engine = connect(postgres.create_database("up_to_date"))
    migrate(engine)
    migrate_warehouse(engine)
    engine.dispose()
    return "up_to_date"


@pytest.fixture
def database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """Give a test an empty database of its own, as an SQLAlchemy URL."""
    yield from _new_database(postgres)


@pytest.fixture(scope="module")
def module_database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """Give a module's tests an empty database to share, as an SQLAlchemy URL."""
    yield from _new_database(postgres)


@pytest.fixture
def migrated_database_url(postgres: EmbeddedPostgres, up_to_date: str) -> Iterator[str]:
    """Give a test a database of its own whose tables are up to date, as an SQLAlchemy URL."""
    yield from _new_database(postgres, up_to_date)


@pytest.fixture(scope="module")
def module_migrated_database_url(postgres: EmbeddedPostgres, up_to_date: str) -> Iterator[str]:
    """Give a module's tests a database to share whose tables are up to date, as an SQLAlchemy URL."""
    yield from _new_database(postgres, up_to_date)


@pytest.fixture(scope="session")
def airflow_home() -> Path:
    """Give the process's Airflow home with its metadata database; what runs or loads a DAG asks for it."""
    migrate_sqlite(AIRFLOW_HOME)
    return AIRFLOW_HOME


def _new_database(postgres: EmbeddedPostgres, template: str | None = None) -> Iterator[str]:
    name = f"test_{next(_database_numbers)}"
    yield postgres.create_database(name, template)
    postgres.drop_database(name)
