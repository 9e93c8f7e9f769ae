"""Rejections are open once, until the run that no longer meets them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from billetbro.models import Refusal, Rejection
from billetbro.store.rejections import noted, open_codes, read_refusals, report_rejections, resolve_rejections
from tests.cases import cases
from tests.integration.store.examples import HOUR, LIBRARY, NOW

MISSING = Rejection(uuid="u1", title="Koncert", code="capacity_missing", field="capacity")
REFUSED = Rejection(uuid="u1", title="Koncert", code="refused_by_place2book", detail="name is not allowed")
CMS = Rejection(uuid="u2", title="Foredrag", code="cms_refused", detail="nej")


def report(connection: Connection, *found: Rejection, now: datetime = NOW, tried: dict[str, str] | None = None) -> None:
    report_rejections(connection, LIBRARY, found, f"run at {now:%H}", now, tried)


def rows(connection: Connection, columns: str) -> list[dict[str, Any]]:
    found = connection.execute(text(f"SELECT {columns} FROM sync.rejections ORDER BY id")).mappings()
    return [dict(row) for row in found]


def test_rejection_reported_holds_its_cause(connection: Connection) -> None:
    report(connection, REFUSED, MISSING)
    assert rows(connection, "title, code, field, found, detail") == [noted(REFUSED), noted(MISSING)]
    assert noted(REFUSED) == {
        "title": "Koncert",
        "code": "refused_by_place2book",
        "field": None,
        "found": None,
        "detail": "name is not allowed",
    }


def test_rejection_reported_again_is_the_same_one_seen_later(connection: Connection) -> None:
    report(connection, MISSING)
    report(connection, Rejection(uuid="u1", title="Ny titel", code="capacity_missing", found="0"), now=NOW + HOUR)
    assert rows(connection, "title, found, first_seen_at, last_seen_at, last_run_id, resolved_at") == [
        {
            "title": "Ny titel",
            "found": "0",
            "first_seen_at": NOW,
            "last_seen_at": NOW + HOUR,
            "last_run_id": "run at 13",
            "resolved_at": None,
        }
    ]


def test_rejection_met_twice_in_a_run_is_reported_once(connection: Connection) -> None:
    report(connection, MISSING, MISSING)
    assert open_codes(connection, LIBRARY) == {("u1", "capacity_missing")}


def test_rejections_none_found_reports_none(connection: Connection) -> None:
    report(connection)
    assert rows(connection, "id") == []


def test_rejection_resolved_and_met_again_is_a_new_one(connection: Connection) -> None:
    report(connection, MISSING)
    resolve_rejections(connection, LIBRARY, NOW, still=())
    report(connection, MISSING, now=NOW + HOUR)
    found = rows(connection, "first_seen_at, resolved_at")
    assert found == [{"first_seen_at": NOW, "resolved_at": NOW}, {"first_seen_at": NOW + HOUR, "resolved_at": None}]


@cases(
    "options left",
    ("what planning meets", {}, {("u1", "refused_by_place2book"), ("u2", "cms_refused")}),
    ("named codes", {"codes": ["cms_refused"]}, {("u1", "capacity_missing"), ("u1", "refused_by_place2book")}),
    (
        "other events only",
        {"uuids": {"u2"}},
        {("u1", "capacity_missing"), ("u1", "refused_by_place2book"), ("u2", "cms_refused")},
    ),
    (
        "still met",
        {"still": {("u1", "capacity_missing")}},
        {("u1", "capacity_missing"), ("u1", "refused_by_place2book"), ("u2", "cms_refused")},
    ),
)
def test_rejections_resolved_are_only_those_that_the_step_could_have_met(
    connection: Connection, options: dict[str, Any], left: set[tuple[str, str]]
) -> None:
    report(connection, MISSING, REFUSED, CMS)
    resolve_rejections(connection, LIBRARY, NOW, **{"still": (), **options})
    assert open_codes(connection, LIBRARY) == left


def test_rejections_of_another_library_stay(connection: Connection) -> None:
    report_rejections(connection, "nordvig", [MISSING], "run", NOW)
    resolve_rejections(connection, LIBRARY, NOW, still=())
    found = [set(open_codes(connection, library)) for library in (LIBRARY, "nordvig")]
    assert found == [set(), {("u1", "capacity_missing")}]


def test_refusals_read_are_what_was_tried_last_and_when(connection: Connection) -> None:
    report(connection, REFUSED, MISSING, tried={"u1": "first"})
    report(connection, REFUSED, now=NOW + timedelta(hours=2), tried={"u1": "second"})
    assert read_refusals(connection, LIBRARY) == {
        "u1": Refusal(fingerprint="second", tried_at=NOW + timedelta(hours=2))
    }
    resolve_rejections(connection, LIBRARY, NOW, still=(), codes=["refused_by_place2book"])
    assert read_refusals(connection, LIBRARY) == {}


def test_refusals_read_are_those_of_one_code(connection: Connection) -> None:
    report(connection, REFUSED, tried={"u1": "ours"})
    report(connection, Rejection(uuid="u2", title="Foredrag", code="cms_cannot_save"), tried={"u2": "theirs"})
    assert read_refusals(connection, LIBRARY, "cms_cannot_save") == {"u2": Refusal(fingerprint="theirs", tried_at=NOW)}


def test_refusals_without_a_fingerprint_are_tried_again(connection: Connection) -> None:
    report(connection, REFUSED)
    assert read_refusals(connection, LIBRARY) == {}
