"""The webhook on a port of its own, with a PostgreSQL, in front of runs that are only written down."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from sqlalchemy import Engine, text

from include.sandbox.yesplan_webhook import Webhook as Yesplan
from include.store.database import connect, migrate
from webhooks.answers import NotAnswered
from webhooks.desk import RunDesk
from webhooks.endpoint import Webhook

SECRETS = {"theater": b"made-up secret of the theatre", "kulturhus": b"made-up secret of the house"}
KNOWN, NEW = "1201-1700000000", "1202-1700000000"


@dataclass(slots=True)
class WrittenDown:
    """Runs as they were asked for; all wait until `begun` is set, and none can be started while `paused`."""

    started: list[tuple[str, str]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    begun: bool = False
    paused: bool = False

    def waiting(self, library: str) -> list[str]:
        """Return the runs that wait for this library."""
        return [] if self.begun else [run_id for run_id in self.ids if f"__{library}__" in run_id]

    def start(self, library: str, uuid: str, run_id: str) -> None:
        """Write down a run."""
        if self.paused:
            raise NotAnswered(503, "paused", retry_after=300)
        self.started.append((library, uuid))
        self.ids.append(run_id)


@dataclass(slots=True)
class Door:
    """The webhook, and what stands behind it."""

    address: str
    engine: Engine
    runs: WrittenDown
    secrets: dict[str, bytes]

    def yesplan(self, library: str = "theater", secret: str | None = None) -> Yesplan:
        """Return a venue's Yesplan that has the library's secret, or another."""
        known = SECRETS.get(library, b"made-up secret of nobody").decode()
        return Yesplan(f"{self.address}/{library}", known if secret is None else secret)

    def requests(self) -> list[tuple[object, ...]]:
        """Return library, event, action and run of the requests that are remembered, in order."""
        query = text("SELECT library, uuid, action, run_id FROM sync.webhook_requests ORDER BY received_at")
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query)]


@pytest.fixture(scope="module")
def engine(module_database_url: str) -> Iterator[Engine]:
    """Give a database that is up to date, in which one event is known."""
    engine = connect(module_database_url)
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO sync.source_events VALUES ('theater', :uuid, 'Koncert', true, '{}', null, now(), now())"),
            {"uuid": KNOWN},
        )
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def served(engine: Engine) -> Iterator[Door]:
    """Serve the webhook for the module's tests; Yesplan itself has one event that no snapshot held yet."""
    door = Door("", engine, WrittenDown(), dict(SECRETS))
    desk = RunDesk(lambda: door.engine, door.runs, lambda _library, uuid: uuid == NEW)
    server = uvicorn.Server(
        uvicorn.Config(
            Webhook(lambda: door.secrets, desk).application(), host="127.0.0.1", port=0, log_config=None, lifespan="off"
        )
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        thread.join(0.02)
    door.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield door
    server.should_exit = True
    thread.join()


@pytest.fixture
def door(served: Door) -> Door:
    """Give the webhook as nobody has called it yet."""
    with served.engine.begin() as connection:
        connection.execute(text("TRUNCATE sync.webhook_requests"))
    served.runs.started.clear()
    served.runs.ids.clear()
    served.runs.begun = served.runs.paused = False
    served.secrets = dict(SECRETS)
    return served
