"""The history of changes: true while they are carried out, and after a process died."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, text

from billetbro.errors import OutcomeUnknown, Refused
from billetbro.models import FieldChange, Kind, WriteInDoubt
from billetbro.store.changes import NOT_SENT, close_unsent, mark_applied, mark_applying, mark_failed, store_planned
from billetbro.store.in_doubt import INTERRUPTED, close_leftovers, confirm, read_writes_in_doubt
from tests.integration.store.examples import HOUR, LIBRARY, NOW, change


def rows(connection: Connection, columns: str) -> list[dict[str, Any]]:
    found = connection.execute(text(f"SELECT {columns} FROM sync.changes ORDER BY id")).mappings()
    return [dict(row) for row in found]


def states(connection: Connection) -> list[tuple[str, str | None]]:
    return [(row["status"], row["error"]) for row in rows(connection, "status, error")]


def plan(connection: Connection, *kinds: Kind, run: str = "run 1", library: str = LIBRARY) -> list[int]:
    planned = [change(kind, uuid=f"u{number}") for number, kind in enumerate(kinds)]
    return store_planned(connection, run, library, planned, NOW)


def test_changes_planned_get_ids_in_their_order(connection: Connection) -> None:
    planned = [change(uuid=f"u{number}", name=f"Koncert {number}") for number in range(50)]
    ids = store_planned(connection, "run 1", LIBRARY, planned, NOW)
    found = rows(connection, "id, uuid, fields, status, planned_at")
    assert [(row["id"], row["uuid"]) for row in found] == [(ids[number], f"u{number}") for number in range(50)]
    assert found[7]["fields"] == [{"field": "name", "old": None, "new": "Koncert 7"}]
    assert {(row["status"], row["planned_at"]) for row in found} == {("planned", NOW)}


def test_changes_none_planned_stores_none(connection: Connection) -> None:
    assert (store_planned(connection, "run 1", LIBRARY, [], NOW), rows(connection, "id")) == ([], [])


def test_change_applied_tells_when_and_on_what(connection: Connection) -> None:
    (change_id,) = plan(connection, Kind.CREATE)
    mark_applying(connection, change_id, NOW + HOUR)
    mark_applied(connection, change_id, NOW + 2 * HOUR, 71, None)
    assert rows(connection, "status, applying_at, finished_at, event_id, price_id, error") == [
        {
            "status": "applied",
            "applying_at": NOW + HOUR,
            "finished_at": NOW + 2 * HOUR,
            "event_id": 71,
            "price_id": None,
            "error": None,
        }
    ]


def test_change_applied_keeps_the_event_that_it_was_planned_for(connection: Connection) -> None:
    (change_id,) = plan(connection, Kind.UPDATE)
    connection.execute(text("UPDATE sync.changes SET event_id = 70"))
    mark_applied(connection, change_id, NOW, None, 9)
    assert rows(connection, "event_id, price_id") == [{"event_id": 70, "price_id": 9}]


def test_leftovers_are_closed_but_for_those_of_plans_and_of_other_libraries(connection: Connection) -> None:
    insert = text("INSERT INTO sync.runs (run_id, library, mode, started_at) VALUES (:run, 'solbjerg', :mode, now())")
    connection.execute(insert, [{"run": "run 1", "mode": "sync"}, {"run": "run 2", "mode": "plan"}])
    begun, _ = plan(connection, Kind.CREATE, Kind.UPDATE)
    plan(connection, Kind.UPDATE, run="run 2")
    plan(connection, Kind.UPDATE, library="nordvig")
    mark_applying(connection, begun, NOW)
    close_leftovers(connection, LIBRARY, NOW)
    assert states(connection) == [
        ("failed", INTERRUPTED["error"]),
        ("failed", NOT_SENT["error"]),
        ("planned", None),
        ("planned", None),
    ]
    assert [row["outcome_unknown"] for row in rows(connection, "outcome_unknown")] == [True, False, False, False]


def test_unsent_of_one_run_are_closed_and_what_was_applied_stays(connection: Connection) -> None:
    applied, _ = plan(connection, Kind.UPDATE, Kind.DELETE)
    plan(connection, Kind.UPDATE, run="run 2")
    mark_applied(connection, applied, NOW, None, None)
    close_unsent(connection, "run 1", LIBRARY, NOW)
    assert states(connection) == [("applied", None), ("failed", NOT_SENT["error"]), ("planned", None)]


def test_writes_in_doubt_are_those_of_unknown_outcome_with_nothing_after_them(connection: Connection) -> None:
    fields: dict[str, str | int | None] = {"name": "Koncert", "begin_at": "2026-03-01T13:00:00Z", "price__Voksen": 7500}
    planned = [change(Kind.CREATE, uuid=uuid, **fields) for uuid in ("known", "lost", "followed", "followed")]
    planned.append(change(Kind.WRITE_BACK, uuid="lost"))
    known, lost, followed, made, written_back = store_planned(connection, "run 1", LIBRARY, planned, NOW)
    mark_failed(connection, known, NOW, Refused("refused"), outcome_unknown=False)
    mark_failed(connection, lost, NOW, OutcomeUnknown("lost"), outcome_unknown=True)
    mark_failed(connection, followed, NOW, OutcomeUnknown("lost"), outcome_unknown=True)
    for applied in (made, written_back):
        mark_applied(connection, applied, NOW, None, None)
    found = WriteInDoubt(
        change_id=lost,
        kind=Kind.CREATE,
        uuid="lost",
        title="Koncert",
        event_maker=5000,
        event_id=None,
        price_id=None,
        old={"name": None, "begin_at": None, "price.Voksen": None},
        new={"name": "Koncert", "begin_at": "2026-03-01T13:00:00Z", "price.Voksen": 7500},
    )
    assert read_writes_in_doubt(connection, LIBRARY, "run 2") == (found,)
    assert read_writes_in_doubt(connection, "nordvig", "run 2") == ()


def test_create_in_doubt_that_was_carried_out_after_all_is_applied(connection: Connection) -> None:
    (lost,) = plan(connection, Kind.CREATE)
    mark_failed(connection, lost, NOW, OutcomeUnknown("lost"), outcome_unknown=True)
    confirm(connection, {})
    confirm(connection, {lost: 71})
    assert rows(connection, "status, error, outcome_unknown, event_id") == [
        {"status": "applied", "error": None, "outcome_unknown": False, "event_id": 71}
    ]
    assert read_writes_in_doubt(connection, LIBRARY, "run 2") == ()


def test_change_fields_keep_their_old_and_new_values(connection: Connection) -> None:
    fields = (FieldChange(field="capacity", old="∞", new=5), FieldChange(field="passive", old=None, new=False))
    store_planned(connection, "run 1", LIBRARY, [replace(change(), fields=fields)], NOW)
    assert rows(connection, "fields") == [
        {"fields": [{"field": "capacity", "old": "∞", "new": 5}, {"field": "passive", "old": None, "new": False}]}
    ]
