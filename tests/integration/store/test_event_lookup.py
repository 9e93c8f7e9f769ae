"""The event that somebody asks about is found by whatever they have of it."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from billetbro.models import Change, Kind
from billetbro.store.changes import store_planned
from billetbro.store.event.lookup import FoundEvent, find_events
from billetbro.store.links import save_link
from billetbro.store.snapshots import store_mapped, store_snapshot
from tests.cases import cases
from tests.integration.store.examples import HOUR, LIBRARY, LINK, MAPPED, NOW, SOURCE_EVENT, rows_of

OTHER = replace(
    SOURCE_EVENT, uuid="u2", title="100 % jazz_aften", url=None, starts_at=NOW, description="Rødgrød", series_uuid=None
)
UNSEEN = replace(OTHER, uuid="u3", title="Ca\u00adfé på\u200b  A\u030aen")
AWAY = replace(SOURCE_EVENT, uuid="u1", title="Rødgrød i Nordvig", url="https://nordvig.example.com/a", starts_at=None)


@pytest.fixture
def events(connection: Connection) -> Connection:
    store_snapshot(connection, LIBRARY, rows_of([SOURCE_EVENT, OTHER, UNSEEN]), NOW)
    store_mapped(connection, LIBRARY, [MAPPED])
    save_link(connection, LIBRARY, LINK)
    store_snapshot(connection, "nordvig", rows_of([AWAY]), NOW)
    deleted = Change(kind=Kind.DELETE, uuid="u2", title=OTHER.title, event_maker=5000, event_id=88)
    store_planned(connection, "run", LIBRARY, [deleted], NOW)
    return connection


@cases(
    "sought uuids",
    ("uuid", "u2", ["u2"]),
    ("uuid with space around it", "  u2 ", ["u2"]),
    ("number in Place2book", "71", ["u1"]),
    ("number of an event that was deleted", "88", ["u2"]),
    ("number that no event can have", "99999999999999999999", []),
    ("page for staff", "http://127.0.0.1:8100/da/event_makers/5000/events/71", ["u1"]),
    ("page below it", "www.place2book.com/event_makers/5000/events/88/edit?a=b", ["u2"]),
    ("event maker's page", "https://www.place2book.com/da/event_makers/71", []),
    ("seccode", "abc123", ["u1"]),
    ("sales link", "https://www.place2book.com/da/sw2/sales/abc123", ["u1"]),
    ("sales link in an older form", "http://place2book.com/events/abc123", ["u1"]),
    ("form of the shop", "https://www.place2book.com/en/choose_ticket_sales_workflow?seccode=abc123", ["u1"]),
    ("form of a list", "place2book.com/en/5000/list/EM175?a=b&amp;event_detail=abc123", ["u1"]),
    ("list of an organiser", "https://www.place2book.com/da/sw2/sales/event_list/EM11444", []),
    ("sales link as pasted", "\ufeff<https://place2book.com/da/sw2/sales/abc123>\u200b", ["u1"]),
    ("uuid between characters that are not seen", "\u200bu2\u202c", ["u2"]),
    ("sales link of nobody's", "place2book.com/da/sw2/sales/nobody", []),
    ("address in the CMS", "https://solbjerg.example.com/arrangementer/u1", ["u1"]),
    ("address as somebody typed it", "www.Solbjerg.example.com/arrangementer/u1/?a=b#c", ["u1"]),
    ("another page of the CMS", "https://solbjerg.example.com/arrangementer", []),
    ("part of the title as staff read it", "rødgrød &", ["u1"]),
    ("part of two titles, the one without a start last", "rødgrød", ["u1", "u1"]),
    ("percent is no wildcard", "100 %", ["u2"]),
    ("nor is an underscore", "z_a", ["u2"]),
    ("which stands for itself", "j_zz", []),
    ("nothing", "findes ikke", []),
    ("uuid with invisible characters", "\u200bu2\ufeff", ["u2"]),
    ("part of the title with invisible characters", "rødgr\u00adød \u00a0&", ["u1"]),
    ("letters in two parts", "cafe\u0301 pa\u030a å", ["u3"]),
    ("part of a title with invisible characters", "café på åen", ["u3"]),
    ("what nobody can see", "\u200b", []),
)
def test_event_is_found_by_what_names_it(events: Connection, sought: str, uuids: list[str]) -> None:
    assert [event.uuid for event in find_events(events, sought, now=NOW)] == uuids


def test_event_found_is_told_whose_it_is_and_when(events: Connection) -> None:
    assert find_events(events, "u1", now=NOW) == (
        FoundEvent(
            library="solbjerg", uuid="u1", title="Rødgrød & fløde", starts_at=NOW + HOUR, present=True, linked=True
        ),
        FoundEvent(library="nordvig", uuid="u1", title="Rødgrød i Nordvig", starts_at=None, present=True, linked=False),
    )


def test_event_is_sought_in_the_libraries_that_are_named(events: Connection) -> None:
    found = find_events(events, "rødgrød", ["nordvig"], now=NOW)
    assert [(event.library, event.title) for event in found] == [("nordvig", "Rødgrød i Nordvig")]


def test_event_that_left_the_list_is_found_and_said_to_be_gone(events: Connection) -> None:
    store_snapshot(events, LIBRARY, rows_of([OTHER]), NOW + HOUR)
    assert [event.present for event in find_events(events, "abc123", now=NOW)] == [False]


def test_events_to_come_are_told_before_past_ones_and_those_without_a_start(connection: Connection) -> None:
    starts = {"a": NOW - 2 * HOUR, "b": None, "c": NOW + 2 * HOUR, "d": NOW - HOUR, "e": NOW + HOUR}
    events = [replace(SOURCE_EVENT, uuid=uuid, starts_at=start) for uuid, start in starts.items()]
    store_snapshot(connection, LIBRARY, rows_of(events), NOW)
    assert "".join(event.uuid for event in find_events(connection, "fløde", now=NOW)) == "ecdab"


def test_event_that_left_the_list_unlinked_is_told_by_its_title_only_when_there_is_no_other(events: Connection) -> None:
    made_anew = replace(OTHER, uuid="u9", starts_at=NOW + HOUR)
    store_snapshot(events, LIBRARY, rows_of([made_anew]), NOW + HOUR)
    told = {sought: [one.uuid for one in find_events(events, sought, now=NOW)] for sought in ("jazz", "fløde", "u2")}
    store_snapshot(events, LIBRARY, rows_of([]), NOW + HOUR)
    told["gone"] = [one.uuid for one in find_events(events, "jazz", now=NOW)]
    assert told == {"jazz": ["u9"], "fløde": ["u1"], "u2": ["u2"], "gone": ["u2", "u9"]}
