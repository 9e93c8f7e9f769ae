"""What Yesplan is told after a run of the events that were asked for in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from include.api.session import RequestSettings
from include.api.yesplan import YesplanClient
from include.models import LinkStatus, WebhookAction
from include.pipeline.webhook_states import tell, whom_to_tell
from include.sandbox.server import Sandbox
from include.sandbox.yesplan_state import Installation
from include.sources.yesplan import YesplanSettings, YesplanSource
from include.store import webhook_requests as stored
from include.store.database import connect
from include.store.links import save_link
from tests.integration.store.examples import LINK, NOW

LIBRARY, RUN = "theater", "yesplan__theater__1"
UPDATE, WITHDRAW = WebhookAction.UPDATE, WebhookAction.WITHDRAW
LIVE, DELETED = LinkStatus.LIVE, LinkStatus.DELETED
FAILED_LOAD, FAILED_EXPORT = """'{"load": "no"}'""", """'{"export_purchases": "no"}'"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Run the stand-ins."""
    with Sandbox(seeded=False) as running:
        yield running


@pytest.fixture
def theater(sandbox: Sandbox) -> Installation:
    """Give the theatre's Yesplan without events."""
    sandbox.reset()
    return sandbox.yesplan["theater"]


@pytest.fixture
def source(sandbox: Sandbox, theater: Installation) -> Iterator[YesplanSource]:
    """Give the theatre as a source that shows states."""
    settings = YesplanSettings.model_validate(
        {
            "type": "yesplan",
            "conn_id": "y",
            "price_unit": "kroner",
            "custom_data": {"webhook_state": "ticketing_update"},
        }
    )
    patience = RequestSettings(tries=1, read_timeout=2)
    with YesplanClient(sandbox.yesplan_urls["theater"], theater.api_key, connection="y", settings=patience) as client:
        yield YesplanSource(client, settings, lookback_days=60)


@pytest.fixture(autouse=True)
def tables(engine: Engine) -> None:
    """Empty what a test before left."""
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE sync.webhook_requests, sync.runs, sync.links, sync.rejections"))


def ask(engine: Engine, uuid: str, action: WebhookAction = WebhookAction.UPDATE, run_id: str = RUN) -> None:
    with engine.begin() as connection:
        stored.remember(connection, LIBRARY, f"{run_id} {uuid}", NOW.replace(year=2100))
        stored.note_run(connection, f"{run_id} {uuid}", uuid, action, run_id)


def ran(engine: Engine, run_id: str = RUN, library: str = LIBRARY, **columns: str) -> None:
    begun = "INSERT INTO sync.runs (run_id, library, mode, started_at) VALUES (:run, :library, 'sync', now())"
    with engine.begin() as connection:
        connection.execute(text(begun), {"run": run_id, "library": library})
        changes = ", ".join(f"{name} = {value}" for name, value in {"loaded_at": "now()", **columns}.items())
        connection.execute(text(f"UPDATE sync.runs SET {changes} WHERE run_id = :run"), {"run": run_id})


def link(engine: Engine, uuid: str, status: LinkStatus = LinkStatus.LIVE) -> None:
    with engine.begin() as connection:
        save_link(connection, LIBRARY, replace(LINK, uuid=uuid, status=status))


def reject(engine: Engine, uuid: str, *, resolved: bool = False) -> None:
    rejected = (
        "INSERT INTO sync.rejections (library, uuid, code, title, first_seen_at, last_seen_at, "
        "last_run_id, resolved_at) VALUES (:library, :uuid, 'capacity_missing', '', now(), now(), '', "
        + ("now())" if resolved else "null)")
    )
    with engine.begin() as connection:
        connection.execute(text(rejected), {"library": LIBRARY, "uuid": uuid})


def told(engine: Engine) -> list[tuple[object, ...]]:
    """Return of each request whether it is done with, and whether something went wrong."""
    query = "SELECT told_at IS NOT NULL, error IS NOT NULL FROM sync.webhook_requests ORDER BY signature"
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@pytest.mark.parametrize(
    ("action", "status", "rejected", "run", "state"),
    [
        pytest.param(UPDATE, LIVE, None, {}, "published", id="on sale"),
        pytest.param(WITHDRAW, LIVE, None, {}, "kept", id="on sale, to be withdrawn"),
        pytest.param(UPDATE, None, None, {}, "absent", id="never was there"),
        pytest.param(WITHDRAW, DELETED, None, {}, "absent", id="withdrawn"),
        pytest.param(UPDATE, LIVE, "open", {}, "rejected", id="rejected"),
        pytest.param(UPDATE, LIVE, "resolved", {}, "published", id="rejected before"),
        pytest.param(WITHDRAW, LIVE, "open", {}, "rejected", id="to be withdrawn, and sold"),
        pytest.param(UPDATE, LIVE, None, {"errors": FAILED_LOAD}, "failed", id="the run failed"),
        pytest.param(UPDATE, LIVE, None, {"errors": FAILED_EXPORT}, "published", id="only purchases failed"),
        pytest.param(UPDATE, LIVE, None, {"loaded_at": "null"}, "failed", id="the run was stopped"),
        pytest.param(UPDATE, LIVE, None, None, "failed", id="the run never began for the library"),
    ],
)
def test_state_after_a_run_tells_how_the_event_stands(
    engine: Engine,
    theater: Installation,
    source: YesplanSource,
    action: WebhookAction,
    status: LinkStatus | None,
    rejected: str | None,
    run: dict[str, str] | None,
    state: str,
) -> None:
    uuid, other = theater.add(), theater.add()
    ask(engine, uuid, action)
    ran(engine, library="solbjerg") if run is None else ran(engine, **run)
    if status:
        link(engine, uuid, status)
    if rejected:
        reject(engine, uuid, resolved=rejected == "resolved")
    reject(engine, other)

    assert tell(engine, RUN, source, whom_to_tell(engine, RUN), NOW) == []
    assert (theater.get(uuid).custom, theater.get(other).custom) == ({"ticketing_update": state}, {})
    assert (told(engine), whom_to_tell(engine, RUN)) == ([(True, False)], [])


def test_state_that_yesplan_refuses_is_not_told_again(
    engine: Engine, theater: Installation, source: YesplanSource
) -> None:
    gone, there = theater.add(), theater.add()
    theater.remove(gone)
    for uuid in (gone, there):
        ask(engine, uuid)
    ran(engine)

    mistakes = tell(engine, RUN, source, whom_to_tell(engine, RUN), NOW)
    assert [gone in mistake for mistake in mistakes] == [True]
    assert (theater.get(there).custom, told(engine)) == ({"ticketing_update": "absent"}, [(True, True), (True, False)])
    assert whom_to_tell(engine, RUN) == []


def test_state_while_yesplan_is_down_is_told_after_the_librarys_next_run(
    engine: Engine, sandbox: Sandbox, theater: Installation, source: YesplanSource
) -> None:
    uuids = [theater.add(), theater.add()]
    for uuid in uuids:
        ask(engine, uuid)
    ran(engine)
    theater.behave(revoked=True)
    sandbox.log.clear()
    mistakes = tell(engine, RUN, source, whom_to_tell(engine, RUN), NOW)
    asked = len(sandbox.log.writes())
    theater.behave(revoked=False)
    ran(engine, "of another library", "solbjerg")
    ran(engine, "scheduled")
    waiting = [whom_to_tell(engine, run) for run in ("of another library", "scheduled")]

    assert (len(mistakes), asked, [len(one) for one in waiting]) == (1, 1, [0, 2])
    assert tell(engine, "scheduled", source, waiting[1], NOW) == []
    assert [theater.get(uuid).custom for uuid in uuids] == [{"ticketing_update": "absent"}] * 2
    assert told(engine) == [(True, False)] * 2


def test_states_where_no_table_is_are_nobodys(database_url: str) -> None:
    empty = connect(database_url)
    assert whom_to_tell(empty, RUN) == ()
    empty.dispose()


def test_state_without_a_keyword_for_it_is_not_written(engine: Engine, sandbox: Sandbox, theater: Installation) -> None:
    settings = YesplanSettings.model_validate({"type": "yesplan", "conn_id": "y", "price_unit": "kroner"})
    uuid = theater.add()
    ask(engine, uuid)
    ran(engine)
    sandbox.log.clear()
    with YesplanClient(sandbox.yesplan_urls["theater"], theater.api_key, connection="y") as client:
        source = YesplanSource(client, settings, lookback_days=60)
        assert tell(engine, RUN, source, whom_to_tell(engine, RUN), NOW) == []
    assert (sandbox.log.writes(), told(engine)) == ([], [(True, False)])
