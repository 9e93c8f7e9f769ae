"""A country of copies is one whose every event was transferred."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.country import Country
from benchmarks.country_sandbox import country_sandbox
from benchmarks.country_state import transfer
from benchmarks.hour_ours import Hour, run_hour
from demo.environment import EmbeddedPostgres


@pytest.mark.slow
def test_copied_libraries_have_nothing_to_write_until_something_changes(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    country = Country(libraries=3, events=2, now=datetime.now(UTC))
    settings, database = tmp_path / "libraries.yaml", postgres.create_database("copies")
    settings.write_text(country.settings({}))
    writes = []
    with country_sandbox(country) as sandbox:
        transfer(country, sandbox, database, settings)
        for run, percent in (("settling", 0), ("nothing changed", 0), ("all changed", 100)):
            sandbox.requests()
            sandbox.change(percent, 77)
            hour = Hour(
                name=run, database_url=database, settings=settings, addresses=sandbox.addresses, now=country.now
            )
            run_hour(hour)
            asked = sandbox.requests()
            writes.append((run, asked["cms writes"], asked["place2book writes"]))
    postgres.drop_database("copies")
    assert writes == [("settling", 2, 0), ("nothing changed", 0, 0), ("all changed", 0, 6)]
