"""Two Celery workers, one of which dies between two writes of a load: the other ends the run as if nothing had been."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Engine, func, make_url, select

from billetbro.store.database import connect
from billetbro.store.schema.tables import changes, links
from billetbro.store.schema.warehouse_tables import metadata as warehouse
from demo.environment import EmbeddedPostgres, ids_in, make_live, sandbox_connections
from sandbox.moments import Clock
from sandbox.server import Sandbox
from tests.end_to_end.airflow_runs import Runs
from tests.end_to_end.conftest import PRIVACY_KEY
from tests.end_to_end.machines import Cluster, cluster

pytestmark = [pytest.mark.long, pytest.mark.redis]

EXPORTED = ("events", "prices", "purchases", "tickets", "additional_sales", "answers")
OF_ONE_RUN = frozenset(
    {"first_seen_at", "last_seen_at", "changed_at", "exported_at", "created_at", "updated_at", "counted_run"}
)
"""Columns that say when, and differ from one run to the other whatever happens."""
IN_DOUBT = select(func.count()).where(changes.c.status == "applying")
ENDED = "SELECT state FROM dag_run WHERE dag_id = 'place2book_sync' AND state IN ('success', 'failed')"
LOADS = "SELECT max(try_number) FROM task_instance WHERE task_id = 'library.load'"


@pytest.fixture(scope="module")
def clock() -> Clock:
    """Give both sandboxes one time, so that what they begin with is the same."""
    now = datetime.now(UTC)
    return lambda: now


@pytest.fixture(scope="module")
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    """Run the stand-ins of the undisturbed run."""
    with Sandbox(clock=clock) as running:
        yield running


@pytest.fixture(scope="module")
def other_sandbox(clock: Clock) -> Iterator[Sandbox]:
    """Run the stand-ins of the run whose worker dies."""
    with Sandbox(clock=clock) as running:
        yield running


@pytest.fixture(scope="module")
def other_engine(postgres: EmbeddedPostgres) -> Iterator[Engine]:
    """Give the database of the run whose worker dies."""
    engine = connect(postgres.create_database("worker_dies"))
    make_live(engine, ids_in())
    yield engine
    engine.dispose()
    postgres.drop_database("worker_dies")


@pytest.fixture(scope="module")
def machines(
    variables: dict[str, str], postgres: EmbeddedPostgres, other_sandbox: Sandbox, other_engine: Engine
) -> Iterator[Cluster]:
    """Run Airflow on three machines, against stand-ins of its own."""
    database = postgres.airflow_connection_json(make_url(other_engine.url).database or "")
    own = variables | sandbox_connections(other_sandbox, database, PRIVACY_KEY) | {"BILLETBRO_FILES": ""}
    with TemporaryDirectory(prefix="billetbro-machines-") as folder, cluster(Path(folder), own) as running:
        yield running


def test_run_whose_worker_is_killed_between_two_writes_ends_right_on_the_other(
    runs: Runs, sandbox: Sandbox, engine: Engine, machines: Cluster, other_sandbox: Sandbox, other_engine: Engine
) -> None:
    writes = r"^/event_makers/5000/"
    other_sandbox.faults.add("place2book", "slow", "POST", writes, seconds=2)
    machines.wait(lambda: machines.switch_on("place2book_sync"))
    machines.wait(lambda: len(carried_out(other_sandbox, writes)) >= 5 or machines.rows(ENDED) != [])
    assert machines.rows(ENDED) == []
    outlived = machines.kill(machines.worker_of("library.load"))
    before = len(carried_out(other_sandbox, writes))
    other_sandbox.faults.clear()
    undisturbed = runs.run()
    machines.wait(lambda: machines.rows(ENDED) != [])

    assert (outlived, machines.rows(ENDED), machines.rows(LOADS)[0][0] > 1) == ([], [("success",)], True)
    assert (undisturbed.state, len(carried_out(other_sandbox, writes)) > before) == ("success", True)
    without, disturbed = stands(sandbox, engine), stands(other_sandbox, other_engine)
    assert (disturbed - without, without - disturbed) == (Counter(), Counter())


def carried_out(sandbox: Sandbox, path: str) -> list[str]:
    """Return the writes to these addresses that were answered."""
    return [entry.path for entry in sandbox.log.writes("place2book") if entry.status and re.search(path, entry.path)]


def stands(sandbox: Sandbox, engine: Engine) -> Counter[str]:
    """Return all that stands in Place2book, on the websites and in our tables, with names for what is numbered."""
    names = dict.fromkeys(sandbox.urls.values(), "")
    for event in sandbox.place2book.events:
        of_event = {str(event.id): "event", event.seccode: "seccode"}
        of_event |= {str(price.id): price.fields.name for price in event.prices.values()}
        of_event |= {str(purchase.id): f"purchase {place}" for place, purchase in enumerate(event.purchases)}
        tickets = [ticket for purchase in event.purchases for ticket in purchase.tickets]
        of_event |= {str(ticket.id): f"ticket {place}" for place, ticket in enumerate(tickets)}
        extras = [sale for ticket in tickets for sale in ticket.additional_sales]
        of_event |= {str(number): sale.name for sale in extras for number in (sale.id, sale.additional_id)}
        names |= {number: f"<{name} of {event.fields.name}>" for number, name in of_event.items()}
    numbered = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")

    def line(thing: object) -> str:
        return numbered.sub(lambda found: names[found[0]], json.dumps(thing, default=str, ensure_ascii=False))

    told = {
        "Place2book": [
            [event.event_maker, event.fields.as_json(), [price.fields.as_json() for price in event.prices.values()]]
            for event in sandbox.place2book.events
        ],
        "websites": [site.as_json(event) for site in sandbox.cms.values() for event in site.events],
    }
    with engine.connect() as connection:
        told["in doubt"] = [connection.scalar(IN_DOUBT)]
        for table in (links, *(warehouse.tables[f"warehouse.{name}"] for name in EXPORTED)):
            kept = [column for column in table.c if column.name not in OF_ONE_RUN]
            told[table.name] = [list(row) for row in connection.execute(select(*kept))]
    return Counter(f"{name}: {line(thing)}" for name, things in told.items() for thing in things)
