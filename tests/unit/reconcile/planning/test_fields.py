"""The written-down form of the source-owned fields: the list of behaviour 3."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from billetbro.models import Written
from billetbro.reconcile.planning.owned_fields import current_fields, desired_fields, read_time, written_time
from tests.cases import cases
from tests.unit.reconcile.builders import EVENT, standing

WRITTEN = {
    "name": "Foredrag om hvaler",
    "description_short": "Kom og hør om havets kæmper.",
    "description_long": "<p>Kom og hør om havets kæmper.</p>",
    "begin_at": "2026-04-14T17:00:00Z",
    "end_at": "2026-04-14T19:00:00Z",
    "capacity": 40,
    "passive": False,
    "address.name": "Solbjerg Bibliotek",
    "address.address1": "Bygaden 12",
    "address.address2": "",
    "address.postal_code": "0800",
    "address.city": "Solbjerg",
    "address.phone": "",
    "address.country": "DK",
}


def test_fields_of_the_source_are_exactly_these() -> None:
    assert desired_fields(EVENT) == WRITTEN


def test_fields_of_an_event_that_stands_as_wanted_are_the_same() -> None:
    assert current_fields(standing()) == WRITTEN


def test_fields_of_staff_make_no_difference() -> None:
    edited = replace(standing(), sale_open_at=datetime(2026, 1, 1, tzinfo=UTC), waiting_list=True, state="draft")
    assert current_fields(edited) == WRITTEN


def test_fields_that_place2book_does_not_tell_are_none_and_no_limit_is_a_sign() -> None:
    bare = current_fields(standing(begin_at=None, end_at=None, capacity=None, address=None))
    nothing = {name: None for name in WRITTEN if name.startswith("address.")}
    assert bare == WRITTEN | {"begin_at": None, "end_at": None, "capacity": "∞"} | nothing


@cases(
    "moment expected",
    ("none", None, None),
    ("no-fractions", datetime(2026, 3, 1, 12, 0, 30, 999, tzinfo=UTC), "2026-03-01T12:00:30Z"),
    ("in-utc", datetime(2026, 7, 1, 0, 30, tzinfo=timezone(timedelta(hours=2))), "2026-06-30T22:30:00Z"),
)
def test_written_time_is_utc_to_the_second(moment: datetime | None, expected: str | None) -> None:
    assert written_time(moment) == expected


@cases(
    "written expected",
    ("time", "2026-03-01T12:00:30Z", datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)),
    ("none", None, None),
    ("empty", "", None),
    ("no-text", 7, None),
)
def test_read_time_reads_what_was_written(written: Written, expected: datetime | None) -> None:
    assert read_time(written) == expected
