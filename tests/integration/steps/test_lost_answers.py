"""The answer to an update, a delete or an end of a sale is lost: what was sent is seen to have been done, by us."""

from typing import Any

import pytest

from billetbro.models import Mode
from tests.cases import cases
from tests.integration.steps.harness import DAY, HOUR, World
from tests.integration.steps.programme import CHEAP, DEAR, sold_as

pytestmark = pytest.mark.slow

SERVER = "place2book"


def test_update_whose_answer_was_lost_is_seen_to_have_been_done(world: World) -> None:
    uuid = world.publish("Koncert")
    world.site.edit(uuid, title="Stor koncert")
    first, second = world.after_fault(SERVER, "drop_after", "PUT", times=1), world.run()
    assert (set(first.raised), second.raised, second.writes) == ({"load"}, {}, [])
    assert (world.changes(first)[-1], world.changes(second)) == (("Stor koncert", "update", "applied"), [])
    assert world.open_rejections() == set()
    assert world.run().writes == []


@cases(
    "changed back",
    ("title", {"title": "Stor koncert"}, {"title": "Koncert"}),
    ("capacity", {"ticket_capacity": 80, "title": "Ny"}, {"ticket_capacity": 50, "title": "Koncert"}),
    ("price", {"ticket_categories": [CHEAP]}, {"ticket_categories": [DEAR]}),
)
def test_update_whose_answer_was_lost_is_taken_back_when_the_source_takes_it_back(
    world: World, changed: dict[str, Any], back: dict[str, Any]
) -> None:
    uuid = world.publish("Koncert", ticket_categories=[DEAR])
    before = sold_as(world, uuid)
    world.site.edit(uuid, **changed)
    lost = world.after_fault(SERVER, "drop_after", "PUT", times=1)
    meanwhile = sold_as(world, uuid)
    second = world.after_edit(uuid, **back)
    assert (set(lost.raised), second.raised, meanwhile == before) == ({"load"}, {}, False)
    assert (sold_as(world, uuid), world.open_rejections()) == (before, set())
    assert world.run().writes == []


@pytest.mark.parametrize("changed", ["event", "price"])
def test_update_that_was_not_carried_out_makes_no_later_edit_by_staff_ours(world: World, changed: str) -> None:
    uuid = world.publish("Koncert", ticket_categories=[DEAR])
    event, (price,) = world.event_of(uuid).id, world.event_of(uuid).prices
    world.site.edit(uuid, **({"title": "Stor koncert"} if changed == "event" else {"ticket_categories": [CHEAP]}))
    world.after_fault(SERVER, "drop_before", "PUT", times=1)
    assert world.after_edit(uuid, title="Koncert", ticket_categories=[DEAR]).writes == []
    assert [status for _, kind, status in world.changes() if kind.startswith("update")] == ["failed"]
    if changed == "event":
        world.sandbox.place2book.staff_edit(event, name="Stor koncert")
    else:
        world.sandbox.place2book.staff_edit_price(event, price, value=5000)
    edited = sold_as(world, uuid)
    assert (world.run().writes, sold_as(world, uuid)) == ([], edited)


def test_delete_whose_answer_was_lost_is_seen_to_have_been_done(world: World) -> None:
    uuid = world.publish("Koncert", beside="Foredrag")
    world.site.edit(uuid, state="Cancelled")
    first, second = world.after_fault(SERVER, "drop_after", "DELETE", times=1), world.run()
    assert (set(first.raised), second.raised) == ({"load"}, {})
    assert [write for write in second.writes if write[0] == SERVER] == []
    assert (world.ours()[uuid].status, world.link_shown(uuid), world.open_rejections()) == ("deleted", None, set())


def test_delete_whose_answer_was_lost_is_ours_when_the_event_is_back_and_it_is_created_anew(world: World) -> None:
    uuid = world.publish("Koncert", beside="Foredrag")
    before = world.link_shown(uuid)
    world.site.edit(uuid, ticket_manager_relevance=False)
    first = world.after_fault(SERVER, "drop_after", "DELETE", times=1)
    world.site.edit(uuid, ticket_manager_relevance=True)
    planned = world.run(Mode.PLAN)
    second = world.run()
    assert (set(first.raised), planned.raised, second.raised) == ({"load"}, {}, {})
    assert [kind for _, kind, _ in world.changes(planned)] == ["create", "write_back"]
    assert second.writes == [(SERVER, "POST"), world.written_back]
    assert (world.ours()[uuid].status, world.link_shown(uuid) == before) == ("live", False)
    assert world.answers(world.link_shown(uuid))
    assert (world.open_rejections(), world.run().writes) == (set(), [])


def test_delete_whose_answer_was_lost_is_ours_when_the_event_is_back_after_its_former_end(world: World) -> None:
    start = world.now().replace(microsecond=0) + 3 * DAY
    uuid = world.publish("Koncert", start=start, beside="Foredrag")
    world.site.edit(uuid, ticket_manager_relevance=False)
    lost = world.after_fault(SERVER, "drop_after", "DELETE", times=1)
    back = start + 8 * DAY
    world.site.edit(uuid, ticket_manager_relevance=True, start=back, end=back + 2 * HOUR)
    run = world.run_at(5 * DAY)
    assert (set(lost.raised), run.raised, world.open_rejections()) == ({"load"}, {}, set())
    assert world.answers(world.link_shown(uuid))
    assert world.run().writes == []


def test_delete_that_was_not_carried_out_makes_no_later_delete_by_staff_ours(world: World) -> None:
    uuid = world.publish("Koncert", beside="Foredrag")
    world.site.edit(uuid, ticket_manager_relevance=False)
    world.after_fault(SERVER, "drop_before", "DELETE", times=1)
    assert world.after_edit(uuid, ticket_manager_relevance=True).writes == []
    world.sandbox.place2book.remove(world.event_of(uuid).id)
    run = world.run()
    assert [write for write in run.writes if write[0] == SERVER] == []
    assert world.open_rejections() == {("Koncert", "event_missing_in_place2book")}


def test_end_of_a_sale_whose_answer_was_lost_is_undone_when_the_event_is_back(world: World) -> None:
    uuid, event = world.sell("Koncert")
    world.sandbox.place2book.buy(event.id)
    world.site.edit(uuid, state="Cancelled")
    world.after_fault(SERVER, "drop_after", "PUT", times=1)
    ended = event.fields.sale_close_at
    run = world.after_edit(uuid, state="Active")
    assert ended is not None
    assert (run.raised, event.fields.sale_close_at, world.state_shown(uuid)) == ({}, None, "Active")
    assert world.run().writes == []


def test_reopening_whose_answer_was_lost_keeps_no_event_that_is_cancelled_again_on_sale(world: World) -> None:
    uuid = world.publish("Koncert", beside="Foredrag")
    world.sandbox.place2book.buy(world.event_of(uuid).id)
    world.after_edit(uuid, state="Cancelled")
    world.site.edit(uuid, state="Active")
    lost = world.after_fault(SERVER, "drop_after", "PUT", times=1)
    on_sale = world.event_of(uuid).active(world.now())
    again = world.after_edit(uuid, state="Cancelled")
    assert (set(lost.raised), on_sale, again.raised) == ({"load"}, True, {})
    assert world.event_of(uuid).active(world.now()) is False
    assert world.after_edit(uuid, state="Active").raised == {}
    assert world.event_of(uuid).active(world.now()) is True
    assert world.run().writes == []


def test_update_whose_answer_was_lost_is_taken_back_though_staff_edited_part_of_it_since(world: World) -> None:
    uuid = world.publish("Koncert")
    world.site.edit(uuid, title="Stor koncert", ticket_capacity=80)
    world.after_fault(SERVER, "drop_after", "PUT", times=1)
    world.sandbox.place2book.staff_edit(world.event_of(uuid).id, name="Kæmpekoncert")
    assert world.after_edit(uuid, ticket_capacity=50).raised == {}
    assert sold_as(world, uuid)[:2] == ("Stor koncert", 50)
    assert world.run().writes == []


def test_reopening_that_was_not_carried_out_makes_no_later_reopening_by_staff_ours(world: World) -> None:
    uuid, event = world.sell("Koncert", beside="Foredrag")
    world.sandbox.place2book.buy(event.id)
    world.after_edit(uuid, state="Cancelled")
    world.site.edit(uuid, state="Active")
    world.after_fault(SERVER, "drop_before", "PUT", times=1)
    assert world.after_edit(uuid, state="Cancelled").writes == []
    assert (world.after_staff_edit(event.id, sale_close_at=None).writes, event.fields.sale_close_at) == ([], None)
