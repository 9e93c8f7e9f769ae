"""What becomes of linked and sold events when somebody changes what libraries.yaml says of a venue's Yesplan."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.place2book_records import Event
from tests.integration.steps.harness import World
from tests.integration.steps.programme import in_place2book, published
from tests.integration.steps.venue import LINKS, VENUE, in_yesplan

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


def venue_with(world: World, **custom_data: object) -> None:
    """Give the library the theatre's Yesplan as its source, with these keywords."""
    world.libraries["solbjerg"] = in_yesplan(world.libraries["solbjerg"], **custom_data)


def sold_at(event: Event) -> dict[str, tuple[int, bool]]:
    """Return value and whether the sale goes on of each price, by name."""
    return {
        price.fields.name: (price.fields.value, price.fields.sale_end_at is None) for price in event.prices.values()
    }


@pytest.mark.parametrize(
    ("prices", "expected", "methods"),
    [
        pytest.param(
            {"Billet": "price_adult", "Barn": "price_child"},
            {"Billet": (10000, True), "Barn": (5000, True)},
            ["PUT"],
            id="renamed",
        ),
        pytest.param(
            {"Voksen": "price_new", "Barn": "price_child"},
            {"Voksen": (10000, True), "Barn": (5000, True)},
            [],
            id="in-another-field",
        ),
        pytest.param(
            {"Billet": "price_new", "Barn": "price_child"},
            {"Voksen": (10000, False), "Billet": (10000, True), "Barn": (5000, True)},
            ["POST", "PUT"],
            id="another-one",
        ),
        pytest.param({"Voksen": "price_adult"}, {"Voksen": (10000, True)}, ["DELETE"], id="removed"),
        pytest.param(
            {"Barn": "price_child"}, {"Voksen": (10000, False), "Barn": (5000, True)}, ["PUT"], id="removed-though-sold"
        ),
        pytest.param(
            {"Voksen": "price_adult", "Barn": "price_child", "Studerende": "price_child"},
            {"Voksen": (10000, True), "Barn": (5000, True), "Studerende": (5000, True)},
            ["POST"],
            id="a-third-of-the-same-field",
        ),
    ],
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
    assert (ours, world.run().writes, world.open_rejections()) == (
        {"Voksen": (10000, True), "Barn": (5000, True)},
        [],
        set(),
    )


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


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"custom_data": {"relevant": "web_page"}}, id="relevant"),
        pytest.param({"custom_data": {"sales_link": "web_page"}}, id="sales-link"),
        pytest.param({"custom_data": {"prices": {"Ny": "price_new"}}}, id="prices"),
        pytest.param({"statuses": ["Agreed"]}, id="statuses"),
        pytest.param({"cancelled_statuses": ["Confirmed"]}, id="cancelled-statuses"),
        pytest.param({"query": 'location:"Andet sted"'}, id="query"),
    ],
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
