"""Each way in which an event goes away, not sold and sold: what becomes of it, and what staff are told."""

from datetime import datetime
from typing import Any

import pytest

from billetbro.models import Mode
from tests.integration.steps.harness import DAY, World
from tests.integration.steps.venue import SOURCES

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

ELSEWHERE = {"url": "https://billetter.example.com/42", "admin_url": None}
WAYS = {
    "gone": None,
    "cancelled": {"state": "Cancelled"},
    "no longer relevant": {"ticket_manager_relevance": False},
    "no longer a ticket event": {"ticket_categories": []},
    "now sold elsewhere": {"external_data": ELSEWHERE},
}
ENDS_ITS_SALE = ("gone", "cancelled")


def goes_away(world: World, uuid: str, way: str) -> None:
    fields: dict[str, Any] | None = WAYS[way]
    if fields is None:
        world.site.remove(uuid)
    else:
        world.site.edit(uuid, **fields)


def told(world: World) -> list[tuple[str, str]]:
    rows = world.rows("SELECT code, found FROM sync.rejections WHERE resolved_at IS NULL ORDER BY id")
    return [(row["code"], row["found"]) for row in rows]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("sold", [False, True], ids=["not sold", "sold"])
@pytest.mark.parametrize("way", WAYS)
def test_event_that_goes_away_is_deleted_or_kept_and_staff_are_told(world: World, way: str, sold: bool) -> None:
    uuid = world.publish("Koncert", beside="Foredrag")
    event, stale = world.event_of(uuid), world.link_shown(uuid)
    if sold:
        world.sandbox.place2book.buy(event.id, quantity=3)
    before = event.fields.as_json()
    goes_away(world, uuid, way)
    waits = world.run() if way == "gone" else None
    happened = world.run()
    ended_now = way in ENDS_ITS_SALE and sold
    asked = ["PUT"] * ended_now if sold else ["DELETE"]
    assert (happened.raised, waits.writes if waits else []) == ({}, [])
    assert [method for server, method in happened.writes if server == "place2book"] == asked
    assert (event in world.sandbox.place2book.events) is sold
    assert told(world) == ([("removed_but_sold", "3")] if sold else [])
    after = event.fields.as_json()
    ended = datetime.fromisoformat(str(after["sale_close_at"])) if after["sale_close_at"] else None
    assert {**after, "sale_close_at": None} == before
    assert (ended is not None and ended <= world.now()) is ended_now
    if way != "gone":
        link = {"now sold elsewhere": ELSEWHERE["url"]}.get(way, stale if sold else None)
        assert (world.link_shown(uuid), world.state_shown(uuid) == "Cancelled") == (link, way == "cancelled")
    assert (world.run().writes, told(world)) == ([], [("removed_but_sold", "3")] if sold else [])


@pytest.mark.parametrize("way", WAYS)
def test_event_that_comes_back_is_on_sale_again_as_it_was(world: World, way: str) -> None:
    uuid, event = world.sell("Koncert", beside="Foredrag")
    by_staff = (world.now() + 3 * DAY).replace(microsecond=0)
    world.sandbox.place2book.staff_edit(event.id, sale_close_at=by_staff.isoformat(), ticket_fee=5)
    world.sandbox.place2book.buy(event.id)
    kept, before = world.site.get(uuid), event.fields.as_json()
    own, published = dict(kept.own), kept.published
    goes_away(world, uuid, way)
    world.run()
    world.run()
    kept.own, kept.published = own, published
    world.site.put(kept)
    world.run()
    assert (event.fields.as_json(), world.event_of(uuid).id) == (before, event.id)
    assert (world.open_rejections(), world.state_shown(uuid), world.run().writes) == (set(), "Active", [])


@pytest.mark.parametrize("way", [way for way in WAYS if way != "gone"])
def test_event_that_goes_away_when_it_is_over_is_only_retired(world: World, way: str) -> None:
    uuid = world.add("Koncert", start=world.now() + DAY)
    world.publish("Foredrag", start=world.now() + 20 * DAY)
    event = world.event_of(uuid)
    before = event.fields
    goes_away(world, uuid, way)
    happened = world.after_edit(uuid, start=world.now() - DAY, end=world.now() - DAY / 24)
    assert ([w for w in happened.writes if w[0] == "place2book"], event.fields) == ([], before)
    assert (world.ours()[uuid].status, event in world.sandbox.place2book.events) == ("retired", True)


@pytest.mark.parametrize("way", WAYS)
def test_many_that_go_away_at_once_are_held_back_by_the_guard_whatever_the_way(world: World, way: str) -> None:
    uuids = [world.add(f"Koncert {number}") for number in range(6)]
    world.run()
    sold = world.event_of(uuids[0])
    world.sandbox.place2book.buy(sold.id)
    for uuid in uuids[:4]:
        goes_away(world, uuid, way)
    world.after_edit(uuids[5], title="Stor koncert")
    blocked = world.run()
    held = way in ENDS_ITS_SALE
    # One that is sold is not removed by these ways: three removals are what max_removals allows.
    assert (world.record(blocked).removals_blocked is not None) is held
    assert len(world.sandbox.place2book.events) == (6 if held else 3)
    assert (sold.fields.sale_close_at, world.event_of(uuids[5]).fields.name) == (None, "Stor koncert")
    world.run(by_hand=True, allow_mass_removal=True)
    assert len(world.sandbox.place2book.events) == 3
    assert world.record(world.run()).removals_blocked is None


def test_event_absent_from_snapshots_that_are_not_in_a_row_is_kept_until_two_are(world: World) -> None:
    uuid = world.publish("Koncert", beside="Foredrag")
    event_id = world.ours()[uuid].event_id
    world.site.unpublish(uuid)
    world.run()
    world.after_fault("cms:solbjerg", "status", "GET", code=503)
    world.sandbox.faults.clear()
    world.run(Mode.PLAN)
    world.run(events=[uuid])
    assert [event.id for event in world.sandbox.place2book.events].count(event_id) == 1
    assert world.run().writes == [("place2book", "DELETE")]


def test_rejection_of_a_sold_event_is_dated_when_it_was_first_and_last_met(world: World) -> None:
    uuid = world.publish("Koncert")
    world.sandbox.place2book.buy(world.event_of(uuid).id)
    world.after_edit(uuid, state="Cancelled")
    first = world.rows("SELECT * FROM sync.rejections")[0]
    world.run_at(DAY)
    second = world.rows("SELECT * FROM sync.rejections")[0]
    assert (second["id"], second["first_seen_at"]) == (first["id"], first["first_seen_at"])
    assert second["last_seen_at"] - first["last_seen_at"] > DAY / 2
    world.after_edit(uuid, state="Active")
    third = world.rows("SELECT * FROM sync.rejections")
    assert [(row["id"], row["resolved_at"] is not None) for row in third] == [(first["id"], True)]
