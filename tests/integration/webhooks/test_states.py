"""What Yesplan is told after a run of the events that were asked for in it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from billetbro.api.http.access import RequestSettings
from billetbro.api.yesplan.client import YesplanClient
from billetbro.models import LinkStatus, Mode, Rejection, WebhookAction
from billetbro.sources.yesplan.source import YesplanSettings, YesplanSource
from billetbro.steps.request import RunRequest, utc_now
from billetbro.steps.webhook_states import tell, whom_to_tell
from billetbro.store import webhook_requests as stored
from billetbro.store.database import connect
from billetbro.store.links import save_link
from billetbro.store.rejections import report_rejections, resolve_rejections
from sandbox.server import Sandbox
from sandbox.yesplan_json import named
from sandbox.yesplan_state import Installation
from tests.cases import cases
from tests.integration.store.examples import LINK, NOW

LIBRARY, RUN = "theater", "yesplan__theater__1"
ITS_RUN, HOURLY = RunRequest(run_id=RUN), RunRequest(run_id="scheduled__1")
UPDATE, WITHDRAW = WebhookAction.UPDATE, WebhookAction.WITHDRAW
LIVE, RETIRED, DELETED = LinkStatus.LIVE, LinkStatus.RETIRED, LinkStatus.DELETED
FAILED_LOAD, FAILED_EXPORT = (f"""'{{"{step}": {{"key": "error.no"}}}}'""" for step in ("load", "export_purchases"))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seeded=False) as running:
        yield running


@pytest.fixture
def theater(sandbox: Sandbox) -> Installation:
    sandbox.reset()
    return sandbox.yesplan["theater"]


@pytest.fixture
def source(sandbox: Sandbox, theater: Installation) -> Iterator[YesplanSource]:
    settings = YesplanSettings.model_validate(
        {
            "type": "yesplan",
            "conn_id": "y",
            "price_unit": "kroner",
            "custom_data": {"webhook_state": "ticketing_update"},
        }
    )
    patience = RequestSettings(tries=1, read_timeout=60)
    with YesplanClient(sandbox.yesplan_urls["theater"], theater.api_key, connection="y", settings=patience) as client:
        yield YesplanSource(client, settings, lookback_days=60)


@pytest.fixture(autouse=True)
def tables(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE sync.webhook_requests, sync.runs, sync.links, sync.rejections"))


def ask(engine: Engine, uuid: str, action: WebhookAction = WebhookAction.UPDATE, run_id: str = RUN) -> None:
    with engine.begin() as connection:
        stored.remember(connection, LIBRARY, f"{run_id} {uuid}", utc_now())
        stored.note_run(connection, f"{run_id} {uuid}", uuid, action, run_id)


def ask_at_group(
    engine: Engine, group: str, uuids: Sequence[str], action: WebhookAction = WebhookAction.UPDATE
) -> None:
    with engine.begin() as connection:
        stored.remember(connection, LIBRARY, group, utc_now())
        stored.note_run(connection, group, group, action, RUN)
        stored.note_events(connection, group, uuids)


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
    found = Rejection(uuid=uuid, code="capacity_missing", title="Koncert")
    with engine.begin() as connection:
        report_rejections(connection, LIBRARY, [found], RUN, NOW)
        if resolved:
            resolve_rejections(connection, LIBRARY, NOW, still=())


def told(engine: Engine) -> list[tuple[object, ...]]:
    query = "SELECT told_at IS NOT NULL, error IS NOT NULL FROM sync.webhook_requests ORDER BY signature"
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@cases(
    "action status rejected run state",
    ("on sale", UPDATE, LIVE, None, {}, "published"),
    ("on sale, to be withdrawn", WITHDRAW, LIVE, None, {}, "kept"),
    ("never was there", UPDATE, None, None, {}, "absent"),
    ("withdrawn", WITHDRAW, DELETED, None, {}, "absent"),
    ("over", UPDATE, RETIRED, None, {}, "over"),
    ("over, to be withdrawn", WITHDRAW, RETIRED, None, {}, "over"),
    ("rejected", UPDATE, LIVE, "open", {}, "rejected"),
    ("rejected before", UPDATE, LIVE, "resolved", {}, "published"),
    ("to be withdrawn, and sold", WITHDRAW, LIVE, "open", {}, "rejected"),
    ("the run failed", UPDATE, LIVE, None, {"errors": FAILED_LOAD}, "failed"),
    ("only purchases failed", UPDATE, LIVE, None, {"errors": FAILED_EXPORT}, "published"),
    ("the run was stopped", UPDATE, LIVE, None, {"loaded_at": "null"}, "failed"),
    ("the run never began for the library", UPDATE, LIVE, None, None, "failed"),
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
    assert tell(engine, RUN, source, whom_to_tell(engine, ITS_RUN), NOW) == []
    assert (theater.get(uuid).custom, theater.get(other).custom) == ({"ticketing_update": state}, {})
    assert (told(engine), whom_to_tell(engine, ITS_RUN)) == ([(True, False)], [])


EACH = ("rejected", "published", "over", "absent")


@cases(
    "action events run states of_all",
    ("one is rejected", UPDATE, EACH, {}, EACH, "rejected"),
    ("one is on sale", UPDATE, EACH[1:], {}, EACH[1:], "published"),
    ("one is over", UPDATE, EACH[2:], {}, EACH[2:], "over"),
    ("none was there", UPDATE, EACH[3:], {}, EACH[3:], "absent"),
    ("to be withdrawn", WITHDRAW, EACH[1:], {}, ("kept", "over", "absent"), "kept"),
    ("the run failed", UPDATE, EACH[1:], {"errors": FAILED_LOAD}, ("failed",) * 3, "failed"),
)
def test_state_is_told_at_each_event_of_a_group_and_at_the_group(
    engine: Engine,
    theater: Installation,
    source: YesplanSource,
    action: WebhookAction,
    events: tuple[str, ...],
    run: dict[str, str],
    states: tuple[str, ...],
    of_all: str,
) -> None:
    group = named("group", "Hamlet")["id"]
    uuids = [theater.add(group="Hamlet") for _ in events]
    ask_at_group(engine, group, uuids, action)
    ran(engine, **run)
    for uuid, event in zip(uuids, events, strict=True):
        if event == "rejected":
            reject(engine, uuid)
        if event in ("published", "over"):
            link(engine, uuid, LIVE if event == "published" else RETIRED)
    assert tell(engine, RUN, source, whom_to_tell(engine, ITS_RUN), NOW) == []
    assert [theater.get(uuid).custom["ticketing_update"] for uuid in uuids] == list(states)
    assert theater.of_groups == {group: {"ticketing_update": of_all}}
    assert told(engine) == [(True, False)] * (len(events) + 1)


def test_state_of_a_group_that_has_no_such_field_is_told_at_its_events_all_the_same(
    engine: Engine, sandbox: Sandbox, theater: Installation, source: YesplanSource
) -> None:
    uuids = [theater.add(group="Hamlet") for _ in range(2)]
    ask_at_group(engine, named("group", "Hamlet")["id"], uuids)
    ran(engine)
    sandbox.faults.add("yesplan:theater", "status", "PUT", "/api/group/", code=404)
    mistakes = tell(engine, RUN, source, whom_to_tell(engine, ITS_RUN), NOW)
    sandbox.faults.clear()
    assert [theater.get(uuid).custom for uuid in uuids] == [{"ticketing_update": "absent"}] * 2
    assert (len(mistakes), theater.of_groups, whom_to_tell(engine, ITS_RUN)) == (1, {}, [])


def test_state_of_a_group_waits_for_a_run_of_all_events(
    engine: Engine, theater: Installation, source: YesplanSource
) -> None:
    group = named("group", "Hamlet")["id"]
    first, second = theater.add(group="Hamlet"), theater.add(group="Hamlet")
    ask_at_group(engine, group, [first, second])
    ran(engine, HOURLY.run_id)
    limited = replace(HOURLY, events=frozenset({first}))
    assert tell(engine, HOURLY.run_id, source, whom_to_tell(engine, limited), NOW) == []
    after_one = [dict(custom) for custom in (theater.get(first).custom, theater.get(second).custom, theater.of_groups)]
    assert tell(engine, HOURLY.run_id, source, whom_to_tell(engine, HOURLY), NOW) == []
    assert after_one == [{"ticketing_update": "absent"}, {}, {}]
    assert theater.get(second).custom == theater.of_groups[group] == {"ticketing_update": "absent"}


def test_state_that_is_refused_is_not_told_again(engine: Engine, theater: Installation, source: YesplanSource) -> None:
    gone, there = theater.add(), theater.add()
    theater.remove(gone)
    for uuid in (gone, there):
        ask(engine, uuid)
    ran(engine)
    mistakes = tell(engine, RUN, source, whom_to_tell(engine, ITS_RUN), NOW)
    assert [gone in str(mistake) for mistake in mistakes] == [True]
    assert (theater.get(there).custom, told(engine)) == ({"ticketing_update": "absent"}, [(True, True), (True, False)])
    assert whom_to_tell(engine, ITS_RUN) == []


def test_state_while_yesplan_is_down_is_told_after_the_librarys_next_run(
    engine: Engine, sandbox: Sandbox, theater: Installation, source: YesplanSource
) -> None:
    uuids = [theater.add(), theater.add()]
    for uuid in uuids:
        ask(engine, uuid)
    ran(engine)
    theater.behave(revoked=True)
    sandbox.log.clear()
    mistakes = tell(engine, RUN, source, whom_to_tell(engine, ITS_RUN), NOW)
    asked = len(sandbox.log.writes())
    theater.behave(revoked=False)
    ran(engine, "of another library", "solbjerg")
    ran(engine, "scheduled")
    waiting = [whom_to_tell(engine, RunRequest(run_id=run)) for run in ("of another library", "scheduled")]
    assert (len(mistakes), asked, [len(one) for one in waiting]) == (1, 1, [0, 2])
    assert tell(engine, "scheduled", source, waiting[1], NOW) == []
    assert [theater.get(uuid).custom for uuid in uuids] == [{"ticketing_update": "absent"}] * 2
    assert told(engine) == [(True, False)] * 2


@cases(
    "own asked_in_time later events state",
    ("its run was stopped before it could tell", "ended", True, {}, (), "published"),
    ("its run was deleted before it began", "missing", True, {}, (), "published"),
    ("its run may wait for this one", "missing", False, {}, (), None),
    ("the later run failed", "ended", True, {"errors": FAILED_LOAD}, (), None),
    ("the later run is another library's", "ended", True, {"library": "'solbjerg'"}, (), None),
    ("the later run is limited to the event", "ended", True, {}, ("event",), "published"),
    ("the later run is limited to another event", "ended", True, {}, ("another",), None),
)
def test_state_that_its_own_run_did_not_tell_is_told_after_a_later_one(
    engine: Engine,
    theater: Installation,
    source: YesplanSource,
    own: str,
    asked_in_time: bool,
    later: dict[str, str],
    events: tuple[str, ...],
    state: str | None,
) -> None:
    uuid = theater.add()
    if not asked_in_time:
        ran(engine, HOURLY.run_id, **later)
    ask(engine, uuid)
    if own == "ended":
        ran(engine, loaded_at="null")
    if asked_in_time:
        ran(engine, HOURLY.run_id, **later)
    link(engine, uuid)
    request = replace(HOURLY, events=frozenset(uuid if event == "event" else event for event in events))
    assert tell(engine, HOURLY.run_id, source, whom_to_tell(engine, request), NOW) == []
    assert theater.get(uuid).custom == ({"ticketing_update": state} if state else {})
    assert (told(engine), len(whom_to_tell(engine, ITS_RUN))) == ([(state is not None, False)], int(state is None))


def test_state_is_not_told_by_a_run_that_only_shows_a_plan(engine: Engine, theater: Installation) -> None:
    ask(engine, theater.add())
    ran(engine, HOURLY.run_id)
    assert whom_to_tell(engine, replace(HOURLY, mode=Mode.PLAN)) == ()
    assert len(whom_to_tell(engine, HOURLY)) == 1


def test_states_where_no_table_is_are_nobodys(database_url: str) -> None:
    empty = connect(database_url)
    assert whom_to_tell(empty, ITS_RUN) == ()
    empty.dispose()


def test_state_without_a_keyword_for_it_is_not_written(engine: Engine, sandbox: Sandbox, theater: Installation) -> None:
    settings = YesplanSettings.model_validate({"type": "yesplan", "conn_id": "y", "price_unit": "kroner"})
    uuid = theater.add()
    ask(engine, uuid)
    ran(engine)
    sandbox.log.clear()
    with YesplanClient(sandbox.yesplan_urls["theater"], theater.api_key, connection="y") as client:
        source = YesplanSource(client, settings, lookback_days=60)
        assert tell(engine, RUN, source, whom_to_tell(engine, ITS_RUN), NOW) == []
    assert (sandbox.log.writes(), told(engine)) == ([], [(True, False)])
