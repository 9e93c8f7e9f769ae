"""More libraries than tasks: several share a task, and still one's failure is its own."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select

from billetbro.store.schema.tables import runs as run_rows
from sandbox.place2book_records import EventMaker
from sandbox.seed import Library
from sandbox.server import Sandbox
from tests.end_to_end.airflow_runs import STEPS, Runs

pytestmark = pytest.mark.long

IDS = [f"lib{number:02}" for number in range(1, 18)]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sites = [
        Library(id=name, name=name, login="eksternt", password=f"made-up-{name}", price_unit="kroner") for name in IDS
    ]
    makers = [EventMaker(6000 + place, name, "Byen", "2730", "Torvet 1") for place, name in enumerate(IDS)]
    with Sandbox(libraries=sites, event_makers=makers, seeded=False) as running:
        yield running


@pytest.fixture(scope="module")
def libraries() -> dict[str, object]:
    address = {"name": "Biblioteket", "address1": "Torvet 1", "postal_code": "2730", "city": "Byen"}
    return {
        "defaults": {"fallback_address": address, "requests": {"per_second": 1000}},
        "libraries": [
            {
                "id": name,
                "name": name,
                "source": {"type": "dpl_cms", "conn_id": f"cms_{name}", "price_unit": "kroner"},
                "place2book": {"conn_id": "place2book", "event_maker": 6000 + place},
            }
            for place, name in enumerate(IDS)
        ],
    }


def test_library_that_fails_leaves_the_others_untouched(runs: Runs, sandbox: Sandbox, engine: Engine) -> None:
    sandbox.faults.add("cms:lib03", "status", "GET", code=403)
    ran = runs.run()
    labels = ["lib01 … lib04 (4)", "lib05 … lib08 (4)", "lib09 … lib12 (4)", "lib13 … lib17 (5)"]
    states = {label: {step: state for step, (state, _) in ran.steps(label).items()} for label in labels}
    well = dict.fromkeys(STEPS, "success")
    assert states == dict.fromkeys(labels, well) | {labels[0]: well | {"extract": "failed"}}
    assert "1 af 17 biblioteker fejlede: lib03: extract: Forbindelsen 'cms_lib03'" in ran.log
    with engine.connect() as connection:
        rows = connection.execute(select(run_rows.c.library, run_rows.c.loaded_at, run_rows.c.exported_at)).all()
    assert {row.library for row in rows if row.loaded_at is None} == {"lib03"}
    assert {row.library for row in rows if row.exported_at} == set(IDS)
    (value,) = (row[0] for row in runs.query("SELECT value FROM xcom WHERE run_id = ?", ran.run_id))
    assert json.loads(str(value)) == [IDS[:4], IDS[4:8], IDS[8:12], IDS[12:]]


def test_library_that_passes_in_another_try_is_the_only_one_done_again(runs: Runs, sandbox: Sandbox) -> None:
    sandbox.faults.clear()
    sandbox.log.clear()
    sandbox.faults.add("cms:lib07", "html_200", "GET", "/api/v1/events", times=1)
    ran = runs.run()
    # What failed in the run before is a batch by itself.
    label = "lib07 … lib11 (5)"
    assert (ran.state, ran.steps(label)["extract"]) == ("success", ("success", 2))
    asked = Counter(entry.server for entry in sandbox.log.entries if entry.path == "/api/v1/events")
    assert asked == dict.fromkeys((f"cms:{name}" for name in IDS), 1) | {"cms:lib07": 2}
    assert ran.steps("lib03")["extract"] == ("success", 1)
