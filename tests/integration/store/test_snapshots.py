"""Both sides as they were last seen: types go in and come out as they were."""

from dataclasses import replace

from sqlalchemy import Connection

from billetbro.models import SourceState
from billetbro.store.snapshots import (
    forget_ticket_events,
    note_written_back,
    read_mapped,
    read_source_events,
    read_ticket_events,
    store_mapped,
    store_snapshot,
    store_ticket_events,
)
from tests.integration.store.examples import CURRENT, HOUR, LIBRARY, MAPPED, NOW, SOURCE_EVENT, rows_of, snapshot_of

OTHER = replace(SOURCE_EVENT, uuid="u2", title="Foredrag", ticket_categories=(), address=None, unreadable={})


def test_snapshot_stored_is_read_as_it_was(connection: Connection) -> None:
    store_snapshot(connection, LIBRARY, rows_of([OTHER, SOURCE_EVENT]), NOW)
    assert snapshot_of(connection, LIBRARY) == (SOURCE_EVENT, OTHER)
    assert snapshot_of(connection, "nordvig") == ()


def test_snapshot_without_an_event_remembers_how_it_was_last_seen(connection: Connection) -> None:
    store_snapshot(connection, LIBRARY, rows_of([SOURCE_EVENT, OTHER]), NOW)
    store_mapped(connection, LIBRARY, [MAPPED])
    store_snapshot(connection, LIBRARY, rows_of([replace(OTHER, title="Ny")]), NOW + HOUR)
    assert snapshot_of(connection, LIBRARY) == (replace(OTHER, title="Ny"),)
    assert read_source_events(connection, LIBRARY) == {"u1": SOURCE_EVENT, "u2": replace(OTHER, title="Ny")}
    assert read_mapped(connection, LIBRARY) == ()


def test_snapshot_that_is_empty_holds_nothing_and_forgets_nothing(connection: Connection) -> None:
    store_snapshot(connection, LIBRARY, rows_of([SOURCE_EVENT]), NOW)
    store_snapshot(connection, LIBRARY, rows_of([]), NOW + HOUR)
    assert snapshot_of(connection, LIBRARY) == ()
    assert read_source_events(connection, LIBRARY) == {"u1": SOURCE_EVENT}


def test_mapped_stored_is_read_as_it_was(connection: Connection) -> None:
    store_snapshot(connection, LIBRARY, rows_of([SOURCE_EVENT, OTHER]), NOW)
    store_mapped(connection, LIBRARY, [MAPPED])
    store_mapped(connection, LIBRARY, [])
    assert read_mapped(connection, LIBRARY) == (MAPPED,)


def test_written_back_is_what_the_source_shows_from_then_on(connection: Connection) -> None:
    store_snapshot(connection, LIBRARY, rows_of([SOURCE_EVENT, OTHER]), NOW)
    store_mapped(connection, LIBRARY, [MAPPED])
    shown = {"link": "https://example.com/a", "admin_link": None, "state": "SoldOut"}
    note_written_back(connection, LIBRARY, "u1", shown)
    note_written_back(connection, LIBRARY, "u2", {"link": None, "admin_link": "https://example.com/b"})
    link, state = "https://example.com/a", SourceState.SOLD_OUT
    found = snapshot_of(connection, LIBRARY)
    assert found == (replace(SOURCE_EVENT, link=link, state=state), replace(OTHER, admin_link="https://example.com/b"))
    assert read_mapped(connection, LIBRARY) == (replace(MAPPED, link=link, state=state),)


def test_ticket_events_stored_are_read_as_they_were_and_can_be_forgotten(connection: Connection) -> None:
    other = replace(CURRENT, event_id=72, capacity=5, prices=None)
    store_ticket_events(connection, LIBRARY, [CURRENT, other], NOW)
    store_ticket_events(connection, LIBRARY, [replace(other, capacity=6)], NOW + HOUR)
    store_ticket_events(connection, LIBRARY, [], NOW)
    stored = {(5000, 71): CURRENT, (5000, 72): replace(other, capacity=6)}
    assert read_ticket_events(connection, LIBRARY) == stored
    forget_ticket_events(connection, LIBRARY, [])
    forget_ticket_events(connection, LIBRARY, [(5000, 72), (5001, 71)])
    assert read_ticket_events(connection, LIBRARY) == {(5000, 71): CURRENT}


def test_events_that_are_named_are_read_and_no_others(connection: Connection) -> None:
    store_snapshot(connection, LIBRARY, rows_of([SOURCE_EVENT, OTHER]), NOW)
    store_ticket_events(connection, LIBRARY, [CURRENT, replace(CURRENT, event_id=72)], NOW)
    assert read_source_events(connection, LIBRARY, ["u2", "u3"]) == {"u2": OTHER}
    assert read_source_events(connection, LIBRARY, []) == {}
    assert read_ticket_events(connection, LIBRARY, [71, 73]) == {(5000, 71): CURRENT}
    assert read_ticket_events(connection, LIBRARY, []) == {}
