"""Which runs go, and when."""

import pytest
from sqlalchemy import Connection

from billetbro.store.event.facts import event_facts
from billetbro.store.in_doubt import read_writes_in_doubt
from billetbro.store.schema.tables import runs
from billetbro.store.twins import read_deferred_gone, was_read
from tests.integration.store.examples import LIBRARY, NOW
from tests.integration.store.old_history import (
    NEW,
    OLD,
    add_change,
    add_rejection,
    add_run,
    add_source,
    add_three_runs,
    left,
    prune,
)


def test_plans_that_nobody_carried_out_go_with_their_run(connection: Connection) -> None:
    add_three_runs(connection)
    run = add_run(connection, OLD, mode="plan")
    add_source(connection, "u1", present=True, seen=0)
    add_change(connection, "create", "planned", OLD, run_id=run, applying_at=None)
    add_change(connection, "write_back", "planned", OLD, run_id=run, applying_at=None)
    prune(connection)
    assert (left(connection, "changes.id"), len(left(connection, "runs.run_id"))) == ([], 3)


NEWS = {
    "an error": {"errors": {"load": {"key": "x"}}},
    "blocked removals": {"removals_blocked": {"key": "x"}},
    "planned rejections": {"planned_rejections": [{"code": "x"}]},
    "purchases": {"purchases": {"events_exported": 1}},
}
NO_NEWS = {
    "nothing at all": {},
    "a plan without rejections": {"mode": "plan", "planned_rejections": []},
    "no purchases": {"purchases": {"events_exported": 0, "reasons": {}}},
    "incomplete": {"loaded_at": None},
}


@pytest.mark.parametrize("columns", NEWS.values(), ids=NEWS.keys())
def test_run_with_news_goes_as_late_as_changes(connection: Connection, columns: dict[str, object]) -> None:
    add_three_runs(connection)
    add_run(connection, OLD, **columns)
    kept = add_run(connection, 100, **columns)
    prune(connection)
    assert left(connection, "runs.run_id") == ["run 1", kept, "run 2", "run 3"]


@pytest.mark.parametrize("columns", NO_NEWS.values(), ids=NO_NEWS.keys())
def test_run_without_news_goes_sooner(connection: Connection, columns: dict[str, object]) -> None:
    add_three_runs(connection)
    add_run(connection, 100, **columns)
    add_run(connection, 89, **columns)
    prune(connection)
    assert left(connection, "runs.run_id") == ["run 1", "run 2", "run 3", "run 89"]


def test_run_that_a_change_or_a_rejection_names_stays(connection: Connection) -> None:
    add_three_runs(connection)
    changed, rejected = add_run(connection, 100), add_run(connection, 101)
    add_run(connection, 102)
    add_change(connection, "update", "applied", 100, run_id=changed)
    add_rejection(connection, "x", resolved=NEW, run_id=rejected)
    prune(connection)
    assert left(connection, "runs.run_id") == ["run 1", "run 100", "run 101", "run 2", "run 3"]


def test_library_that_stands_still_keeps_its_three_latest_complete_runs(connection: Connection) -> None:
    for days in (OLD, OLD + 1, OLD + 2, OLD + 3):
        add_run(connection, days)
    add_run(connection, 100, complete=False)
    facts = event_facts(connection, LIBRARY, "u1", timezone="UTC", now=NOW)
    assert prune(connection)["runs"] == 1
    assert was_read(connection, LIBRARY)
    assert read_deferred_gone(connection, LIBRARY) == []
    assert event_facts(connection, LIBRARY, "u1", timezone="UTC", now=NOW) == facts
    connection.execute(runs.delete().where(runs.c.run_id == f"run {OLD}"))
    assert prune(connection)["runs"] == 0


def test_runs_that_looked_for_a_write_in_doubt_are_enough(connection: Connection) -> None:
    add_change(connection, "create", "failed", 500, outcome_unknown=True, event_maker=5000)
    for days in (1, 2, 3, 100, 200):
        add_run(connection, days)
    [before] = read_writes_in_doubt(connection, LIBRARY, "r")
    prune(connection)
    assert (read_writes_in_doubt(connection, LIBRARY, "r"), before.looks) == ((before,), 3)
