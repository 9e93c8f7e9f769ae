"""The event that somebody asks about is found by whatever they have of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from billetbro.models import Change, Kind
from billetbro.store.changes import store_planned
from billetbro.store.event.lookup import FoundEvent, find_events
from billetbro.store.links import save_link
from billetbro.store.snapshots import store_mapped, store_snapshot
from tests.integration.store.examples import HOUR, LIBRARY, LINK, MAPPED, NOW, SOURCE_EVENT

OTHER = replace(
    SOURCE_EVENT, uuid="u2", title="100 % jazz_aften", url=None, starts_at=NOW, description="Rødgrød", series_uuid=None
)
UNSEEN = replace(OTHER, uuid="u3", title="Ca\u00adfé på\u200b  A\u030aen")
AWAY = replace(SOURCE_EVENT, uuid="u1", title="Rødgrød i Nordvig", url="https://nordvig.example.com/a", starts_at=None)


@pytest.fixture
def events(connection: Connection) -> Connection:
    """Give a linked event and another of one library, and one of a second library with the same uuid."""
    store_snapshot(connection, LIBRARY, [SOURCE_EVENT, OTHER, UNSEEN], NOW)
    store_mapped(connection, LIBRARY, [MAPPED])
    save_link(connection, LIBRARY, LINK)
    store_snapshot(connection, "nordvig", [AWAY], NOW)
    deleted = Change(kind=Kind.DELETE, uuid="u2", title=OTHER.title, event_maker=5000, event_id=88)
    store_planned(connection, "run", LIBRARY, [deleted], NOW)
    return connection


@pytest.mark.parametrize(
    ("sought", "uuids"),
    [
        pytest.param("u2", ["u2"], id="uuid"),
        pytest.param("  u2 ", ["u2"], id="uuid with space around it"),
        pytest.param("71", ["u1"], id="number in Place2book"),
        pytest.param("88", ["u2"], id="number of an event that was deleted"),
        pytest.param("99999999999999999999", [], id="number that no event can have"),
        pytest.param("http://127.0.0.1:8100/da/event_makers/5000/events/71", ["u1"], id="page for staff"),
        pytest.param("www.place2book.com/event_makers/5000/events/88/edit?a=b", ["u2"], id="page below it"),
        pytest.param("https://www.place2book.com/da/event_makers/71", [], id="event maker's page"),
        pytest.param("abc123", ["u1"], id="seccode"),
        pytest.param("https://www.place2book.com/da/sw2/sales/abc123", ["u1"], id="sales link"),
        pytest.param("http://place2book.com/events/abc123", ["u1"], id="sales link in an older form"),
        pytest.param(
            "https://www.place2book.com/en/choose_ticket_sales_workflow?seccode=abc123", ["u1"], id="form of the shop"
        ),
        pytest.param("place2book.com/en/5000/list/EM175?a=b&amp;event_detail=abc123", ["u1"], id="form of a list"),
        pytest.param("https://www.place2book.com/da/sw2/sales/event_list/EM11444", [], id="list of an organiser"),
        pytest.param("\ufeff<https://place2book.com/da/sw2/sales/abc123>\u200b", ["u1"], id="sales link as pasted"),
        pytest.param("\u200bu2\u202c", ["u2"], id="uuid between characters that are not seen"),
        pytest.param("place2book.com/da/sw2/sales/nobody", [], id="sales link of nobody's"),
        pytest.param("https://solbjerg.example.com/arrangementer/u1", ["u1"], id="address in the CMS"),
        pytest.param("www.Solbjerg.example.com/arrangementer/u1/?a=b#c", ["u1"], id="address as somebody typed it"),
        pytest.param("https://solbjerg.example.com/arrangementer", [], id="another page of the CMS"),
        pytest.param("rødgrød &", ["u1"], id="part of the title as staff read it"),
        pytest.param("rødgrød", ["u1", "u1"], id="part of two titles, the one without a start last"),
        pytest.param("100 %", ["u2"], id="percent is no wildcard"),
        pytest.param("z_a", ["u2"], id="nor is an underscore"),
        pytest.param("j_zz", [], id="which stands for itself"),
        pytest.param("findes ikke", [], id="nothing"),
        pytest.param("\u200bu2\ufeff", ["u2"], id="uuid with invisible characters"),
        pytest.param("rødgr\u00adød \u00a0&", ["u1"], id="part of the title with invisible characters"),
        pytest.param("cafe\u0301 pa\u030a å", ["u3"], id="letters in two parts"),
        pytest.param("café på åen", ["u3"], id="part of a title with invisible characters"),
        pytest.param("\u200b", [], id="what nobody can see"),
    ],
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
    store_snapshot(events, LIBRARY, [OTHER], NOW + HOUR)
    assert [event.present for event in find_events(events, "abc123", now=NOW)] == [False]


def test_events_to_come_are_told_before_past_ones_and_those_without_a_start(connection: Connection) -> None:
    starts = {"a": NOW - 2 * HOUR, "b": None, "c": NOW + 2 * HOUR, "d": NOW - HOUR, "e": NOW + HOUR}
    events = [replace(SOURCE_EVENT, uuid=uuid, starts_at=start) for uuid, start in starts.items()]
    store_snapshot(connection, LIBRARY, events, NOW)
    assert "".join(event.uuid for event in find_events(connection, "fløde", now=NOW)) == "ecdab"


def test_event_that_left_the_list_unlinked_is_told_by_its_title_only_when_there_is_no_other(events: Connection) -> None:
    made_anew = replace(OTHER, uuid="u9", starts_at=NOW + HOUR)
    store_snapshot(events, LIBRARY, [made_anew], NOW + HOUR)
    told = {sought: [one.uuid for one in find_events(events, sought, now=NOW)] for sought in ("jazz", "fløde", "u2")}
    store_snapshot(events, LIBRARY, [], NOW + HOUR)
    told["gone"] = [one.uuid for one in find_events(events, "jazz", now=NOW)]
    assert told == {"jazz": ["u9"], "fløde": ["u1"], "u2": ["u2"], "gone": ["u2", "u9"]}
