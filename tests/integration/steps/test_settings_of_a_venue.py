"""What becomes of linked and sold events when somebody changes what libraries.yaml says of a venue's Yesplan."""

from typing import Any

import pytest

from sandbox.place2book_records import Event
from tests.cases import cases
from tests.integration.steps.harness import World
from tests.integration.steps.programme import in_place2book, published
from tests.integration.steps.venue import LINKS, VENUE, in_yesplan

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


def venue_with(world: World, **custom_data: object) -> None:
    world.libraries["solbjerg"] = in_yesplan(world.libraries["solbjerg"], **custom_data)


def sold_at(event: Event) -> dict[str, tuple[int, bool]]:
    return {
        price.fields.name: (price.fields.value, price.fields.sale_end_at is None) for price in event.prices.values()
    }


@cases(
    "prices expected methods",
    (
        "renamed",
        {"Billet": "price_adult", "Barn": "price_child"},
        {"Billet": (10000, True), "Barn": (5000, True)},
        ["PUT"],
    ),
    (
        "in-another-field",
        {"Voksen": "price_new", "Barn": "price_child"},
        {"Voksen": (10000, True), "Barn": (5000, True)},
        [],
    ),
    (
        "another-one",
        {"Billet": "price_new", "Barn": "price_child"},
        {"Voksen": (10000, False), "Billet": (10000, True), "Barn": (5000, True)},
        ["POST", "PUT"],
    ),
    ("removed", {"Voksen": "price_adult"}, {"Voksen": (10000, True)}, ["DELETE"]),
    ("removed-though-sold", {"Barn": "price_child"}, {"Voksen": (10000, False), "Barn": (5000, True)}, ["PUT"]),
    (
        "a-third-of-the-same-field",
        {"Voksen": "price_adult", "Barn": "price_child", "Studerende": "price_child"},
        {"Voksen": (10000, True), "Barn": (5000, True), "Studerende": (5000, True)},
        ["POST"],
    ),
)
def test_price_of_a_venue_is_known_by_its_field_and_its_name_when_the_settings_change(
    website: World, prices: dict[str, str], expected: dict[str, tuple[int, bool]], methods: list[str]
) -> None:
    world, told = website, {"Voksen": "price_adult", "Barn": "price_child"}
    venue_with(world, prices=told)
    categories = [{"title": title, "price": {"value": value}} for title, value in (("Voksen", 100), ("Barn", 50))]
    uuid, event = world.sell("Koncert", ticket_categories=categories)
    world.sandbox.place2book.buy(event.id)
    world.sandbox.yesplan[VENUE].edit(uuid, price_new="100")
    venue_with(world, prices=prices)
    assert (in_place2book(world.run()), sold_at(event), world.run().writes) == (methods, expected, [])
    venue_with(world, prices=told)
    assert world.run().raised == {}
    ours = {name: at for name, at in sold_at(event).items() if name in told}
    found = (ours, world.run().writes, world.open_rejections())
    assert found == ({"Voksen": (10000, True), "Barn": (5000, True)}, [], set())


@pytest.mark.parametrize("field", ["sale_state", "admin_link", "sales_link"])
def test_keyword_named_instead_of_another_is_filled_once(
    website: World, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    world = website
    venue_with(world)
    uuid = world.publish("Koncert")
    venue = world.sandbox.yesplan[VENUE]
    shown = venue.get(uuid).custom[LINKS[field]]
    monkeypatch.setattr(venue, "writable", venue.writable | {"web_page"})
    venue_with(world, **{field: "web_page"})
    assert (world.run().counted, venue.get(uuid).custom["web_page"]) == ({world.written_back: 1}, shown)
    assert world.run().writes == []


def test_word_of_the_staffs_under_another_keyword_stays_until_the_sale_changes(
    website: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = website
    venue_with(world)
    uuid = world.publish("Koncert", capacity=1)
    venue = world.sandbox.yesplan[VENUE]
    monkeypatch.setattr(venue, "writable", venue.writable | {"web_page"})
    venue.edit(uuid, web_page="Ring til os")
    venue_with(world, sale_state="web_page")
    assert (world.run().writes, venue.get(uuid).custom["web_page"]) == ([], "Ring til os")
    world.after_sale(world.event_of(uuid).id)
    assert (venue.get(uuid).custom["web_page"], world.run().writes) == ("Udsolgt", [])


@cases(
    "changed",
    ("relevant", {"custom_data": {"relevant": "web_page"}}),
    ("sales-link", {"custom_data": {"sales_link": "web_page"}}),
    ("prices", {"custom_data": {"prices": {"Ny": "price_new"}}}),
    ("statuses", {"statuses": ["Agreed"]}),
    ("cancelled-statuses", {"cancelled_statuses": ["Confirmed"]}),
    ("query", {"query": 'location:"Andet sted"'}),
)
def test_setting_of_a_venue_that_takes_everything_off_sale_is_stopped_and_can_be_taken_back(
    website: World, changed: dict[str, Any]
) -> None:
    world = website
    venue_with(world)
    told = world.libraries["solbjerg"]
    uuids = published(world)
    for uuid in uuids:
        world.sandbox.yesplan[VENUE].edit(uuid, web_page="https://teater.example.com/1")
    world.run()
    source = told.source.model_dump(mode="json")
    source |= changed | {"custom_data": source["custom_data"] | changed.get("custom_data", {})}
    world.configure(source=source)
    for _ in range(3):
        happened = world.run()
        assert (happened.raised, happened.writes) == ({}, [])
    assert world.record(happened).removals_blocked is not None
    world.libraries["solbjerg"] = told
    happened = world.run()
    assert (happened.writes, world.record(happened).removals_blocked, world.open_rejections()) == ([], None, set())
