"""The answer to a write of a price is lost: what was sent is seen to have been done, by us."""

import pytest

from tests.integration.steps.harness import World

pytestmark = pytest.mark.slow

SERVER = "place2book"
ADULT = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}
CHILD = {"uuid": "c2", "title": "Barn", "price": {"currency": "DKK", "value": 40}}


def prices_of(world: World, uuid: str) -> dict[str, int | None]:
    return {price.fields.name: price.fields.value for price in world.event_of(uuid).prices.values()}


def test_price_whose_answer_was_lost_is_not_added_twice(world: World) -> None:
    uuid = world.publish("Koncert", ticket_categories=[ADULT])
    world.site.edit(uuid, ticket_categories=[ADULT, CHILD])
    first, second = world.after_fault(SERVER, "drop_after", "POST", times=1), world.run()
    assert (set(first.raised), second.raised, second.writes) == ({"load"}, {}, [])
    assert [price.fields.name for price in world.event_of(uuid).prices.values()] == ["Voksen", "Barn"]
    assert sorted(world.ours()[uuid].prices) == ["c1", "c2"]


def test_end_of_a_prices_sale_whose_answer_was_lost_is_undone_when_its_category_is_back(world: World) -> None:
    uuid, event = world.sell("Koncert", ticket_categories=[ADULT, CHILD])
    price = list(event.prices)[1]
    world.sandbox.place2book.buy(event.id, price)
    world.site.edit(uuid, ticket_categories=[ADULT])
    world.after_fault(SERVER, "drop_after", "PUT", times=1)
    ended = event.prices[price].fields.sale_end_at
    run = world.after_edit(uuid, ticket_categories=[ADULT, CHILD])
    assert ended is not None
    assert (run.raised, event.prices[price].fields.sale_end_at) == ({}, None)
    assert world.run().writes == []


def test_price_whose_answer_was_lost_is_removed_when_its_category_was_renamed_meanwhile(world: World) -> None:
    uuid = world.publish("Koncert", ticket_categories=[ADULT])
    world.site.edit(uuid, ticket_categories=[ADULT, CHILD])
    world.after_fault(SERVER, "drop_after", "POST", times=1)
    assert world.after_edit(uuid, ticket_categories=[ADULT, {**CHILD, "uuid": "c3", "title": "Ung"}]).raised == {}
    assert sorted(price.fields.name for price in world.event_of(uuid).prices.values()) == ["Ung", "Voksen"]
    assert world.run().writes == []


def test_end_of_a_prices_sale_whose_answer_was_lost_is_undone_though_the_state_was_written_back(world: World) -> None:
    uuid, event = world.sell("Koncert", ticket_categories=[ADULT, CHILD])
    sold = next(price for price in event.prices.values() if price.fields.name == "Barn")
    world.sandbox.place2book.buy(event.id, price_id=sold.id)
    world.sandbox.place2book.pause(event.id)
    world.site.edit(uuid, ticket_categories=[ADULT])
    assert set(world.after_fault(SERVER, "drop_after", "PUT", times=1).raised) == {"load"}
    assert world.state_shown(uuid) == "TicketSaleNotOpen"
    world.run()
    world.after_edit(uuid, ticket_categories=[ADULT, CHILD])
    assert event.prices[sold.id].fields.sale_end_at is None


def test_price_whose_delete_was_lost_is_there_again_when_its_category_is(world: World) -> None:
    uuid = world.publish("Koncert", ticket_categories=[ADULT, CHILD])
    world.site.edit(uuid, ticket_categories=[ADULT])
    first = world.after_fault(SERVER, "drop_after", "DELETE", times=1)
    second = world.after_edit(uuid, ticket_categories=[ADULT, CHILD])
    assert (set(first.raised), second.raised) == ({"load"}, {})
    assert [price.fields.name for price in world.event_of(uuid).prices.values()] == ["Voksen", "Barn"]
    assert (world.open_rejections(), world.run().writes) == (set(), [])


def test_reopening_of_a_price_whose_answer_was_lost_keeps_no_category_that_is_gone_again_on_sale(world: World) -> None:
    uuid = world.publish("Koncert", ticket_categories=[ADULT, CHILD])
    (sold,) = [price for price in world.event_of(uuid).prices.values() if price.fields.name == "Barn"]
    world.sandbox.place2book.buy(world.event_of(uuid).id, price_id=sold.id)
    world.after_edit(uuid, ticket_categories=[ADULT])
    ended = sold.fields.sale_end_at
    world.site.edit(uuid, ticket_categories=[ADULT, CHILD])
    lost = world.after_fault(SERVER, "drop_after", "PUT", times=1)
    reopened = sold.fields.sale_end_at
    again = world.after_edit(uuid, ticket_categories=[ADULT])
    assert (set(lost.raised), ended is None, reopened, again.raised) == ({"load"}, False, None, {})
    assert sold.fields.sale_end_at is not None
    world.after_edit(uuid, ticket_categories=[ADULT, CHILD])
    assert (sold.fields.sale_end_at, world.run().writes) == (None, [])


def test_price_that_was_not_deleted_makes_no_later_delete_by_staff_ours(world: World) -> None:
    uuid, event = world.sell("Koncert", ticket_categories=[ADULT, CHILD])
    (price,) = [price.id for price in event.prices.values() if price.fields.name == "Barn"]
    world.site.edit(uuid, ticket_categories=[ADULT])
    world.after_fault(SERVER, "drop_before", "DELETE", times=1)
    assert world.after_edit(uuid, ticket_categories=[ADULT, CHILD]).writes == []
    world.sandbox.place2book.remove_price(event.id, price)
    assert world.run().writes == []
    assert prices_of(world, uuid) == {"Voksen": 10000}


def test_price_that_was_not_added_makes_no_later_price_of_staffs_ours(world: World) -> None:
    uuid = world.publish("Koncert", ticket_categories=[ADULT])
    world.site.edit(uuid, ticket_categories=[ADULT, CHILD])
    world.after_fault(SERVER, "drop_before", "POST", times=1)
    assert world.after_edit(uuid, ticket_categories=[ADULT]).writes == []
    world.sandbox.place2book.staff_add_price(world.event_of(uuid).id, name="Barn", value=4000)
    assert (world.run().writes, prices_of(world, uuid)) == ([], {"Voksen": 10000, "Barn": 4000})
