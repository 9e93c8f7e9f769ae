"""The answer to a write is lost: what was sent is found again, and never done twice."""

from typing import Any

import pytest

from include.models import Mode
from tests.integration.pipeline.harness import DAY, HOUR, World
from tests.integration.pipeline.plan_and_sync import as_planned

pytestmark = pytest.mark.slow

SERVER = "place2book"
DEAR = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}
CHEAP = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 50}}


def names(world: World) -> list[str]:
    return sorted(event.fields.name for event in world.sandbox.place2book.events)


def sold_as(world: World, uuid: str) -> tuple[str, int | None, dict[str, int | None]]:
    event = world.event_of(uuid)
    return (
        event.fields.name,
        event.fields.capacity,
        {price.fields.name: price.fields.value for price in event.prices.values()},
    )


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "drop_after"}, id="connection dropped"),
        pytest.param({"kind": "status", "code": 502, "work": True}, id="502 after the work"),
        pytest.param({"kind": "html_200"}, id="web page, not done"),
        pytest.param({"kind": "truncated_json"}, id="half an answer"),
        pytest.param({"kind": "drop_before"}, id="dropped before, not done"),
        pytest.param({"kind": "status", "code": 500}, id="500, not done"),
    ],
)
@pytest.mark.parametrize("tries", [1, 2], ids=["next run", "same run"])
def test_create_whose_answer_was_lost_is_found_again_and_never_made_twice(
    world: World, fault: dict[str, Any], tries: int
) -> None:
    world.add("Foredrag")
    world.run()
    uuid = world.add("Koncert")
    world.sandbox.faults.add(SERVER, method="POST", times=1, **fault)
    run = world.run(tries=tries)
    if tries == 1:
        assert set(run.raised) == {"load"}
        assert world.open_rejections() == {("Koncert", "outcome_unknown")}
        run = world.run()
    assert (run.raised, names(world), world.open_rejections()) == ({}, ["Foredrag", "Koncert"], set())
    assert world.answers(world.link_shown(uuid))
    assert world.run().writes == []
    assert world.rows("SELECT count(*) AS open FROM sync.changes WHERE status IN ('planned', 'applying')") == [
        {"open": 0}
    ]


def test_create_whose_answer_was_lost_is_not_sent_again_when_nothing_at_all_is_listed(world: World) -> None:
    uuid = world.add("Koncert")
    world.sandbox.faults.add(SERVER, "drop_after", "POST", times=1)
    world.run()
    world.sandbox.faults.add(SERVER, "empty_list", "GET", times=1)
    doubted = world.run()
    assert (doubted.raised, doubted.writes, names(world)) == ({}, [], ["Koncert"])
    assert world.open_rejections() == {("Koncert", "outcome_unknown")}
    found = world.run()
    assert (found.raised, names(world), world.open_rejections()) == ({}, ["Koncert"], set())
    assert world.answers(world.link_shown(uuid))


def test_create_that_was_never_carried_out_is_sent_again_after_a_second_look_at_an_empty_place2book(
    world: World,
) -> None:
    world.add("Koncert")
    world.sandbox.faults.add(SERVER, "drop_before", "POST", times=1)
    world.run()
    plan = world.run(Mode.PLAN)
    assert (plan.raised, world.changes(plan)) == ({}, [])
    looked = world.run()
    assert (looked.raised, looked.writes, names(world)) == ({}, [], [])
    sent = world.run()
    assert (sent.raised, names(world), world.open_rejections()) == ({}, ["Koncert"], set())
    assert world.run().writes == []


def test_create_whose_answer_was_lost_is_found_again_though_the_editor_changed_everything(world: World) -> None:
    uuid = world.add("Koncert")
    world.sandbox.faults.add(SERVER, "drop_after", "POST", times=1)
    world.run()
    begins = world.now().replace(microsecond=0) + 20 * DAY
    other = {"uuid": "c9", "title": "Ny billet", "price": {"currency": "DKK", "value": 5}}
    world.site.edit(uuid, title="Stor koncert", start=begins, end=begins + HOUR, ticket_categories=[other])
    run = world.run()
    event = world.event_of(uuid)
    assert (run.raised, names(world)) == ({}, ["Stor koncert"])
    assert (event.fields.begin_at, [p.fields.name for p in event.prices.values()]) == (begins, ["Ny billet"])
    assert world.answers(world.link_shown(uuid))
    assert world.run().writes == []


def test_create_whose_answer_was_lost_and_whose_source_is_gone_is_removed_as_any_other(world: World) -> None:
    uuid = world.add("Koncert")
    world.add("Foredrag")
    world.sandbox.faults.add(SERVER, "drop_after", "POST", times=2)
    world.run()
    world.site.remove(uuid)
    first, second = world.run(), world.run()
    assert (first.raised, second.writes) == ({}, [(SERVER, "DELETE")])
    assert names(world) == ["Foredrag"]


def test_create_whose_answer_was_lost_is_shown_by_a_plan_without_storing_anything_of_it(world: World) -> None:
    world.add("Koncert")
    world.sandbox.faults.add(SERVER, "drop_after", "POST", times=1)
    world.run()
    plan = world.run(Mode.PLAN)
    assert (plan.raised, plan.writes, world.ours()) == ({}, [], {})
    assert [kind for _, kind, _ in world.changes(plan)] == ["write_back"]
    assert as_planned(world, plan) == as_planned(world, world.run())
    assert names(world) == ["Koncert"]


def test_update_whose_answer_was_lost_is_seen_to_have_been_done(world: World) -> None:
    uuid = world.add("Koncert")
    world.run()
    world.site.edit(uuid, title="Stor koncert")
    world.sandbox.faults.add(SERVER, "drop_after", "PUT", times=1)
    first, second = world.run(), world.run()
    assert (set(first.raised), second.raised, second.writes) == ({"load"}, {}, [])
    assert (world.changes(first)[-1], world.changes(second)) == (("Stor koncert", "update", "applied"), [])
    assert world.open_rejections() == set()
    assert world.run().writes == []


@pytest.mark.parametrize(
    ("changed", "back"),
    [
        pytest.param({"title": "Stor koncert"}, {"title": "Koncert"}, id="title"),
        pytest.param(
            {"ticket_capacity": 80, "title": "Ny"}, {"ticket_capacity": 50, "title": "Koncert"}, id="capacity"
        ),
        pytest.param({"ticket_categories": [CHEAP]}, {"ticket_categories": [DEAR]}, id="price"),
    ],
)
def test_update_whose_answer_was_lost_is_taken_back_when_the_source_takes_it_back(
    world: World, changed: dict[str, Any], back: dict[str, Any]
) -> None:
    uuid = world.add("Koncert", ticket_categories=[DEAR])
    world.run()
    before = sold_as(world, uuid)
    world.site.edit(uuid, **changed)
    world.sandbox.faults.add(SERVER, "drop_after", "PUT", times=1)
    lost = world.run()
    meanwhile = sold_as(world, uuid)
    world.site.edit(uuid, **back)
    second = world.run()
    assert (set(lost.raised), second.raised, meanwhile == before) == ({"load"}, {}, False)
    assert (sold_as(world, uuid), world.open_rejections()) == (before, set())
    assert world.run().writes == []


@pytest.mark.parametrize("changed", ["event", "price"])
def test_update_that_was_not_carried_out_makes_no_later_edit_by_staff_ours(world: World, changed: str) -> None:
    uuid = world.add("Koncert", ticket_categories=[DEAR])
    world.run()
    event, (price,) = world.event_of(uuid).id, world.event_of(uuid).prices
    world.site.edit(uuid, **({"title": "Stor koncert"} if changed == "event" else {"ticket_categories": [CHEAP]}))
    world.sandbox.faults.add(SERVER, "drop_before", "PUT", times=1)
    world.run()
    world.site.edit(uuid, title="Koncert", ticket_categories=[DEAR])
    assert world.run().writes == []
    if changed == "event":
        world.sandbox.place2book.staff_edit(event, name="Stor koncert")
    else:
        world.sandbox.place2book.staff_edit_price(event, price, value=5000)
    edited = sold_as(world, uuid)
    assert (world.run().writes, sold_as(world, uuid)) == ([], edited)


def test_price_whose_answer_was_lost_is_not_added_twice(world: World) -> None:
    adult = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}
    child = {"uuid": "c2", "title": "Barn", "price": {"currency": "DKK", "value": 40}}
    uuid = world.add("Koncert", ticket_categories=[adult])
    world.run()
    world.site.edit(uuid, ticket_categories=[adult, child])
    world.sandbox.faults.add(SERVER, "drop_after", "POST", times=1)
    first, second = world.run(), world.run()
    assert (set(first.raised), second.raised, second.writes) == ({"load"}, {}, [])
    assert [price.fields.name for price in world.event_of(uuid).prices.values()] == ["Voksen", "Barn"]
    assert sorted(world.ours()[uuid].prices) == ["c1", "c2"]


def test_delete_whose_answer_was_lost_is_seen_to_have_been_done(world: World) -> None:
    uuid = world.add("Koncert")
    world.add("Foredrag")
    world.run()
    world.site.edit(uuid, state="Cancelled")
    world.sandbox.faults.add(SERVER, "drop_after", "DELETE", times=1)
    first, second = world.run(), world.run()
    assert (set(first.raised), second.raised) == ({"load"}, {})
    assert [write for write in second.writes if write[0] == SERVER] == []
    assert (world.ours()[uuid].status, world.link_shown(uuid)) == ("deleted", None)
    assert world.open_rejections() == set()


def test_delete_whose_answer_was_lost_is_ours_when_the_event_is_back_and_it_is_created_anew(world: World) -> None:
    uuid = world.add("Koncert")
    world.add("Foredrag")
    world.run()
    before = world.link_shown(uuid)
    world.site.edit(uuid, ticket_manager_relevance=False)
    world.sandbox.faults.add(SERVER, "drop_after", "DELETE", times=1)
    first = world.run()
    world.site.edit(uuid, ticket_manager_relevance=True)
    planned = world.run(Mode.PLAN)
    second = world.run()
    assert (set(first.raised), planned.raised, second.raised) == ({"load"}, {}, {})
    assert [kind for _, kind, _ in world.changes(planned)] == ["create", "write_back"]
    assert second.writes == [(SERVER, "POST"), world.written_back]
    assert (world.ours()[uuid].status, world.link_shown(uuid) == before) == ("live", False)
    assert world.answers(world.link_shown(uuid))
    assert (world.open_rejections(), world.run().writes) == (set(), [])


def test_delete_that_was_not_carried_out_makes_no_later_delete_by_staff_ours(world: World) -> None:
    uuid = world.add("Koncert")
    world.add("Foredrag")
    world.run()
    world.site.edit(uuid, ticket_manager_relevance=False)
    world.sandbox.faults.add(SERVER, "drop_before", "DELETE", times=1)
    world.run()
    world.site.edit(uuid, ticket_manager_relevance=True)
    assert world.run().writes == []
    world.sandbox.place2book.remove(world.event_of(uuid).id)
    run = world.run()
    assert [write for write in run.writes if write[0] == SERVER] == []
    assert world.open_rejections() == {("Koncert", "event_missing_in_place2book")}


def test_end_of_a_sale_whose_answer_was_lost_is_undone_when_the_event_is_back(world: World) -> None:
    uuid = world.add("Koncert")
    world.run()
    event = world.event_of(uuid)
    world.sandbox.place2book.buy(event.id)
    world.site.edit(uuid, state="Cancelled")
    world.sandbox.faults.add(SERVER, "drop_after", "PUT", times=1)
    world.run()
    ended = event.fields.sale_close_at
    world.site.edit(uuid, state="Active")
    run = world.run()
    assert ended is not None
    assert (run.raised, event.fields.sale_close_at, world.state_shown(uuid)) == ({}, None, "Active")
    assert world.run().writes == []


def test_end_of_a_prices_sale_whose_answer_was_lost_is_undone_when_its_category_is_back(world: World) -> None:
    adult = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}
    child = {"uuid": "c2", "title": "Barn", "price": {"currency": "DKK", "value": 40}}
    uuid = world.add("Koncert", ticket_categories=[adult, child])
    world.run()
    event = world.event_of(uuid)
    price = list(event.prices)[1]
    world.sandbox.place2book.buy(event.id, price)
    world.site.edit(uuid, ticket_categories=[adult])
    world.sandbox.faults.add(SERVER, "drop_after", "PUT", times=1)
    world.run()
    ended = event.prices[price].fields.sale_end_at
    world.site.edit(uuid, ticket_categories=[adult, child])
    run = world.run()
    assert ended is not None
    assert (run.raised, event.prices[price].fields.sale_end_at) == ({}, None)
    assert world.run().writes == []


def test_price_whose_answer_was_lost_is_removed_when_its_category_was_renamed_meanwhile(world: World) -> None:
    adult = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}
    child = {"uuid": "c2", "title": "Barn", "price": {"currency": "DKK", "value": 40}}
    uuid = world.add("Koncert", ticket_categories=[adult])
    world.run()
    world.site.edit(uuid, ticket_categories=[adult, child])
    world.sandbox.faults.add(SERVER, "drop_after", "POST", times=1)
    world.run()
    world.site.edit(uuid, ticket_categories=[adult, {**child, "uuid": "c3", "title": "Ung"}])
    assert world.run().raised == {}
    assert sorted(price.fields.name for price in world.event_of(uuid).prices.values()) == ["Ung", "Voksen"]
    assert world.run().writes == []


def test_create_whose_answer_was_lost_is_found_again_though_staff_renamed_it(world: World) -> None:
    uuid = world.add("Koncert")
    world.sandbox.faults.add(SERVER, "drop_after", "POST", times=1)
    world.run()
    world.sandbox.place2book.staff_edit(world.sandbox.place2book.find("Koncert").id, name="Koncert med gæster")
    run = world.run()
    assert (run.raised, names(world)) == ({}, ["Koncert med gæster"])
    assert world.answers(world.link_shown(uuid))
    assert world.run().writes == []


def test_end_of_a_prices_sale_whose_answer_was_lost_is_undone_though_the_state_was_written_back_since(
    world: World,
) -> None:
    adult = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}
    child = {"uuid": "c2", "title": "Barn", "price": {"currency": "DKK", "value": 40}}
    uuid = world.add("Koncert", ticket_categories=[adult, child])
    world.run()
    event = world.event_of(uuid)
    sold = next(price for price in event.prices.values() if price.fields.name == "Barn")
    world.sandbox.place2book.buy(event.id, price_id=sold.id)
    world.sandbox.place2book.pause(event.id)
    world.site.edit(uuid, ticket_categories=[adult])
    world.sandbox.faults.add(SERVER, "drop_after", "PUT", times=1)
    assert set(world.run().raised) == {"load"}
    assert world.state_shown(uuid) == "TicketSaleNotOpen"
    world.run()
    world.site.edit(uuid, ticket_categories=[adult, child])
    world.run()
    assert event.prices[sold.id].fields.sale_end_at is None


def test_price_whose_delete_was_lost_is_there_again_when_its_category_is(world: World) -> None:
    adult = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}
    child = {"uuid": "c2", "title": "Barn", "price": {"currency": "DKK", "value": 40}}
    uuid = world.add("Koncert", ticket_categories=[adult, child])
    world.run()
    world.site.edit(uuid, ticket_categories=[adult])
    world.sandbox.faults.add(SERVER, "drop_after", "DELETE", times=1)
    first = world.run()
    world.site.edit(uuid, ticket_categories=[adult, child])
    second = world.run()
    assert (set(first.raised), second.raised) == ({"load"}, {})
    assert [price.fields.name for price in world.event_of(uuid).prices.values()] == ["Voksen", "Barn"]
    assert (world.open_rejections(), world.run().writes) == (set(), [])


def test_reopening_whose_answer_was_lost_keeps_no_event_that_is_cancelled_again_on_sale(world: World) -> None:
    uuid = world.add("Koncert")
    world.add("Foredrag")
    world.run()
    world.sandbox.place2book.buy(world.event_of(uuid).id)
    world.site.edit(uuid, state="Cancelled")
    world.run()
    world.site.edit(uuid, state="Active")
    world.sandbox.faults.add(SERVER, "drop_after", "PUT", times=1)
    lost = world.run()
    on_sale = world.event_of(uuid).active(world.now())
    world.site.edit(uuid, state="Cancelled")
    again = world.run()
    assert (set(lost.raised), on_sale, again.raised) == ({"load"}, True, {})
    assert world.event_of(uuid).active(world.now()) is False
    world.site.edit(uuid, state="Active")
    assert world.run().raised == {}
    assert world.event_of(uuid).active(world.now()) is True
    assert world.run().writes == []


def test_reopening_of_a_price_whose_answer_was_lost_keeps_no_category_that_is_gone_again_on_sale(world: World) -> None:
    adult = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}
    child = {"uuid": "c2", "title": "Barn", "price": {"currency": "DKK", "value": 40}}
    uuid = world.add("Koncert", ticket_categories=[adult, child])
    world.run()
    (sold,) = [price for price in world.event_of(uuid).prices.values() if price.fields.name == "Barn"]
    world.sandbox.place2book.buy(world.event_of(uuid).id, price_id=sold.id)
    world.site.edit(uuid, ticket_categories=[adult])
    world.run()
    ended = sold.fields.sale_end_at
    world.site.edit(uuid, ticket_categories=[adult, child])
    world.sandbox.faults.add(SERVER, "drop_after", "PUT", times=1)
    lost = world.run()
    reopened = sold.fields.sale_end_at
    world.site.edit(uuid, ticket_categories=[adult])
    again = world.run()
    assert (set(lost.raised), ended is None, reopened, again.raised) == ({"load"}, False, None, {})
    assert sold.fields.sale_end_at is not None
    world.site.edit(uuid, ticket_categories=[adult, child])
    world.run()
    assert (sold.fields.sale_end_at, world.run().writes) == (None, [])


def test_price_that_was_not_deleted_makes_no_later_delete_by_staff_ours(world: World) -> None:
    child = {"uuid": "c2", "title": "Barn", "price": {"currency": "DKK", "value": 40}}
    uuid = world.add("Koncert", ticket_categories=[DEAR, child])
    world.run()
    event = world.event_of(uuid)
    (price,) = [price.id for price in event.prices.values() if price.fields.name == "Barn"]
    world.site.edit(uuid, ticket_categories=[DEAR])
    world.sandbox.faults.add(SERVER, "drop_before", "DELETE", times=1)
    world.run()
    world.site.edit(uuid, ticket_categories=[DEAR, child])
    assert world.run().writes == []
    world.sandbox.place2book.remove_price(event.id, price)
    assert world.run().writes == []
    assert sold_as(world, uuid) == ("Koncert", 50, {"Voksen": 10000})
