"""A venue's hour as Airflow runs it; and nothing that a failing run leaves anywhere holds the key to its Yesplan."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from sandbox.server import Sandbox
from tests.end_to_end.airflow_runs import STEPS, Runs, bytes_left_in

pytestmark = pytest.mark.long

THEATER = {
    "type": "yesplan",
    "conn_id": "yesplan_theater",
    "price_unit": "kroner",
    "custom_data": {
        "capacity": "ticketing_capacity",
        "relevant": "ticketing_publish",
        "prices": {"Voksen": "price_adult", "Barn": "price_child"},
        "sales_link": "ticket_link",
        "sale_state": "ticket_state",
        "sold": "tickets_sold",
    },
}
ON_SALE = ["Kameliadamen", "Nøddeknækkeren", "Nøddeknækkeren", "Åbent hus bag scenen"]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def libraries(libraries: dict[str, object]) -> dict[str, object]:
    entries = libraries["libraries"]
    assert isinstance(entries, list)
    return {**libraries, "libraries": [{**entries[0], "source": THEATER}]}


def stored(engine: Engine) -> str:
    named = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('sync', 'warehouse')"
    with engine.connect() as connection:
        tables = connection.scalars(text(named)).all()
        return "\n".join(str(connection.execute(text(f"SELECT * FROM {table}")).all()) for table in tables)


def test_venue_that_plans_in_yesplan_is_kept_in_step(runs: Runs, sandbox: Sandbox) -> None:
    first = runs.run()
    assert (first.state, first.steps("solbjerg")) == ("success", dict.fromkeys(STEPS, ("success", 1)))
    linked = [event.name for event in sandbox.yesplan["theater"].events if event.custom.get("ticket_link")]
    assert sorted(linked) == ON_SALE
    sandbox.log.clear()
    assert (runs.run().state, sandbox.log.writes()) == ("success", [])


def test_key_that_was_revoked_fails_the_run_at_once_and_is_nowhere_in_what_is_left(
    runs: Runs, sandbox: Sandbox, engine: Engine, airflow_home: Path, files: Path, caplog: pytest.LogCaptureFixture
) -> None:
    state = sandbox.yesplan["theater"]
    state.behave(revoked=True)
    with caplog.at_level(logging.DEBUG):
        ran = runs.run()
    state.behave(revoked=False)
    kept = bytes_left_in(airflow_home, files).decode(errors="replace")
    left = [ran.log, caplog.text, runs.everything(), stored(engine), kept]
    assert (ran.state, ran.steps("solbjerg")["extract"]) == ("failed", ("failed", 1))
    assert "solbjerg: extract: Forbindelsen 'yesplan_theater' til 127.0.0.1" in ran.log
    assert "godtog ikke login (status 403)" in ran.log
    assert "place2book_sync" in kept
    assert [number for number, one in enumerate(left) if state.api_key in one] == []
