"""The answer is lost to a Place2book that makes it hard to tell what was done: it rewrites, or cannot be read."""

from typing import Any

import pytest

from tests.cases import cases
from tests.integration.steps.harness import DAY, HOUR, World
from tests.integration.steps.programme import CHEAP, DEAR, sold_as

pytestmark = pytest.mark.slow

SERVER = "place2book"


def test_update_whose_answer_was_lost_is_taken_back_though_the_next_run_could_not_read_its_event(world: World) -> None:
    uuid, *_ = [world.add(title) for title in ("Koncert", "Foredrag", "Ukulele")]
    world.run()
    before = sold_as(world, uuid)
    world.site.edit(uuid, title="Stor koncert", ticket_capacity=80)
    world.after_fault(SERVER, "drop_after", "PUT", times=1)
    world.site.edit(uuid, title="Koncert", ticket_capacity=50)
    ill = world.after_fault(SERVER, "status", "GET", f"/events/{world.ours()[uuid].event_id}/prices$")
    well = world.after_repair()
    assert (ill.raised, ill.writes, well.raised, sold_as(world, uuid)) == ({}, [], {}, before)
    assert (world.open_rejections(), world.run().writes) == (set(), [])


def test_delete_whose_answer_was_lost_is_ours_though_the_next_run_could_not_look_for_its_event(world: World) -> None:
    uuid, *_ = [world.add(title) for title in ("Koncert", "Foredrag", "Ukulele")]
    world.run()
    world.site.edit(uuid, ticket_manager_relevance=False)
    world.after_fault(SERVER, "drop_after", "DELETE", times=1)
    world.site.edit(uuid, ticket_manager_relevance=True)
    ill = world.after_fault(SERVER, "status", "GET", f"/events/{world.ours()[uuid].event_id}$")
    well = world.after_repair()
    assert (ill.raised, ill.writes, well.raised) == ({}, [], {})
    assert (world.ours()[uuid].status, world.open_rejections()) == ("live", set())
    assert world.answers(world.link_shown(uuid))


@pytest.mark.usefixtures("rewriting")
@cases(
    "changed",
    ("body", {"body": "<p>Kom nu</p>"}),
    ("title and body", {"title": "En koncert, som du ikke må gå glip af", "body": "<p>Kom nu</p>"}),
    ("price", {"ticket_categories": [{**CHEAP, "title": "Alle over tolv"}]}),
)
def test_update_whose_answer_was_lost_is_taken_back_though_it_was_rewritten(
    world: World, changed: dict[str, Any]
) -> None:
    first: dict[str, Any] = {"title": "Koncert", "body": "<p>Kom</p>", "ticket_categories": [DEAR]}
    uuid, event = world.sell(**first)
    before = (event.fields, [price.fields for price in event.prices.values()])
    world.site.edit(uuid, **changed)
    world.after_fault(SERVER, "drop_after", "PUT", times=1)
    meanwhile = (event.fields, [price.fields for price in event.prices.values()])
    assert world.after_edit(uuid, **first).raised == {}
    assert meanwhile != before
    assert (event.fields, [price.fields for price in event.prices.values()]) == before
    assert (world.open_rejections(), world.run().writes) == (set(), [])


@pytest.mark.usefixtures("rewriting")
def test_move_whose_answer_was_lost_is_no_refusal_though_place2book_dropped_the_seconds(world: World) -> None:
    uuid = world.publish("Koncert")
    begins = world.now().replace(microsecond=0, second=30) + 20 * DAY
    world.site.edit(uuid, start=begins, end=begins + HOUR)
    world.after_fault(SERVER, "drop_after", "PUT", times=1)
    second = world.run()
    assert (second.raised, second.writes, world.open_rejections()) == ({}, [], set())
    assert world.event_of(uuid).fields.begin_at == begins.replace(second=0)


def test_deletes_whose_answers_were_lost_are_no_reason_to_disbelieve_place2book(world: World) -> None:
    back, *gone = [world.add(f"Koncert {number}") for number in range(5)]
    world.publish("Foredrag")
    for uuid in (back, *gone):
        world.site.edit(uuid, ticket_manager_relevance=False)
    world.sandbox.faults.add(SERVER, "drop_after", "DELETE", times=5)
    lost = world.run(allow_mass_removal=True)
    world.site.edit(back, ticket_manager_relevance=True)
    assert (set(lost.raised), world.run().raised) == ({"load"}, {})
    assert sorted(event.fields.name for event in world.sandbox.place2book.events) == ["Foredrag", "Koncert 0"]
    assert (world.open_rejections(), world.run().writes) == (set(), [])


@cases(
    "changed path",
    ("event", {"title": "Stor koncert"}, r"/events/\d+$"),
    ("price", {"ticket_categories": [CHEAP]}, r"/prices/\d+$"),
)
def test_update_that_is_answered_with_nothing_and_not_shown_again_has_an_unknown_outcome(
    world: World, changed: dict[str, Any], path: str
) -> None:
    uuid = world.publish("Koncert", ticket_categories=[DEAR])
    before = sold_as(world, uuid)
    world.site.edit(uuid, **changed)
    world.sandbox.faults.add(SERVER, "status", "PUT", times=1, code=200, body="{}", work=True)
    world.sandbox.faults.add(SERVER, "slow", "GET", path, times=1, seconds=0)
    lost, meanwhile = world.after_fault(SERVER, "status", "GET", path), sold_as(world, uuid)
    told = {code for _, code in world.open_rejections()}
    world.sandbox.faults.clear()
    world.site.edit(uuid, title="Koncert", ticket_categories=[DEAR])
    assert (set(lost.raised), told, meanwhile == before) == ({"load"}, {"outcome_unknown"}, False)
    assert (world.run().raised, sold_as(world, uuid), world.open_rejections()) == ({}, before, set())


def test_delete_whose_answer_was_lost_is_ours_though_the_worker_that_noted_it_had_another_clock(world: World) -> None:
    uuid = world.publish("Koncert", beside="Foredrag")
    # The run's clock alone is ahead: what becomes of a request is noted by the real one.
    world.ahead = DAY
    world.site.edit(uuid, ticket_manager_relevance=False)
    world.after_fault(SERVER, "drop_after", "DELETE", times=1)
    assert world.after_edit(uuid, ticket_manager_relevance=True).raised == {}
    assert (world.ours()[uuid].status, world.open_rejections(), world.run().writes) == ("live", set(), [])
