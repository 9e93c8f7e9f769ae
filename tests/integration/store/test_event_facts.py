"""What the tables tell of one event, for the question why it has no ticket button."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from billetbro.errors import ServerError
from billetbro.models import Change, FieldChange, Kind, Rejection
from billetbro.models.message import Message
from billetbro.reconcile.diagnosis.facts import EventFacts, LastRun
from billetbro.reconcile.reasons import Why, rejection_message
from billetbro.store.changes import mark_applied, mark_applying, mark_failed, store_planned
from billetbro.store.event.facts import event_facts, library_facts
from billetbro.store.links import save_link
from billetbro.store.rejections import report_rejections
from billetbro.store.schema.tables import runs
from billetbro.store.snapshots import store_mapped, store_snapshot, store_ticket_events
from tests.cases import cases
from tests.integration.store.examples import CURRENT, HOUR, LIBRARY, LINK, MAPPED, NOW, SOURCE_EVENT, rows_of

ZONE = "Europe/Copenhagen"
WRITE_BACK = Change(kind=Kind.WRITE_BACK, uuid="u1", title="Koncert", event_maker=5000, event_id=71)
DOWN = ServerError("error.server_error", connection="p", host="h", what="", status=500)
BLOCKED = Message("blocked.empty", {"number": 7})
END_SALE = replace(WRITE_BACK, kind=Kind.END_SALE, why=Why.CANCELLED)


def begin_run(connection: Connection, started_at: datetime, library: str = LIBRARY, **values: Any) -> None:
    row = {"run_id": f"{started_at}", "library": library, "mode": "sync", "started_at": started_at}
    connection.execute(runs.insert().values(row | values))


def carry_out(connection: Connection, change: Change, *, error: ServerError | None = None) -> None:
    (change_id,) = store_planned(connection, "run", LIBRARY, [change], NOW)
    mark_applying(connection, change_id, NOW)
    if error is None:
        mark_applied(connection, change_id, NOW, 71, None)
    else:
        mark_failed(connection, change_id, NOW, error, outcome_unknown=False)


def of_fields(*names: str) -> Change:
    return replace(WRITE_BACK, fields=tuple(FieldChange(field=name, old=None, new="x") for name in names))


def facts(connection: Connection) -> EventFacts:
    return event_facts(connection, LIBRARY, "u1", timezone=ZONE, now=NOW)


def test_facts_of_an_event_that_is_everywhere_are_whole(connection: Connection) -> None:
    begin_run(
        connection,
        NOW - HOUR,
        extracted_at=NOW,
        window_start=NOW - 60 * HOUR,
        errors={"load": DOWN.message.to_json()},
        removals_blocked=BLOCKED.to_json(),
    )
    store_snapshot(connection, LIBRARY, rows_of([SOURCE_EVENT]), NOW)
    store_mapped(connection, LIBRARY, [MAPPED])
    save_link(connection, LIBRARY, LINK)
    store_ticket_events(connection, LIBRARY, [CURRENT], NOW)
    untitled = Rejection(uuid="u1", title="", code="title_missing")
    report_rejections(connection, LIBRARY, [untitled], "run", NOW)
    carry_out(connection, WRITE_BACK, error=DOWN)
    carry_out(connection, END_SALE)
    assert facts(connection) == EventFacts(
        now=NOW,
        timezone=ZONE,
        read_at=NOW,
        asked_from=NOW - 60 * HOUR,
        last_run=LastRun(started_at=NOW - HOUR, errors={"load": DOWN.message}, removals_blocked=BLOCKED),
        seen_at=NOW,
        present=True,
        source=SOURCE_EVENT,
        mapped=MAPPED,
        link=LINK,
        current=CURRENT,
        rejections={"title_missing": rejection_message("title_missing")},
        failed_write_back=DOWN.message,
        removed_because=Why.CANCELLED,
    )


def test_facts_of_an_event_that_nobody_knows_are_empty(connection: Connection) -> None:
    assert facts(connection) == EventFacts(now=NOW, timezone=ZONE, read_at=None)
    assert library_facts(connection, LIBRARY, timezone=ZONE, now=NOW) == facts(connection)


def test_facts_of_a_library_are_of_its_own_latest_run_that_was_no_plan(connection: Connection) -> None:
    begin_run(connection, NOW - 2 * HOUR, extracted_at=NOW - 2 * HOUR)
    begin_run(connection, NOW - HOUR, errors={"extract": DOWN.message.to_json()})
    begin_run(connection, NOW, mode="plan", extracted_at=NOW)
    begin_run(connection, NOW + HOUR, library="nordvig", extracted_at=NOW + HOUR)
    found = library_facts(connection, LIBRARY, timezone=ZONE, now=NOW)
    assert (found.last_run, found.read_at) == (LastRun(started_at=NOW - HOUR, errors={"extract": DOWN.message}), NOW)


@cases("errors failed", ("mended since", [DOWN, None], None), ("failed since", [None, DOWN], DOWN.message))
def test_facts_tell_of_the_last_write_back(
    connection: Connection, errors: list[ServerError | None], failed: Message | None
) -> None:
    for error in errors:
        carry_out(connection, WRITE_BACK, error=error)
    store_planned(connection, "run", LIBRARY, [WRITE_BACK], NOW)
    assert facts(connection).failed_write_back == failed


def test_facts_take_no_removal_that_failed_for_one(connection: Connection) -> None:
    carry_out(connection, END_SALE, error=DOWN)
    assert facts(connection).removed_because is None


@cases(
    "change error patched",
    ("a state", of_fields("url", "state"), None, True),
    ("links alone", of_fields("url"), None, False),
    ("a state that failed", of_fields("state"), DOWN, False),
    ("another event's", replace(of_fields("state"), uuid="u2"), None, False),
)
def test_facts_tell_whether_a_state_of_ours_stands_on_the_event(
    connection: Connection, change: Change, error: ServerError | None, patched: bool
) -> None:
    carry_out(connection, change, error=error)
    carry_out(connection, WRITE_BACK)
    assert facts(connection).state_patched is patched
