"""Lists in rows: what is sent as before is not parsed, and what cannot be right is an error."""

import json
from datetime import date

import pytest

from billetbro.api.dpl_cms.client import CmsClient
from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import InvalidResponse
from billetbro.models import KnownRows
from tests.cases import cases
from tests.unit.api.answering import Reply, Server, as_json

DAY = date(2026, 9, 1)
ONE, OTHER = {"uuid": "1", "title": "Babyrytmik"}, {"uuid": "2", "title": "Foredrag"}


def known_from(cms: CmsClient, version: str = "") -> KnownRows:
    """Return what the site sends now, as the next run knows it."""
    rows = cms.snapshot(DAY, KnownRows(version=version)).rows
    return KnownRows(version=version, uuids={row.fingerprint: row.uuid for row in rows})


def test_rows_sent_as_before_come_without_content_and_new_ones_with_it(cms: CmsClient, server: Server) -> None:
    server.will_answer(as_json([ONE, OTHER]))
    known = known_from(cms)
    server.will_answer(as_json([{**ONE, "title": "Rytmik"}, OTHER, {"uuid": "3"}]))
    found = [(row.uuid, row.event and row.event.title) for row in cms.snapshot(DAY, known).rows]
    assert found == [("1", "Rytmik"), ("2", None), ("3", "")]


def test_rows_read_by_another_version_of_the_code_are_all_new(cms: CmsClient, server: Server) -> None:
    server.will_answer(as_json([ONE]))
    known = known_from(cms, "before")
    rows = cms.snapshot(DAY, KnownRows(version="after", uuids=known.uuids)).rows
    assert [row.event is not None for row in rows] == [True]


def test_row_sent_as_before_and_again_differently_is_in_doubt(cms: CmsClient, server: Server) -> None:
    server.will_answer(as_json([ONE]))
    known = known_from(cms)
    twice = [ONE, {**ONE, "title": "Rytmik"}]
    server.will_answer(as_json(twice))
    (row,) = cms.snapshot(DAY, known).rows
    assert row.event is not None
    assert row.event.unreadable == {"uuid": '"Babyrytmik" / "Rytmik"'}
    again = KnownRows(uuids={row.fingerprint: row.uuid})
    server.will_answer(as_json(twice[::-1]))
    assert [(row.uuid, row.event) for row in cms.snapshot(DAY, again).rows] == [("1", None)]


@cases(
    "sent",
    ("cut short", json.dumps([ONE, OTHER])[:-8].encode()),
    ("invalid text", b'[{"uuid": "1", "title": "\\x"}]'),
    ("no uuid", b'[{"title": "Babyrytmik"}]'),
    ("a number", b"[1]"),
    ("no list", b'{"message": "later"}'),
    ("web page", b"<!doctype html><title>Login</title>"),
)
def test_rows_that_cannot_be_right_are_no_list(cms: CmsClient, server: Server, sent: bytes) -> None:
    server.will_answer(Reply(sent))
    with pytest.raises(InvalidResponse):
        cms.snapshot(DAY, KnownRows())


def test_rows_with_numbers_that_json_does_not_have_are_read(cms: CmsClient, server: Server) -> None:
    server.will_answer(Reply(b'[{"uuid": "1", "title": "Babyrytmik", "score": NaN}]'))
    assert [row.uuid for row in cms.snapshot(DAY, KnownRows()).rows] == ["1"]


@cases(
    "first second",
    ("bare and wrapped", {"id": 7}, {"event": {"id": 7}}),
    ("number and text", {"id": 7}, {"id": "ev7"}),
)
def test_event_listed_on_two_pages_is_one(
    place2book: Place2bookClient, server: Server, first: object, second: object
) -> None:
    server.will_answer(as_json([*({"id": number} for number in range(100, 299)), first]), as_json([second, {"id": 8}]))
    rows = place2book.event_rows(5000)
    assert [place2book.event_in(5000, row).event_id for row in rows] == [*range(100, 299), 7, 8]


def test_page_with_nothing_new_is_no_list(place2book: Place2bookClient, server: Server) -> None:
    page = as_json([{"id": number} for number in range(200)])
    server.will_answer(page, page)
    with pytest.raises(InvalidResponse):
        place2book.event_rows(5000)
