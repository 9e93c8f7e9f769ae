"""Links keep everything that they know, and absences are counted by whole snapshots only."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from billetbro.models import LinkStatus
from billetbro.reconcile.sale_status.write_back import CLEARED
from billetbro.store.drift import accept_drift, read_drift
from billetbro.store.links import (
    count_absences,
    follow_source,
    forget_cleared,
    note_written_back,
    read_links,
    remove_link,
    save_link,
)
from billetbro.store.pages.overview import count_drift
from billetbro.store.snapshots import store_mapped, store_snapshot
from tests.cases import cases
from tests.integration.store.examples import HOUR, LIBRARY, LINK, MAPPED, NOW, SOURCE_EVENT, rows_of


def test_link_saved_is_read_as_it_was(connection: Connection) -> None:
    save_link(connection, LIBRARY, LINK)
    assert read_links(connection, LIBRARY) == (LINK,)
    assert read_links(connection, "nordvig") == ()


def test_links_that_end_after_a_moment_are_read_with_those_whose_end_is_unknown(connection: Connection) -> None:
    ends = {"over": NOW, "still on": NOW + HOUR, "unknown": None}
    for number, (uuid, ends_at) in enumerate(ends.items()):
        save_link(connection, LIBRARY, replace(LINK, uuid=uuid, event_id=number, ends_at=ends_at))
    assert [link.uuid for link in read_links(connection, LIBRARY, NOW)] == ["still on", "unknown"]


def test_link_saved_again_is_replaced_but_for_its_count_of_absences(connection: Connection) -> None:
    save_link(connection, LIBRARY, LINK)
    count_absences(connection, LIBRARY, {"u1": 1}, "run 1")
    later = replace(LINK, title="Ny", drift={}, status=LinkStatus.RETIRED, absences=0)
    save_link(connection, LIBRARY, later)
    assert read_links(connection, LIBRARY) == (replace(later, absences=1, counted_run="run 1"),)


@cases(
    "drift still",
    ("the same", {"capacity": 60, "name": "Ny"}, {"capacity": 60, "name": "Ny"}),
    ("another value", {"capacity": 61, "name": "Ny"}, {"name": "Ny"}),
    ("none of it", {}, {}),
    ("one more field", {"capacity": 60, "name": "Ny", "passive": None}, {"capacity": 60, "name": "Ny"}),
)
def test_drift_that_was_accepted_is_open_again_once_it_is_another(
    connection: Connection, drift: dict[str, object], still: dict[str, object]
) -> None:
    edited = replace(LINK, drift={"capacity": 60, "name": "Ny"})
    save_link(connection, LIBRARY, edited)
    found = read_drift(connection, LIBRARY, "u1")
    assert found is not None
    assert [(field.field, field.old, field.new) for field in found.open] == [
        ("capacity", 50, 60),
        ("name", "Rødgrød & fløde", "Ny"),
    ]
    accept_drift(connection, LIBRARY, "u1", found.open)
    save_link(connection, LIBRARY, replace(edited, title="Ny"))
    assert count_drift(connection, [LIBRARY]) == {}
    save_link(connection, LIBRARY, replace(LINK, drift=drift))
    save_link(connection, LIBRARY, edited)
    now = read_drift(connection, LIBRARY, "u1")
    assert now is not None
    assert now.accepted == still.keys()
    assert count_drift(connection, [LIBRARY]) == ({} if len(still) == 2 else {LIBRARY: 1})


def test_link_removed_is_gone_and_the_other_librarys_stays(connection: Connection) -> None:
    save_link(connection, LIBRARY, LINK)
    save_link(connection, "nordvig", replace(LINK, event_id=72))
    remove_link(connection, LIBRARY, "u1")
    assert [read_links(connection, library) for library in (LIBRARY, "nordvig")] == [(), (replace(LINK, event_id=72),)]


def test_absences_counted_reset_those_that_are_there_again(connection: Connection) -> None:
    for number in range(3):
        save_link(connection, LIBRARY, replace(LINK, uuid=f"u{number}", event_id=number))
    count_absences(connection, LIBRARY, {"u0": 1, "u1": 1}, "run 1")
    count_absences(connection, LIBRARY, {"u1": 2}, "run 2")
    found = [(link.uuid, link.absences, link.counted_run) for link in read_links(connection, LIBRARY)]
    assert found == [("u0", 0, "run 1"), ("u1", 2, "run 2"), ("u2", 0, None)]


def test_place2book_event_cannot_be_two_live_links(connection: Connection) -> None:
    save_link(connection, LIBRARY, LINK)
    save_link(connection, LIBRARY, replace(LINK, uuid="u2", status=LinkStatus.DELETED))
    with pytest.raises(IntegrityError):
        save_link(connection, LIBRARY, replace(LINK, uuid="u3"))


def test_links_follow_title_series_and_times_of_their_source_while_they_live(connection: Connection) -> None:
    retired = replace(LINK, uuid="u2", event_id=72, status=LinkStatus.RETIRED)
    save_link(connection, LIBRARY, LINK)
    save_link(connection, LIBRARY, retired)
    seen = replace(MAPPED, title="Ny titel", series_uuid="s2", starts_at=NOW + 5 * HOUR, ends_at=NOW + 6 * HOUR)
    without_times = replace(MAPPED, title="Uden tid", starts_at=None)
    follow_source(connection, LIBRARY, [seen, replace(seen, uuid="u2"), replace(seen, uuid="unknown")])
    follow_source(connection, LIBRARY, [without_times])
    followed = replace(LINK, title="Ny titel", series_uuid="s2", starts_at=NOW + 5 * HOUR, ends_at=NOW + 6 * HOUR)
    assert read_links(connection, LIBRARY) == (followed, retired)


@cases(
    "shown present kept",
    ("shown still", "https://p.example/1", True, True),
    ("no longer shown", None, True, False),
    ("another is shown", "https://p.example/2", True, False),
    ("the event is not listed", None, False, True),
)
def test_link_that_was_cleared_is_remembered_for_as_long_as_it_is_shown(
    connection: Connection, shown: str | None, present: bool, kept: bool
) -> None:
    save_link(connection, LIBRARY, LINK)
    note_written_back(connection, LIBRARY, "u1", None, {CLEARED: "https://p.example/1"})
    store_snapshot(connection, LIBRARY, rows_of([SOURCE_EVENT]), NOW)
    store_mapped(connection, LIBRARY, [replace(MAPPED, link=shown)])
    if not present:
        store_snapshot(connection, LIBRARY, rows_of([]), NOW)
    forget_cleared(connection, LIBRARY)
    (link,) = read_links(connection, LIBRARY)
    assert link.echo == {**LINK.echo, **({CLEARED: "https://p.example/1"} if kept else {})}


def test_links_that_were_never_cleared_are_left_as_they_are(connection: Connection) -> None:
    save_link(connection, LIBRARY, LINK)
    store_snapshot(connection, LIBRARY, rows_of([SOURCE_EVENT]), NOW)
    store_mapped(connection, LIBRARY, [MAPPED])
    forget_cleared(connection, LIBRARY)
    assert read_links(connection, LIBRARY) == (LINK,)
