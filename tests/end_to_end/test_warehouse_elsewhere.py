"""A run whose warehouse lies in a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from billetbro.store.database import connect
from billetbro_airflow.tasks.databases import warehouse_engine
from demo.environment import EmbeddedPostgres
from tests.end_to_end.airflow_runs import Runs

pytestmark = pytest.mark.long
DATABASE = "warehouse_elsewhere"


@pytest.fixture(scope="module")
def elsewhere(postgres: EmbeddedPostgres) -> Iterator[Engine]:
    engine = connect(postgres.create_database(DATABASE))
    yield engine
    engine.dispose()
    postgres.drop_database(DATABASE)


@pytest.fixture(scope="module")
def variables(variables: dict[str, str], postgres: EmbeddedPostgres, elsewhere: Engine) -> dict[str, str]:
    return variables | {"AIRFLOW_CONN_BILLETBRO_WAREHOUSE": postgres.airflow_connection_json(DATABASE)}


def test_run_stores_what_was_sold_in_the_warehouse(runs: Runs, engine: Engine, elsewhere: Engine, files: Path) -> None:
    ran = runs.run()
    with elsewhere.connect() as connection:
        sold = connection.scalar(text("SELECT sum(purchases) FROM warehouse.sales_by_event"))
        only = connection.scalar(text("SELECT to_regnamespace('sync')"))
    with engine.connect() as connection:
        beside = connection.scalar(text("SELECT to_regnamespace('warehouse')"))
    warehouse_engine().dispose()
    assert (ran.state, sold, only, beside) == ("success", 2, None, None)
    assert list(files.glob("purchases/**/*.parquet")) != []
