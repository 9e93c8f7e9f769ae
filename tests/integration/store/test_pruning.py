"""What goes of old history, and what stays because something reads it."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from billetbro.models import CurrentEvent, LinkStatus
from billetbro.store.actions import Action, AskedFor, store_action
from billetbro.store.changes import failed_write_backs
from billetbro.store.event.facts import event_facts
from billetbro.store.event.history import read_history
from billetbro.store.in_doubt import read_writes_in_doubt
from billetbro.store.links import former_seccodes, sales_hosts
from billetbro.store.pruning import note_pruned, pruned_before, stored_libraries
from billetbro.store.schema.tables import changes, rejections, source_events
from billetbro.store.snapshots import store_ticket_events
from tests.cases import cases
from tests.integration.store.examples import CURRENT, LIBRARY, NOW
from tests.integration.store.old_history import (
    DAY,
    NEW,
    OLD,
    STATE_FIELD,
    add_change,
    add_link,
    add_rejection,
    add_run,
    add_source,
    add_three_runs,
    ago,
    left,
    prune,
)


@cases(
    "status ended present seen gone",
    ("over-and-absent", LinkStatus.RETIRED, OLD, False, OLD, True),
    ("deleted-and-absent", LinkStatus.DELETED, OLD, False, OLD, True),
    ("live-whatever-its-age", LinkStatus.LIVE, OLD, False, OLD, False),
    ("over-not-long-ago", LinkStatus.RETIRED, NEW, False, OLD, False),
    ("listed-still", LinkStatus.RETIRED, OLD, True, OLD, False),
    ("listed-not-long-ago", LinkStatus.RETIRED, OLD, False, NEW, False),
)
def test_event_goes_when_it_was_over_and_absent_for_long(
    connection: Connection, status: LinkStatus, ended: float, present: bool, seen: float, gone: bool
) -> None:
    add_source(connection, "u1", present=present, seen=seen)
    add_link(connection, status=status, ended=ended)
    store_ticket_events(connection, LIBRARY, [replace(CURRENT, end_at=ago(OLD))], ago(OLD))
    prune(connection)
    found = [left(connection, column) for column in ("links.uuid", "source_events.uuid", "ticket_events.event_id")]
    assert found == ([[], [], []] if gone else [["u1"], ["u1"], [71]])


def test_source_event_without_a_link_goes_when_it_was_absent_for_long(connection: Connection) -> None:
    for uuid, present, seen in (("gone", False, OLD), ("lately", False, NEW), ("here", True, OLD)):
        add_source(connection, uuid, present=present, seen=seen)
    prune(connection)
    assert left(connection, "source_events.uuid") == ["here", "lately"]


@cases(
    "current stays",
    ("still to come in Place2book", replace(CURRENT, end_at=NOW + DAY), True),
    ("over there as well", replace(CURRENT, end_at=ago(OLD)), False),
)
def test_event_that_is_over_by_its_source_alone_stays(
    connection: Connection, current: CurrentEvent, stays: bool
) -> None:
    add_link(connection, status=LinkStatus.RETIRED, ended=OLD)
    store_ticket_events(connection, LIBRARY, [current], ago(OLD))
    prune(connection)
    assert (left(connection, "links.uuid"), left(connection, "ticket_events.event_id")) == (
        (["u1"], [71]) if stays else ([], [])
    )


def test_ticket_event_that_another_link_leads_to_stays(connection: Connection) -> None:
    add_link(connection, "u1", status=LinkStatus.RETIRED, ended=OLD)
    add_link(connection, "u2", status=LinkStatus.LIVE, ended=-1)
    store_ticket_events(connection, LIBRARY, [replace(CURRENT, end_at=ago(OLD))], ago(OLD))
    prune(connection)
    assert (left(connection, "links.uuid"), left(connection, "ticket_events.event_id")) == (["u2"], [71])


@pytest.mark.parametrize("status", ["applying", "planned", "in doubt"])
def test_event_with_an_undecided_change_stays_with_it_however_old(connection: Connection, status: str) -> None:
    add_source(connection, "u1", present=False, seen=OLD)
    add_link(connection, status=LinkStatus.DELETED, ended=OLD)
    change = add_change(connection, "update", "failed" if status == "in doubt" else status, OLD)
    connection.execute(changes.update().values(outcome_unknown=status == "in doubt"))
    prune(connection)
    assert (left(connection, "links.uuid"), left(connection, "source_events.uuid")) == (["u1"], ["u1"])
    assert left(connection, "changes.id") == [change]


def test_event_with_an_open_rejection_or_late_history_stays(connection: Connection) -> None:
    add_link(connection, status=LinkStatus.RETIRED, ended=OLD)
    add_rejection(connection, "removed_but_sold", resolved=None)
    prune(connection)
    assert left(connection, "links.uuid") == ["u1"]
    connection.execute(rejections.update().values(resolved_at=ago(NEW)))
    prune(connection)
    assert left(connection, "links.uuid") == ["u1"]
    connection.execute(rejections.delete())
    add_change(connection, "retire", "applied", NEW)
    prune(connection)
    assert left(connection, "links.uuid") == ["u1"]


def test_link_that_went_is_remembered_by_its_seccode_and_host(connection: Connection) -> None:
    add_link(connection, status=LinkStatus.DELETED, ended=OLD)
    hosts = sales_hosts(connection, LIBRARY)
    prune(connection)
    assert (left(connection, "links.uuid"), sales_hosts(connection, LIBRARY)) == ([], hosts)
    assert former_seccodes(connection, [LIBRARY, "nordvig"]) == {"code71"}
    assert former_seccodes(connection, ["nordvig"]) == frozenset()


def test_changes_of_an_event_that_is_gone_go_with_their_age(connection: Connection) -> None:
    add_change(connection, "create", "applied", OLD)
    add_change(connection, "write_back", "failed", OLD)
    late = add_change(connection, "delete", "applied", NEW)
    prune(connection)
    assert left(connection, "changes.id") == [late]


def test_of_an_event_that_stays_the_latest_applied_change_of_each_kind_stays(connection: Connection) -> None:
    add_source(connection, "u1", present=True, seen=0)
    add_change(connection, "update", "applied", OLD + 2)
    add_change(connection, "update", "held_back", OLD + 1)
    add_change(connection, "update", "failed", OLD + 1)
    add_change(connection, "write_back", "applied", OLD + 3)
    kept = [
        add_change(connection, "update", "applied", OLD),
        add_change(connection, "write_back", "applied", OLD, fields=STATE_FIELD),
        add_change(connection, "write_back", "applied", OLD),
        add_change(connection, "end_sale", "applied", OLD, why="gone"),
    ]
    before = event_facts(connection, LIBRARY, "u1", timezone="UTC", now=NOW)
    prune(connection)
    assert left(connection, "changes.id") == kept
    assert event_facts(connection, LIBRARY, "u1", timezone="UTC", now=NOW) == before
    assert (before.state_patched, before.removed_because) == (True, "gone")


def test_patches_that_failed_since_one_was_taken_stay_and_those_before_go(connection: Connection) -> None:
    add_source(connection, "u1", present=True, seen=0)
    add_change(connection, "write_back", "failed", OLD + 3)
    taken = add_change(connection, "write_back", "applied", OLD + 2)
    failed = [add_change(connection, "write_back", "failed", OLD + 1) for _ in range(3)]
    add_change(connection, "write_back", "held_back", OLD, applying_at=None)
    prune(connection)
    assert left(connection, "changes.id") == [taken, *failed]
    assert failed_write_backs(connection, LIBRARY) == {"u1"}


@pytest.mark.parametrize("stays", [True, False], ids=["of an event that stays", "of one that is gone"])
def test_write_that_a_later_change_settled_stays_settled(connection: Connection, stays: bool) -> None:
    if stays:
        add_source(connection, "u1", present=True, seen=0)
    add_change(connection, "update", "failed", OLD + 2, outcome_unknown=True, event_id=71, event_maker=5000)
    add_change(connection, "update", "applied", OLD + 1)
    for batch in (1, 1, 1):
        prune(connection, batch)
        assert read_writes_in_doubt(connection, LIBRARY, "r") == ()
    assert len(left(connection, "changes.id")) == int(stays)


def test_rejections_go_when_they_were_resolved_long_ago(connection: Connection) -> None:
    for code, resolved in (("open", None), ("lately", NEW), ("long ago", OLD)):
        add_rejection(connection, code, resolved=resolved)
    prune(connection)
    assert left(connection, "rejections.code") == ["lately", "open"]


def test_each_statement_removes_a_batch_at_most_and_of_one_library(connection: Connection) -> None:
    for _ in range(5):
        add_change(connection, "update", "failed", OLD)
    add_change(connection, "update", "failed", OLD, library="nordvig")
    assert [prune(connection, 2)["changes"] for _ in range(4)] == [2, 2, 1, 0]
    assert left(connection, "changes.library") == ["nordvig"]


def test_history_of_an_event_says_how_far_back_it_goes(connection: Connection) -> None:
    add_source(connection, "u1", present=True, seen=0)
    add_change(connection, "update", "applied", 1)
    assert [entry.kind for entry in read_history(connection, LIBRARY, "u1")] == ["update"]
    note_pruned(connection, LIBRARY, ago(730))
    note_pruned(connection, LIBRARY, ago(760))
    assert pruned_before(connection, LIBRARY) == ago(730)
    assert [(entry.kind, entry.at) for entry in read_history(connection, LIBRARY, "u1")] == [
        ("pruned", ago(730)),
        ("update", ago(1)),
    ]
    connection.execute(source_events.update().values(first_seen_at=ago(729)))
    assert [entry.kind for entry in read_history(connection, LIBRARY, "u1")] == ["update"]


def test_stored_libraries_are_all_with_rows(connection: Connection) -> None:
    add_source(connection, "u1", present=True, seen=0)
    add_run(connection, 1, library="nordvig")
    assert stored_libraries(connection) == {LIBRARY, "nordvig"}


def test_what_was_asked_for_goes_with_its_age_and_that_of_all_libraries_with_its_last_run(
    connection: Connection,
) -> None:
    add_three_runs(connection)
    add_run(connection, OLD, errors={"load": {"key": "x"}}, library="nordvig")
    targets: dict[str, list[tuple[str, str | None]]] = {
        "of a library": [(LIBRARY, "u1")],
        "of others": [("nordvig", None)],
    }
    for run_id, days in (("old", OLD), ("new", NEW)):
        for name, target in targets.items():
            asked = AskedFor(action=Action.UPDATE, asked_by=name, asked_at=ago(days), run_id=f"{name}, {run_id}")
            store_action(connection, asked, target)
    for run_id in ("gone", f"run {OLD}"):
        asked = AskedFor(action=Action.UPDATE, asked_by="of all", asked_at=ago(OLD), run_id=run_id)
        store_action(connection, asked, ())
    prune(connection)
    assert left(connection, "actions.run_id") == ["of a library, new", "of others, new", "of others, old", f"run {OLD}"]
