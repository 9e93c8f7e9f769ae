"""A year in fast time: what Billetbro needs does not grow with the time that has passed, and all agree at its end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from billetbro.store.database import connect
from sandbox.server import Sandbox
from tests.chaos.year import LIBRARY, WEEKS, Year, disagreements
from tests.integration.steps.harness import new_world
from tests.integration.warehouse.files import lake_in

pytestmark = pytest.mark.long


@pytest.fixture
def year(migrated_database_url: str, tmp_path: Path) -> Iterator[Year]:
    engine = connect(migrated_database_url)
    with Sandbox() as sandbox:
        yield Year(new_world(sandbox, engine, [LIBRARY], seeded=False), lake_in(tmp_path), tmp_path)
    engine.dispose()


def test_year_of_events_sales_and_outages_stays_small_and_ends_in_agreement(year: Year) -> None:
    sizes = list(year.weeks())
    half, end = sizes[WEEKS // 2], sizes[-1]
    early_log, late_log = half.log, end.log - half.log
    year.settle()
    assert disagreements(year.world) == []
    grown = {table: (half.rows[table], rows) for table, rows in end.rows.items() if rows > half.rows[table] * 1.25 + 10}
    assert grown.keys() <= {"former_links"}
    assert end.memory < half.memory * 1.15 + 20_000
    assert late_log < early_log * 1.25 + 2_000
    assert end.files < half.files * 1.5 + 20
