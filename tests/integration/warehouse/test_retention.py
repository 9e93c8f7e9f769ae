"""Personal data goes when its time is over, stays gone, and leaves every row and sum as it was."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from billetbro.errors import Fatal
from billetbro.store.schema.privacy_tables import retention_sweeps
from billetbro.store.schema.warehouse_tables import purchases
from billetbro.warehouse.ingest.reading import ExportEvent
from billetbro.warehouse.privacy.erasure_log import bring_forgotten
from billetbro.warehouse.privacy.pseudonymise import Privacy
from billetbro.warehouse.privacy.retention import Removed, remove_past
from billetbro.warehouse.privacy.retention_rule import Retention
from tests.cases import cases
from tests.integration.warehouse.examples import EVENT, FIRST, LIBRARY, MONDAY, SECOND, Till, another, contents, export
from tests.integration.warehouse.files import export_to, lake_in
from tests.integration.warehouse.personal import (
    DROP,
    FIRST_BUYER,
    KEEP,
    NOTHING,
    POLICIES,
    SECOND_BUYER,
    given_answers,
    people,
    sums,
    traces,
)

THIRTY = Retention(days=30)
DAY = timedelta(days=1)
ENDED = MONDAY + 7 * DAY
STILL_KEPT, PAST = ENDED + 30 * DAY, ENDED + 31 * DAY
GONE = Removed(tables={"purchases": 2, "answers": 2})
NONE = Removed(tables={"purchases": 0, "answers": 0})


def sweep(engine: Engine, now: datetime = PAST, library: str = LIBRARY, root: Path | None = None) -> Removed:
    return remove_past(engine, library, THIRTY, now, lake_in(root) if root else None)


@pytest.mark.parametrize(("now", "removed"), [(STILL_KEPT, NONE), (PAST, GONE)], ids=["last day", "the day after"])
def test_retention_removes_what_is_past_it_and_says_how_much(engine: Engine, now: datetime, removed: Removed) -> None:
    export(engine, Till(), privacy=KEEP)
    before = sums(engine)
    assert sweep(engine, now) == removed
    assert (traces(engine, (*FIRST_BUYER, *SECOND_BUYER)) == []) is (removed == GONE)
    assert sums(engine) == before


def test_retention_twice_removes_nothing_more_and_touches_no_row(engine: Engine) -> None:
    export(engine, Till(), privacy=KEEP)
    sweep(engine)
    touched = contents(engine, purchases, "changed_at")
    assert sweep(engine, PAST + DAY) == NONE
    assert (contents(engine, purchases, "changed_at"), touched) == (touched, [{"changed_at": PAST}] * 2)


@pytest.mark.parametrize("policy", POLICIES)
def test_retention_is_not_undone_by_a_later_export(engine: Engine, policy: str) -> None:
    privacy = replace(POLICIES[policy], retention=THIRTY)
    export(engine, Till(), privacy=privacy)
    sweep(engine)
    summary = export(engine, Till(), PAST, privacy=privacy, force=True)
    assert (summary.events_exported, summary.purchases_changed, list(people(engine).values())) == (1, 0, [NOTHING] * 2)
    assert given_answers(engine) == [None, None]


def test_export_of_an_event_that_is_past_stores_its_rows_and_nobody(engine: Engine) -> None:
    privacy = replace(KEEP, retention=THIRTY)
    export(engine, Till(), PAST, privacy=privacy)
    assert (list(people(engine).values()), given_answers(engine)) == ([NOTHING] * 2, [None, None])
    assert sum(int(str(row["total_ore"])) for row in contents(engine, purchases)) == 17500


def without_times(event: ExportEvent = EVENT) -> ExportEvent:
    return replace(event, begin_at=None, end_at=None)


def test_retention_of_an_event_without_times_goes_by_the_purchase(engine: Engine) -> None:
    old = replace(FIRST, created_at=PAST - 33 * DAY)
    undated = replace(FIRST, purchase_id=930, tickets=(), created_at=None)
    young = replace(SECOND, created_at=PAST - 30 * DAY)
    till = Till({10: (old, young, undated)})
    export(engine, till, PAST - 30 * DAY, events=[without_times()], privacy=replace(KEEP, retention=THIRTY))
    assert [one for one, row in people(engine).items() if row == NOTHING] == [930]
    assert sweep(engine) == Removed(tables={"purchases": 1, "answers": 2})
    assert [one for one, row in people(engine).items() if row != NOTHING] == [910]


def test_retention_of_an_event_without_an_end_goes_by_its_start(engine: Engine) -> None:
    export(engine, Till(), events=[replace(EVENT, end_at=None)], privacy=KEEP)
    assert (sweep(engine, STILL_KEPT), sweep(engine)) == (NONE, GONE)


def test_retention_leaves_other_libraries_and_later_events_alone(engine: Engine) -> None:
    later = replace(another(20), begin_at=PAST, end_at=PAST)
    export(engine, Till({10: (FIRST,), 20: (SECOND,)}), events=[EVENT, later], privacy=KEEP)
    export(engine, Till({10: (SECOND,)}), privacy=KEEP, library="ribe")
    assert sweep(engine) == Removed(tables={"purchases": 1, "answers": 2})
    assert (traces(engine, FIRST_BUYER), len(traces(engine, SECOND_BUYER))) == ([], len(SECOND_BUYER))
    assert sweep(engine, library="ribe") == Removed(tables={"purchases": 1, "answers": 0})
    assert contents(engine, purchases, "library", "purchase_id", "email") == [
        {"library": LIBRARY, "purchase_id": 900, "email": None},
        {"library": LIBRARY, "purchase_id": 910, "email": "proeve@example.com"},
        {"library": "ribe", "purchase_id": 910, "email": None},
    ]


def test_retention_removes_from_files_what_they_alone_still_hold(engine: Engine, tmp_path: Path) -> None:
    export_to(tmp_path, engine, Till(), privacy=KEEP)
    nameless = Till({10: (replace(FIRST, full_name=None, email=None, phone_number=None), SECOND)})
    export(engine, nameless, MONDAY + DAY, privacy=KEEP, force=True)
    assert sweep(engine, STILL_KEPT, root=tmp_path) == NONE
    removed = sweep(engine, root=tmp_path)
    assert (removed.tables, removed.files) == (GONE.tables, {"purchases": 2, "answers": 2})
    assert traces(engine, (*FIRST_BUYER, *SECOND_BUYER), tmp_path) == []


def test_retention_goes_through_files_of_purchases_that_are_in_no_table(engine: Engine, tmp_path: Path) -> None:
    export_to(tmp_path, engine, Till(), privacy=KEEP)
    sweep(engine)
    assert traces(engine, FIRST_BUYER, tmp_path) == list(FIRST_BUYER)
    assert sweep(engine, root=tmp_path) == Removed(tables=NONE.tables, files={"purchases": 2, "answers": 2})
    assert sweep(engine, PAST + DAY, root=tmp_path) == NONE
    assert contents(engine, retention_sweeps) == [
        {"library": LIBRARY, "swept_at": PAST + DAY, "kept_from": THIRTY.kept_from(PAST + DAY)}
    ]


def test_retention_that_fails_at_the_files_has_emptied_the_tables_and_the_next_night_does_the_rest(
    engine: Engine, tmp_path: Path
) -> None:
    export_to(tmp_path, engine, Till(), privacy=KEEP)
    (file,) = (tmp_path / "answers").rglob("*.parquet")
    whole = file.read_bytes()
    file.write_bytes(b"not a file of rows")
    with pytest.raises(Fatal, match="'herlev'"):
        sweep(engine, root=tmp_path)
    assert (traces(engine, FIRST_BUYER), file.read_bytes()) == ([], b"not a file of rows")
    file.write_bytes(whole)
    assert sweep(engine, PAST + DAY, root=tmp_path) == replace(NONE, files={"purchases": 0, "answers": 2})
    assert traces(engine, (*FIRST_BUYER, *SECOND_BUYER), tmp_path) == []


MOVED = replace(EVENT, begin_at=PAST + 7 * DAY, end_at=PAST + 7 * DAY)
LATER = replace(SECOND, purchase_id=940, tickets=())


@cases("event retention", ("event moves", MOVED, THIRTY), ("kept for longer", EVENT, Retention(days=60)))
def test_retention_is_not_undone_when_its_time_comes_later_after_all(
    engine: Engine, event: ExportEvent, retention: Retention
) -> None:
    privacy = replace(KEEP, retention=retention)
    export(engine, Till(), privacy=replace(KEEP, retention=THIRTY))
    sweep(engine)
    export(engine, Till({10: (FIRST, SECOND, LATER)}), PAST, events=[event], privacy=privacy, force=True)
    assert (people(engine)[900], people(engine)[910]) == (NOTHING, NOTHING)
    assert (people(engine)[940]["email"], given_answers(engine)) == ("proeve@example.com", [None, None])


def test_retention_holds_in_a_database_that_the_warehouse_moves_to(engine: Engine, own_engine: Engine) -> None:
    export(engine, Till(), privacy=KEEP)
    sweep(engine)
    for _ in range(2):
        bring_forgotten(engine, own_engine, PAST)
    export(own_engine, Till({10: (FIRST, LATER)}), PAST, events=[MOVED], privacy=replace(KEEP, retention=THIRTY))
    assert (people(own_engine)[900], people(own_engine)[940]["email"]) == (NOTHING, "proeve@example.com")


def test_retention_holds_for_what_was_stored_without_anything_to_remove(engine: Engine) -> None:
    export(engine, Till(), privacy=DROP)
    assert sweep(engine) == Removed(tables={"purchases": 0, "answers": 2})
    export(engine, Till(), PAST, events=[MOVED], privacy=replace(KEEP, retention=THIRTY), force=True)
    assert (list(people(engine).values()), given_answers(engine)) == ([NOTHING] * 2, [None, None])


def test_retention_of_the_settings_is_the_exports_own() -> None:
    assert Privacy(policy=KEEP.policy).retention == Retention(days=365, timezone="Europe/Copenhagen")
