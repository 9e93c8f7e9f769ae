"""Ticket categories over time: renamed, reordered, free, alike, removed and back, while staff edit prices too."""

import pytest

from sandbox.place2book_records import Event
from tests.integration.steps.harness import DAY, World

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


def category(uuid: str, title: str, kroner: float) -> dict[str, object]:
    return {"uuid": uuid, "title": title, "price": {"currency": "DKK", "value": kroner}}


ADULT, CHILD, SENIOR = category("c1", "Voksen", 100), category("c2", "Barn", 0), category("c3", "Pensionist", 50)


def priced(world: World, *categories: dict[str, object]) -> tuple[str, Event]:
    uuid = world.publish("Koncert", ticket_categories=list(categories))
    return uuid, world.event_of(uuid)


def shown(event: Event) -> dict[int, tuple[str, int]]:
    return {price.id: (price.fields.name, price.fields.value) for price in event.prices.values()}


def test_free_tickets_are_sold_for_nothing_and_stay_so(world: World) -> None:
    uuid, event = priced(world, CHILD)
    assert list(shown(event).values()) == [("Barn", 0)]
    assert [w for w in world.after_sale(event.id).writes if w[0] == "place2book"] == []
    assert (world.state_shown(uuid), world.answers(world.link_shown(uuid))) == ("Active", True)


def test_categories_renamed_and_in_another_order_keep_their_prices_and_sales(world: World) -> None:
    uuid, event = priced(world, ADULT, CHILD, SENIOR)
    adult, child, senior = event.prices
    world.sandbox.place2book.buy(event.id, child)
    renamed = [{**SENIOR, "title": "Voksen"}, {**ADULT, "title": "Barn"}, {**CHILD, "title": "Pensionist"}]
    happened = world.after_edit(uuid, ticket_categories=renamed)
    assert happened.writes == [("place2book", "PUT")] * 3
    assert shown(event) == {adult: ("Barn", 10000), child: ("Pensionist", 0), senior: ("Voksen", 5000)}
    assert (event.sold(child), world.run().writes) == (1, [])
    assert world.after_edit(uuid, ticket_categories=list(reversed(renamed))).writes == []


def test_categories_with_the_same_name_are_kept_apart(world: World) -> None:
    cheap, dear = category("c1", "Billet", 50), category("c2", "Billet", 150)
    uuid, event = priced(world, cheap, dear)
    first, second = event.prices
    world.site.edit(uuid, ticket_categories=[cheap, {**dear, "price": {"currency": "DKK", "value": 200}}])
    assert world.run().writes == [("place2book", "PUT")]
    assert shown(event) == {first: ("Billet", 5000), second: ("Billet", 20000)}
    world.site.edit(uuid, ticket_categories=[{**dear, "price": {"currency": "DKK", "value": 200}}])
    assert world.run().writes == [("place2book", "DELETE")]
    assert (shown(event), world.run().writes) == ({second: ("Billet", 20000)}, [])


def test_categories_with_the_same_name_and_new_uuids_keep_their_prices_by_value(world: World) -> None:
    uuid, event = priced(world, category("c1", "Billet", 50), category("c2", "Billet", 150))
    before = shown(event)
    anew = [category("n1", "Billet", 150), category("n2", "Billet", 50)]
    assert (world.after_edit(uuid, ticket_categories=anew).writes, shown(event), world.run().writes) == ([], before, [])


@pytest.mark.parametrize("sold", [False, True], ids=["not sold", "sold"])
def test_removed_category_takes_its_own_price_only(world: World, sold: bool) -> None:
    uuid, event = priced(world, ADULT, CHILD)
    adult, child = event.prices
    if sold:
        world.sandbox.place2book.buy(event.id, child, quantity=2)
    happened = world.after_edit(uuid, ticket_categories=[ADULT])
    assert [write for write in happened.writes if write[0] == "place2book"] == [
        ("place2book", "PUT" if sold else "DELETE")
    ]
    assert list(event.prices) == ([adult, child] if sold else [adult])
    assert world.open_rejections() == ({("Koncert", "price_has_sales")} if sold else set())
    told = [(row["field"], row["found"]) for row in world.rows("SELECT * FROM sync.rejections")]
    assert told == ([("Barn", "2")] if sold else [])
    assert world.run().writes == []


def test_end_of_a_prices_sale_that_staff_set_by_hand_stays_whatever_becomes_of_its_category(world: World) -> None:
    uuid, event = priced(world, ADULT, CHILD)
    child = list(event.prices)[1]
    world.sandbox.place2book.buy(event.id, child)
    world.after_edit(uuid, ticket_categories=[ADULT])
    by_staff = (world.now() + 3 * DAY).replace(microsecond=0)
    world.sandbox.place2book.staff_edit_price(event.id, child, sale_end_at=by_staff.isoformat())
    assert world.run().writes == []
    world.site.edit(uuid, ticket_categories=[ADULT, CHILD])
    assert [write for write in world.run().writes if write[0] == "place2book"] == []
    assert event.prices[child].fields.sale_end_at == by_staff
    assert (world.open_rejections(), world.run().writes) == (set(), [])


def test_end_of_a_prices_sale_that_staff_had_set_before_is_set_again_when_its_category_is_back(world: World) -> None:
    uuid, event = priced(world, ADULT, CHILD)
    child = list(event.prices)[1]
    by_staff = (world.now() + 3 * DAY).replace(microsecond=0)
    world.sandbox.place2book.staff_edit_price(event.id, child, sale_end_at=by_staff.isoformat(), maximum_count=3)
    world.sandbox.place2book.buy(event.id, child)
    world.after_edit(uuid, ticket_categories=[ADULT])
    ended = event.prices[child].fields.sale_end_at
    world.after_edit(uuid, ticket_categories=[ADULT, CHILD])
    assert ended is not None
    assert ended <= world.now()
    assert (event.prices[child].fields.sale_end_at, event.prices[child].fields.maximum_count) == (by_staff, 3)


def test_smallest_and_largest_number_of_tickets_are_staffs_through_every_change_of_the_price(world: World) -> None:
    uuid, event = priced(world, ADULT)
    price = next(iter(event.prices))
    by_staff = {"minimum_count": 2, "maximum_count": 6, "description": "Kun to ad gangen", "sale_begin_at": None}
    world.sandbox.place2book.staff_edit_price(event.id, price, **by_staff)
    for changed in (category("c1", "Alle", 100), category("c1", "Alle", 120), category("n9", "Alle", 130)):
        assert world.after_edit(uuid, ticket_categories=[changed]).writes == [("place2book", "PUT")]
    assert event.prices[price].fields.as_json() == {**by_staff, "name": "Alle", "value": 13000, "sale_end_at": None}


def test_price_that_staff_deleted_stays_deleted_until_its_category_changes(world: World) -> None:
    uuid, event = priced(world, ADULT, CHILD)
    del event.prices[list(event.prices)[1]]
    world.after_edit(uuid, title="Stor koncert")
    assert ([name for name, _ in shown(event).values()], world.run().writes) == (["Voksen"], [])
    world.after_edit(uuid, ticket_categories=[ADULT, {**CHILD, "price": {"currency": "DKK", "value": 10}}])
    assert list(shown(event).values()) == [("Voksen", 10000), ("Barn", 1000)]
    assert world.run().writes == []
