"""At a million rows of history, what an hour, a round, the report and the commands ask is found by an index.

Every statement that they send is caught, and PostgreSQL says how it would carry it out.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from billetbro.errors import InternalServerError
from billetbro.models import Mode
from billetbro.reconcile.sale_status.windows import STILL_TRIED, UNREAD
from billetbro.steps.due_sales import libraries_due
from billetbro.steps.report import make_report
from billetbro.store.database import connect
from billetbro.store.event.facts import event_facts
from billetbro.store.event.history import list_rejections, read_history
from billetbro.store.event.lookup import find_events, never_seen
from billetbro.store.sale_windows import BOUNDS_IN_REACH
from billetbro.store.schema.records import CURRENT_EVENT, MAPPED, SOURCE_EVENT, link_to_row
from billetbro.store.twins import creates_in_doubt, read_deferred, read_deferred_gone, still_to_come, was_read
from billetbro.store.webhook_requests import events_in_series, is_known, pending_of
from billetbro.store.write_back_attempts import failing_write_back
from sandbox.server import Sandbox
from tests.integration.steps.harness import LIBRARIES, World
from tests.integration.store import examples

pytestmark = pytest.mark.long

COUNTRY, LIVE, PAST, HISTORY = 98, 300, 700, 1_000_000
"""Libraries; live events of each, events that are over; rows of changes and of runs in all."""
BIG = ("changes", "runs", "rejections", "links", "source_events", "ticket_events")
EXPLAINED = re.compile(r"\s*(SELECT|WITH|UPDATE|DELETE|INSERT)\b")
SCANNED = re.compile(rf"Seq Scan on ({'|'.join(BIG)})\b")
VALUES: dict[str, object] = {
    "libraries": COUNTRY,
    "live": LIVE,
    "events": COUNTRY * (LIVE + PAST),
    "rows": HISTORY,
    "source": json.dumps(SOURCE_EVENT.stored(examples.SOURCE_EVENT)),
    "mapped": json.dumps(MAPPED.stored(examples.MAPPED)),
    "current": json.dumps(CURRENT_EVENT.stored(examples.CURRENT)),
    "link": json.dumps(link_to_row("", examples.LINK), default=str),
    "code": InternalServerError.code,
    "fields": json.dumps([{"field": "capacity", "old": 1, "new": 2}]),
}
# Of each library the first events are live, but of Solbjerg, whose hour is run: Place2book knows none of these.
LIBRARY = "CASE n % :libraries WHEN 0 THEN 'solbjerg' ELSE 'library ' || n % :libraries END"
IS_LIVE = "(n / :libraries < :live AND n % :libraries > 0)"
LONG_PAST = "now() - (n / :libraries) * interval '8 hours'"
HOURS_AGO = "LATERAL (SELECT now() - ((:rows - n) / :libraries) * interval '1 hour') AS moment (at)"
FILL = (
    f"""
    INSERT INTO sync.source_events (library, uuid, title, present, payload, mapped, first_seen_at, last_seen_at)
    SELECT {LIBRARY}, 'u' || n, 'Koncert ' || n, {IS_LIVE},
        CAST(:source AS jsonb) || jsonb_build_object('url', 'x' || n), CAST(:mapped AS jsonb), {LONG_PAST}, {LONG_PAST}
    FROM generate_series(1, :events) AS n
    """,
    f"""
    INSERT INTO sync.links SELECT (jsonb_populate_record(null::sync.links, CAST(:link AS jsonb) || jsonb_build_object(
        'library', {LIBRARY}, 'uuid', 'u' || n, 'event_id', 1000000 + n, 'seccode', 's' || n, 'drift_accepted', '{{}}',
        'sales_location', 'l' || n, 'event_maker', 5000 + n % :libraries,
        'status', CASE WHEN {IS_LIVE} THEN 'live' ELSE 'retired' END,
        'ends_at', CASE WHEN {IS_LIVE} THEN now() + interval '9 days' ELSE {LONG_PAST} END,
        'created_at', now(), 'updated_at', now()))).*
    FROM generate_series(1, :events) AS n WHERE n % 2 = 0
    """,
    f"""
    INSERT INTO sync.ticket_events (library, event_maker, event_id, payload, read_at, last_turn_at, next_turn_at)
    SELECT {LIBRARY}, 5000 + n % :libraries, 1000000 + n, CAST(:current AS jsonb), {LONG_PAST},
        {LONG_PAST} - interval '2 hours', CASE WHEN {IS_LIVE} THEN now() + n * interval '1 minute' END
    FROM generate_series(1, :events) AS n WHERE n % 2 = 0
    """,
    f"""
    INSERT INTO sync.changes (run_id, library, uuid, title, event_maker, event_id, kind, fields, why, status,
        error_code, planned_at, applying_at, finished_at)
    SELECT 'old ' || n / :libraries, {LIBRARY}, 'u' || n % :events, 'Koncert', 5000 + n % :libraries,
        1000000 + n % :events,
        (ARRAY['update', 'write_back', 'create', 'write_back'])[1 + n % 4], CAST(:fields AS jsonb), 'x',
        CASE WHEN n % 49 = 0 THEN 'failed' ELSE 'applied' END, :code, at, at, at
    FROM generate_series(1, :rows) AS n, {HOURS_AGO}
    """,
    f"""
    INSERT INTO sync.runs (run_id, library, mode, started_at, extracted_at, transformed_at, observed_at, loaded_at)
    SELECT 'old ' || n / :libraries, {LIBRARY}, 'sync', at, at, at, at, at
    FROM generate_series(1, :rows) AS n, {HOURS_AGO}
    """,
    f"""
    INSERT INTO sync.rejections (library, uuid, code, title, first_seen_at, last_seen_at, last_run_id, resolved_at)
    SELECT {LIBRARY}, 'u' || n, 'x' || n, 'Koncert', now(), now(), 'old', CASE WHEN n % 500 > 0 THEN now() END
    FROM generate_series(1, :events) AS n
    """,
    "ANALYZE",
)


@pytest.fixture(scope="module")
def engine(module_migrated_database_url: str) -> Iterator[Engine]:
    """Give an engine on a database with a long history of a whole country."""
    engine = connect(module_migrated_database_url)
    with engine.begin() as connection:
        for statement in FILL:
            connection.execute(
                text(statement), {name: value for name, value in VALUES.items() if f":{name}" in statement}
            )
    yield engine
    engine.dispose()


@contextmanager
def explained(engine: Engine) -> Iterator[dict[str, str]]:
    """Collect each statement that is sent, with how PostgreSQL would carry it out there and then."""
    plans: dict[str, str] = {}

    def explain(_: object, cursor: Any, statement: str, parameters: Any, *_rest: object) -> None:
        if statement not in plans and EXPLAINED.match(statement):
            given = parameters[0] if isinstance(parameters, list) else parameters
            with cursor.connection.cursor() as beside:
                plan = beside.execute(f"EXPLAIN {statement}", given).fetchall()
            plans[statement] = "\n".join(line for (line,) in plan)

    event.listen(engine, "before_cursor_execute", explain)
    yield plans
    event.remove(engine, "before_cursor_execute", explain)


def scans(plans: dict[str, str]) -> list[str]:
    """Return the statements for which PostgreSQL would read the whole of a big table."""
    return [f"{statement}\n{plan}" for statement, plan in plans.items() if SCANNED.search(plan)]


def test_hour_and_its_report_read_no_big_table_whole(engine: Engine, sandbox: Sandbox) -> None:
    sandbox.reset(seeded=False)
    world = World(sandbox, engine, {"solbjerg": LIBRARIES["solbjerg"]})
    for number in range(3):
        world.add(f"Foredrag {number}")
    with explained(engine) as plans:
        for mode in (Mode.SYNC, Mode.SYNC, Mode.PLAN):
            happened = world.run(mode)
            assert happened.raised == {}
            make_report(engine, happened.run_id, world.say)
    assert (scans(plans), len(plans) > 50) == ([], True)


QUESTIONS: dict[str, Callable[[Connection], object]] = {
    "why": lambda asked: event_facts(asked, "solbjerg", "u98", timezone="UTC", now=examples.NOW),
    "history": lambda asked: read_history(asked, "solbjerg", "u98"),
    "open rejections": lambda asked: list_rejections(asked, None),
    "rejections of a library": lambda asked: list_rejections(asked, ["solbjerg"], resolved_too=True),
    "an event by its uuid": lambda asked: find_events(asked, "u98", now=examples.NOW),
    "an event by its number": lambda asked: find_events(asked, "1000098", now=examples.NOW),
    "an event by its link": lambda asked: find_events(
        asked, "https://www.place2book.com/da/sw2/sales/s98", now=examples.NOW
    ),
    "an event by its address": lambda asked: find_events(asked, "https://www.x98/", ["solbjerg"], now=examples.NOW),
    "events by their uuids": lambda asked: never_seen(asked, ["u98", "u99"], ["solbjerg"]),
    "an event that cannot be saved": lambda asked: failing_write_back(asked, "library 49", "u49", []),
    "a twin that was read": lambda asked: was_read(asked, "library 1"),
    "a twin's creates": lambda asked: creates_in_doubt(asked, "library 1"),
    "a twin's events to come": lambda asked: still_to_come(asked, "library 1", examples.NOW),
    "what is left to a twin": lambda asked: read_deferred(asked, "library 1"),
    "what was left to a twin": lambda asked: read_deferred_gone(asked, "library 1"),
    "a webhook's event": lambda asked: is_known(asked, "solbjerg", "u98"),
    "a webhook's series": lambda asked: events_in_series(asked, "solbjerg", "s1"),
    "what to tell after a run": lambda asked: pending_of(asked, "old 1", []),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_question_reads_no_big_table_whole(engine: Engine, question: str) -> None:
    with explained(engine) as plans, engine.connect() as connection:
        QUESTIONS[question](connection)
    assert (scans(plans), len(plans) > 0) == ([], True)


def in_reach(now: datetime) -> dict[str, object]:
    """Return the values of the round's query, for all libraries."""
    return {"now": now, "unread_since": now - UNREAD, "tried_since": now - STILL_TRIED, "library": None}


def test_round_with_nothing_due_is_one_query_by_two_indexes(engine: Engine) -> None:
    with engine.begin() as connection:
        now = connection.scalar(text("SELECT max(last_turn_at) FROM sync.ticket_events"))
        now += STILL_TRIED + timedelta(seconds=1)
    with explained(engine) as plans:
        assert libraries_due(engine, now) == frozenset()
    assert (scans(plans), len(plans)) == ([], 1)
    with engine.connect() as connection:
        plan = "\n".join(connection.scalars(text(f"EXPLAIN (ANALYZE, BUFFERS) {BOUNDS_IN_REACH.text}"), in_reach(now)))
    blocks = re.search(r"Buffers: shared hit=(\d+)", plan)
    assert blocks is not None
    assert (int(blocks[1]) < 20, "temp " in plan) == (True, False)
