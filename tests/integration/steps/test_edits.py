"""What editors change on the website arrives in Place2book, and nothing else does."""

from datetime import timedelta

import pytest

from tests.integration.steps.harness import DAY, HOUR, World
from tests.integration.steps.venue import each_source

CATEGORY = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}
CHILD = {"uuid": "c2", "title": "Barn", "price": {"currency": "DKK", "value": 40}}

source = each_source


def prices(world: World, uuid: str) -> dict[str, int]:
    return {price.fields.name: price.fields.value for price in world.event_of(uuid).prices.values()}


def test_edit_of_a_title_changes_the_name_and_nothing_else(world: World) -> None:
    uuid = world.publish("Koncert")
    before = world.event_of(uuid).fields.as_json()
    happened = world.after_edit(uuid, title="Stor koncert")
    assert (happened.raised, happened.writes) == ({}, [("place2book", "PUT")])
    assert world.event_of(uuid).fields.as_json() == {**before, "name": "Stor koncert"}
    assert world.changes(happened) == [("Stor koncert", "update", "applied")]


def test_edit_of_the_times_moves_the_same_event(world: World) -> None:
    uuid, before = world.sell("Koncert")
    begins = before.fields.begin_at + DAY
    happened = world.after_edit(uuid, start=begins, end=begins + HOUR)
    after = world.event_of(uuid)
    assert (happened.raised, happened.writes) == ({}, [("place2book", "PUT")])
    assert (after.id, after.fields.begin_at, after.fields.end_at) == (before.id, begins, begins + HOUR)


def test_edit_back_and_forth_between_runs_is_silent(world: World) -> None:
    uuid = world.publish("Koncert")
    world.site.edit(uuid, title="Stor koncert")
    assert world.after_edit(uuid, title="Koncert").writes == []


def test_edit_to_a_value_that_staff_have_entered_already_is_recorded_without_a_request(world: World) -> None:
    uuid = world.publish("Koncert")
    world.sandbox.place2book.staff_edit(world.event_of(uuid).id, name="Stor koncert")
    happened = world.after_edit(uuid, title="Stor koncert")
    assert (happened.writes, world.changes(happened)) == ([], [("Stor koncert", "record", "applied")])
    assert world.run().writes == []
    assert world.changes() == [
        ("Koncert", "create", "applied"),
        ("Koncert", "write_back", "applied"),
        ("Stor koncert", "record", "applied"),
    ]


def test_redated_series_moves_its_events_and_creates_none(website: World) -> None:
    start = website.now().replace(microsecond=0) + 5 * DAY
    for week in range(3):
        website.add("Ukulele", series="s1", start=start + 7 * week * DAY)
    website.run()
    before = {link.event_id: link.starts_at for link in website.ours().values()}
    sold = next(iter(before))
    website.sandbox.place2book.buy(sold)
    uuids = website.site.redate_series("s1", [start + timedelta(days=7 * week + 1) for week in range(3)])
    happened = website.run()
    links = website.ours()
    assert (happened.raised, happened.counted) == ({}, {("place2book", "PUT"): 3, website.written_back: 3})
    assert set(links) == set(uuids)
    assert {link.event_id: link.starts_at for link in links.values()} == {
        event_id: starts + DAY for event_id, starts in before.items() if starts
    }
    assert all(website.answers(website.link_shown(uuid)) for uuid in uuids)
    assert len(website.sandbox.place2book.events) == 3
    assert website.run().writes == []


def test_redated_series_that_lost_an_instance_deletes_the_one_that_is_over_after_two_snapshots(website: World) -> None:
    start = website.now().replace(microsecond=0) + 5 * DAY
    for week in range(3):
        website.add("Ukulele", series="s1", start=start + 7 * week * DAY)
    website.run()
    website.site.redate_series("s1", [start, start + 7 * DAY])
    first, second = website.run(), website.run()
    moved = ["move", "update"]  # The last line of the description names the new page.
    assert [kind for _, kind, _ in website.changes(first)] == [*moved, *moved, "write_back", "write_back"]
    assert [kind for _, kind, _ in website.changes(second)] == ["delete"]
    assert sorted(e.fields.begin_at for e in website.sandbox.place2book.events) == [start, start + 7 * DAY]


def test_redated_series_whose_event_is_sold_out_says_so_on_the_new_instance(website: World) -> None:
    start = website.now().replace(microsecond=0) + 5 * DAY
    uuids = [website.add("Ukulele", series="s1", capacity=1, start=start + n * DAY) for n in range(2)]
    website.run()
    for uuid in uuids:
        website.sandbox.place2book.buy(website.event_of(uuid).id)
    website.run()
    anew = website.site.redate_series("s1", [start + 7 * DAY, start + 8 * DAY])
    for uuid in anew:
        website.site.edit(uuid, state="Active")
    website.run()
    assert [website.state_shown(uuid) for uuid in anew] == ["SoldOut", "SoldOut"]


def test_edit_of_the_capacity_below_what_is_sold_is_held_back_until_it_fits(world: World) -> None:
    uuid = world.publish("Koncert", capacity=50)
    world.sandbox.place2book.buy(world.event_of(uuid).id, quantity=8)
    first, second = world.after_edit(uuid, ticket_capacity=5, title="Lille koncert"), world.run()
    assert world.changes(first) == [("Lille koncert", "update", "held_back"), ("Lille koncert", "update", "applied")]
    assert (second.writes, world.changes(second)) == ([], [])
    assert world.open_rejections() == {("Lille koncert", "capacity_below_sold")}
    assert (world.event_of(uuid).fields.capacity, world.event_of(uuid).fields.name) == (50, "Lille koncert")
    world.after_edit(uuid, ticket_capacity=8)
    assert (world.event_of(uuid).fields.capacity, world.open_rejections()) == (8, set())


def test_edit_to_an_earlier_date_after_a_sale_is_held_back_and_the_rest_applied(world: World) -> None:
    uuid = world.publish("Koncert")
    before = world.event_of(uuid).fields
    world.sandbox.place2book.buy(world.event_of(uuid).id)
    world.after_edit(uuid, title="Stor koncert", start=before.begin_at - 2 * DAY, end=before.begin_at - DAY)
    after = world.event_of(uuid).fields
    assert (after.name, after.begin_at, after.end_at) == ("Stor koncert", before.begin_at, before.end_at)
    assert world.open_rejections() == {("Stor koncert", "begin_at_locked")}
    assert world.run().writes == []


def test_edit_of_a_price_and_its_name_changes_that_price_only(website: World) -> None:
    uuid, event = website.sell("Koncert", ticket_categories=[CATEGORY, CHILD])
    adult, child = event.prices
    website.sandbox.place2book.staff_edit_price(event.id, adult, maximum_count=4, description="Kun fire")
    renamed = {**CATEGORY, "title": "Standard", "price": {"currency": "DKK", "value": 120}}
    happened = website.after_edit(uuid, ticket_categories=[renamed, CHILD])
    after = website.event_of(uuid).prices
    assert (happened.writes, list(after)) == ([("place2book", "PUT")], [adult, child])
    assert (after[adult].fields.name, after[adult].fields.value) == ("Standard", 12000)
    assert (after[adult].fields.maximum_count, after[adult].fields.description) == (4, "Kun fire")
    assert website.run().writes == []


def test_edit_adding_a_category_adds_a_price_and_removing_it_deletes_it(world: World) -> None:
    uuid = world.publish("Koncert", ticket_categories=[CATEGORY])
    added = world.after_edit(uuid, ticket_categories=[CATEGORY, CHILD])
    assert (added.writes, prices(world, uuid)) == ([("place2book", "POST")], {"Voksen": 10000, "Barn": 4000})
    assert world.run().writes == []
    removed = world.after_edit(uuid, ticket_categories=[CATEGORY])
    assert (removed.writes, prices(world, uuid)) == ([("place2book", "DELETE")], {"Voksen": 10000})
    assert world.run().writes == []


def test_edit_removing_a_category_that_sold_ends_its_sale_and_bringing_it_back_reopens_it(world: World) -> None:
    uuid, event = world.sell("Koncert", ticket_categories=[CATEGORY, CHILD])
    child = list(event.prices)[1]
    world.sandbox.place2book.buy(event.id, child)
    world.after_edit(uuid, ticket_categories=[CATEGORY])
    assert event.prices[child].fields.sale_end_at is not None
    assert world.open_rejections() == {("Koncert", "price_has_sales")}
    assert world.run().writes == []
    world.after_edit(uuid, ticket_categories=[CATEGORY, CHILD])
    assert (event.prices[child].fields.sale_end_at, world.open_rejections()) == (None, set())
    assert world.run().writes == []


def test_clone_of_a_linked_event_gets_an_event_and_a_link_of_its_own(world: World) -> None:
    original = world.publish("Koncert")
    clone = world.site.clone(original)
    happened = world.run()
    assert happened.writes == [("place2book", "POST"), world.written_back]
    assert world.event_of(original).id != world.event_of(clone).id
    assert world.link_shown(original) != world.link_shown(clone)
    assert world.answers(world.link_shown(clone))
    assert world.run().writes == []


def test_clone_that_an_editor_sees_to_after_it_went_on_sale_is_updated_and_sold_as_before(website: World) -> None:
    original = website.publish("Koncert")
    clone = website.site.clone(original)
    website.run()
    event, link = website.event_of(clone), website.link_shown(clone)
    assert event.fields.name == "Koncert - cloned"
    website.site.edit(clone, title="Koncert", start=website.now() + 20 * DAY, end=website.now() + 21 * DAY)
    assert website.run().writes == [("place2book", "PUT")]
    assert (website.event_of(clone).id, event.fields.name, website.link_shown(clone)) == (event.id, "Koncert", link)
    assert website.event_of(original).id != event.id


def test_clone_in_whose_place_the_original_is_deleted_goes_on_with_its_event_and_sales(website: World) -> None:
    original, event = website.sell("Koncert")
    website.sandbox.place2book.buy(event.id, quantity=2)
    clone = website.site.clone(original)
    website.site.remove(original)
    website.run()
    assert (website.event_of(clone).id, event.fields.name, event.sold()) == (event.id, "Koncert - cloned", 2)
    assert [row.id for row in website.sandbox.place2book.events] == [event.id]


@pytest.mark.parametrize("page", ["findesikke", "event_list/EM11444"], ids=["no event", "an organiser's list"])
def test_link_to_no_event_is_rejected_and_nothing_is_created(world: World, page: str) -> None:
    unknown = f"https://www.place2book.com/da/sw2/sales/{page}"
    uuid = world.add("Koncert", external_data={"url": unknown, "admin_url": None})
    happened = world.run()
    assert (happened.raised, happened.writes, world.open_rejections()) == ({}, [], {("Koncert", "unknown_sales_link")})
    assert world.link_shown(uuid) == unknown
    world.after_edit(uuid, external_data=None)
    assert (world.open_rejections(), world.answers(world.link_shown(uuid))) == (set(), True)


def test_adoption_takes_the_event_of_the_link_as_it_stands(seeded: World) -> None:
    event = seeded.sandbox.place2book.find("Julekoncert i hovedbiblioteket")
    before, priced = event.fields, {price.id: price.fields for price in event.prices.values()}
    happened = seeded.run()
    uuid = next(uuid for uuid, link in seeded.ours().items() if link.event_id == event.id)
    assert ("Julekoncert i hovedbiblioteket", "adopt", "applied") in seeded.changes(happened)
    assert (event.fields, {price.id: price.fields for price in event.prices.values()}) == (before, priced)
    seeded.site.edit(uuid, ticket_capacity=130)
    seeded.run()
    assert event.fields.as_json() == {**before.as_json(), "capacity": 130}


def test_event_that_was_over_by_mistake_keeps_its_place2book_event_when_it_is_given_new_dates(world: World) -> None:
    uuid, event = world.sell("Koncert")
    world.sandbox.place2book.buy(event.id)
    begins = event.fields.begin_at
    world.after_edit(uuid, start=world.now() - 3 * HOUR, end=world.now() - 2 * HOUR)
    assert world.ours()[uuid].status == "retired"
    world.after_edit(uuid, start=begins + DAY, end=begins + DAY + HOUR)
    assert len(world.sandbox.place2book.events) == 1
    assert (world.ours()[uuid].status, world.ours()[uuid].event_id) == ("live", event.id)
    assert event.fields.begin_at == begins + DAY
    assert world.run().writes == []
