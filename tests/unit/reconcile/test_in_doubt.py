"""What becomes of a write whose answer was lost, by what Place2book shows (behaviour 4 and "When things fail")."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from billetbro.models import CurrentEvent, Kind, Link, LinkStatus, WriteInDoubt
from billetbro.reconcile.in_doubt import can_confirm, events_in_doubt, resolve_in_doubt
from billetbro.reconcile.planning.owned_fields import desired_fields
from billetbro.reconcile.state import InDoubt, ReconcileState
from tests.cases import cases
from tests.unit.reconcile.builders import EVENT, linked, ours, standing, state_of, wanted

CREATED = {**desired_fields(EVENT), "price.Voksen": 7500}
RENAMED = {"old": {"name": EVENT.name}, "new": {"name": "Nyt navn"}, "event_id": 1}


def write(kind: Kind = Kind.CREATE, **changes: Any) -> WriteInDoubt:
    values: dict[str, Any] = {"event_id": None, "price_id": None, "old": {}, "new": CREATED}
    return WriteInDoubt(change_id=9, kind=kind, uuid="a", title=EVENT.name, event_maker=5000, **values | changes)


def resolved(
    doubt: WriteInDoubt, links: Sequence[Link] = (), there: Sequence[CurrentEvent] = (), **changes: Any
) -> ReconcileState:
    state = state_of([wanted()], links, there)
    return resolve_in_doubt(replace(state, writes_in_doubt=(doubt,), in_doubt=InDoubt(), **changes))


def test_create_that_place2book_shows_is_confirmed_and_linked() -> None:
    state = resolved(write(series_uuid="krea"), there=[standing(7)])
    assert state.in_doubt == InDoubt(confirmed={9: 7})
    assert state.changed_links == {"a": state.links[0]}
    assert (state.links[0].key, state.links[0].series_uuid) == ((5000, 7), "krea")
    assert state.links[0].prices == {"cat-1": ours()}


@cases(
    "there looks recheck",
    ("nothing-listed-at-all", [], 0, True),
    ("nothing-listed-for-the-second-time", [], 1, False),
    ("others-listed", [standing(8, name="Andet", description_long="")], 0, False),
    ("listed-for-another-event-maker", [standing(8, event_maker=5001)], 0, True),
)
def test_create_that_place2book_does_not_show_is_lost(there: list[CurrentEvent], looks: int, recheck: bool) -> None:
    state = resolved(write(looks=looks), there=there)
    lost = frozenset({"a"})
    assert state.in_doubt == InDoubt(lost=lost, recheck=lost if recheck else frozenset())
    assert state.links == ()


@pytest.mark.parametrize(("name", "confirmed"), [("Nyt navn", {9: 1}), (EVENT.name, {})], ids=["taken", "not-taken"])
def test_update_is_confirmed_when_the_event_shows_it(name: str, confirmed: dict[int, int]) -> None:
    state = resolved(write(Kind.UPDATE, **RENAMED), [linked()], [standing(name=name)])
    assert state.in_doubt == InDoubt(confirmed=confirmed)
    assert state.links[0].applied["name"] == name


def test_delete_is_confirmed_when_the_event_is_gone() -> None:
    state = resolved(write(Kind.DELETE, event_id=1, new={}), [linked()], [])
    assert state.in_doubt == InDoubt(confirmed={9: 1})
    assert [link.status for link in state.links] == [LinkStatus.DELETED]


def test_write_whose_event_could_not_be_read_is_deferred_and_nothing_follows() -> None:
    doubt, event = write(Kind.UPDATE, **RENAMED), standing(name="Nyt navn")
    state = resolved(doubt, [linked()], [event], unread=frozenset({event.key}))
    assert state.in_doubt == InDoubt(deferred=(doubt,))
    assert (state.links, dict(state.unreadable), state.concerns("a")) == ((linked(),), {"a": 1}, False)


def test_create_whose_event_could_not_be_read_is_deferred_with_its_number() -> None:
    event = standing(7)
    state = resolved(write(), there=[event], unread=frozenset({event.key}))
    assert state.in_doubt == InDoubt(deferred=(write(event_id=7),), lost=frozenset({"a"}))
    assert dict(state.unreadable) == {"a": 7}


@pytest.mark.parametrize(
    ("kind", "looks", "expected"),
    [(Kind.CREATE, 3, True), (Kind.UPDATE, 0, True), (Kind.UPDATE, 1, False), (Kind.DELETE, 1, False)],
)
def test_only_the_first_look_tells_of_what_staff_may_have_done(kind: Kind, looks: int, expected: bool) -> None:
    assert can_confirm(write(kind, looks=looks)) is expected


def test_events_in_doubt_are_those_of_writes_in_doubt_and_what_a_create_made() -> None:
    others = [
        standing(1, name="Andet", description_long=""),
        standing(2),
        standing(3, name="Mere", description_long=""),
    ]
    state = replace(state_of([], [linked("b", 1)], others), writes_in_doubt=(write(), write(Kind.UPDATE, **RENAMED)))
    assert [event.event_id for event in events_in_doubt(state)] == [2, 1]
