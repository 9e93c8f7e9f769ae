"""The webhook on a port of its own, with a PostgreSQL, in front of runs that are only written down."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from sqlalchemy import Engine, text
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route

from billetbro.store.database import connect
from billetbro_airflow.webhooks.endpoint import Webhook
from billetbro_airflow.webhooks.take_action import RunDesk
from demo.environment import make_live
from tests.integration.webhooks.door import KNOWN, SECRETS, SERIES, Door, WrittenDown

ALONE = {library: (secret,) for library, secret in SECRETS.items()}


@pytest.fixture(scope="module")
def engine(module_migrated_database_url: str) -> Iterator[Engine]:
    """Give a database that is up to date, in which one event is known."""
    engine = connect(module_migrated_database_url)
    make_live(engine, ["theater", "nordvig", "solbjerg", "closed", "gone"])
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO sync.source_events "
                "SELECT 'theater', :uuid, 'Koncert', :present, jsonb_build_object('series_uuid', :series ::text), "
                "null, now(), now()"
            ),
            [
                {"uuid": KNOWN, "present": True, "series": SERIES},
                {"uuid": "1101-1700000000", "present": False, "series": SERIES},
                {"uuid": "1102-1700000000", "present": True, "series": "another"},
            ],
        )
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def served(engine: Engine) -> Iterator[Door]:
    """Serve the webhook, beside an address that is Airflow's; Yesplan has one event that no snapshot held yet."""
    door = Door("", engine, WrittenDown(), ALONE)
    desk = RunDesk(lambda: door.engine, door.runs, door.events_of)
    webhook = Webhook(door.known_secrets, desk)
    door.logged = webhook.refusals.more
    mounted = Mount("/yesplan", webhook.application())
    together = Starlette(routes=[Route("/airflow", lambda _request: Response()), mounted])
    quiet = {"log_config": None, "lifespan": "off", "timeout_keep_alive": 600}
    server = uvicorn.Server(uvicorn.Config(together, host="127.0.0.1", port=0, **quiet))  # type: ignore[arg-type]
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        thread.join(0.02)
    door.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/yesplan"
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
    served.runs.seconds = 0.0
    served.secrets = dict(ALONE)
    served.logged.clear()
    served.looked = 0
    served.looks.set()
    served.settings_are_broken = False
    return served
