"""An event's history: every change and rejection, oldest first."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Connection

from billetbro.errors import ServerError
from billetbro.models import Change, FieldChange, Kind, Rejection
from billetbro.models.message import Message
from billetbro.reconcile.reasons import Why, rejection_message
from billetbro.store.actions import Action, AskedFor, store_action
from billetbro.store.changes import mark_applied, mark_applying, mark_failed, store_planned
from billetbro.store.event.history import HistoryEntry, ListedRejection, list_rejections, read_history
from billetbro.store.links import save_link
from billetbro.store.rejections import report_rejections, resolve_rejections
from billetbro.store.schema.tables import runs
from billetbro.store.snapshots import store_snapshot
from tests.cases import cases
from tests.integration.store.examples import HOUR, LIBRARY, LINK, NOW, SOURCE_EVENT, rows_of

CREATE = Change(
    kind=Kind.CREATE,
    uuid="u1",
    title="Koncert",
    event_maker=5000,
    fields=(FieldChange(field="name", old=None, new="Koncert"),),
    why=Why.NO_EVENT_YET,
)
UPDATE = replace(CREATE, kind=Kind.UPDATE, event_id=71, fields=(FieldChange(field="capacity", old=40, new=50),), why="")
MISSING = Rejection(uuid="u1", title="Koncert", code="title_missing")
SAID = rejection_message("title_missing")


def store(connection: Connection, change: Change, at: datetime, run_id: str = "run") -> int:
    (change_id,) = store_planned(connection, run_id, LIBRARY, [change], at)
    return change_id


def test_history_tells_changes_and_rejections_oldest_first(connection: Connection) -> None:
    report_rejections(connection, LIBRARY, [MISSING], "run 1", NOW)
    resolve_rejections(connection, LIBRARY, NOW + HOUR, still=())
    created = store(connection, CREATE, NOW + HOUR)
    mark_applying(connection, created, NOW + HOUR)
    mark_applied(connection, created, NOW + 2 * HOUR, 71, None)
    failed = store(connection, UPDATE, NOW + 3 * HOUR)
    mark_failed(connection, failed, NOW + 4 * HOUR, ServerError("error.no_phone"), outcome_unknown=False)
    assert read_history(connection, LIBRARY, "u1") == (
        HistoryEntry(at=NOW, kind="rejected", why="title_missing", message=SAID),
        HistoryEntry(at=NOW + HOUR, kind="resolved", why="title_missing", message=SAID),
        HistoryEntry(
            at=NOW + 2 * HOUR,
            kind="create",
            status="applied",
            fields=CREATE.fields,
            why=CREATE.why,
            event_id=71,
            run_id="run",
        ),
        HistoryEntry(
            at=NOW + 4 * HOUR,
            kind="update",
            status="failed",
            fields=UPDATE.fields,
            error=Message("error.no_phone"),
            error_code="server_error",
            event_id=71,
            run_id="run",
        ),
    )


def test_history_goes_back_to_when_the_event_had_another_uuid(connection: Connection) -> None:
    store(connection, replace(UPDATE, uuid="before"), NOW)
    store(connection, UPDATE, NOW + HOUR)
    store(connection, replace(UPDATE, uuid="other", event_id=72), NOW)
    save_link(connection, LIBRARY, LINK)
    assert [entry.at for entry in read_history(connection, LIBRARY, "u1")] == [NOW, NOW + HOUR]


def test_history_leaves_out_what_a_plan_only_showed_and_other_libraries(connection: Connection) -> None:
    connection.execute(runs.insert().values(run_id="shown", library=LIBRARY, mode="plan", started_at=NOW))
    store(connection, CREATE, NOW, run_id="shown")
    store_planned(connection, "run", "nordvig", [CREATE], NOW)
    assert read_history(connection, LIBRARY, "u1") == ()


def test_history_tells_what_people_asked_for_of_the_event(connection: Connection) -> None:
    asked = AskedFor(action=Action.ACCEPT, asked_by="vera", asked_at=NOW, fields=UPDATE.fields)
    store_action(connection, asked, [(LIBRARY, "u1"), (LIBRARY, "u2"), ("nordvig", "u1"), (LIBRARY, None)])
    said = Message("action.accept.asked", {"who": "vera"})
    entry = HistoryEntry(at=NOW, kind="asked", fields=UPDATE.fields, why="accept", message=said)
    assert read_history(connection, LIBRARY, "u1") == (entry,)


@pytest.fixture
def rejected(connection: Connection) -> Connection:
    later = replace(SOURCE_EVENT, uuid="u2", starts_at=NOW)
    store_snapshot(connection, LIBRARY, rows_of([SOURCE_EVENT, later, replace(later, uuid="u3", starts_at=None)]), NOW)
    found = [MISSING, replace(MISSING, uuid="u2"), replace(MISSING, uuid="u3"), replace(MISSING, uuid="u4")]
    report_rejections(connection, LIBRARY, found, "run", NOW)
    still = {(one.uuid, one.code) for one in found if one.uuid != "u4"}
    resolve_rejections(connection, LIBRARY, NOW + HOUR, still=still)
    report_rejections(connection, "nordvig", [MISSING], "run", NOW)
    return connection


@cases(
    "libraries resolved_too listed",
    ("open, by start", ["solbjerg"], False, [("solbjerg", "u2"), ("solbjerg", "u1"), ("solbjerg", "u3")]),
    ("another library", ["nordvig"], False, [("nordvig", "u1")]),
    (
        "both, resolved too",
        ["nordvig", "solbjerg"],
        True,
        [("nordvig", "u1"), ("solbjerg", "u2"), ("solbjerg", "u1"), ("solbjerg", "u3"), ("solbjerg", "u4")],
    ),
    ("none", [], True, []),
)
def test_rejections_are_listed_by_library_and_start(
    rejected: Connection, libraries: list[str], resolved_too: bool, listed: list[tuple[str, str]]
) -> None:
    found = list_rejections(rejected, libraries, resolved_too=resolved_too)
    assert [(one.library, one.uuid) for one in found] == listed


def test_rejection_listed_tells_all_that_staff_ask(rejected: Connection) -> None:
    resolved = [one for one in list_rejections(rejected, [LIBRARY], resolved_too=True) if one.uuid == "u4"]
    assert resolved == [
        ListedRejection(
            library=LIBRARY,
            uuid="u4",
            title="Koncert",
            code="title_missing",
            message=SAID,
            starts_at=None,
            first_seen_at=NOW,
            last_seen_at=NOW,
            resolved_at=NOW + HOUR,
        )
    ]
