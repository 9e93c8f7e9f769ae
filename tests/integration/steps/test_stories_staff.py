"""What ticket staff entered is as they left it after days of runs of every kind, field by field."""

from typing import Any

import pytest

from billetbro.models import Mode
from sandbox.place2book_records import Event
from tests.integration.steps.harness import DAY, HOUR, World

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

OF_THE_SOURCE = (
    "name",
    "description_short",
    "description_long",
    "begin_at",
    "end_at",
    "capacity",
    "passive",
    "address",
)
BY_STAFF = {
    "bank_account_id": 354,
    "kultunaut_export": True,
    "kultunaut_age_group": "Voksne",
    "kultunaut_export_category": "Jazz",
    "ticket_fee": 500,
    "sms_included": True,
    "show_vat": True,
    "mute": False,
    "sales_workflow_type": "seats",
    "sale_open_at": "2020-01-01T08:00:00Z",
}
CATEGORY = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}


def staffs(event: Event) -> dict[str, object]:
    """Return everything of an event that is not the source's: fields, pause, and prices but for name and value."""
    fields = {name: value for name, value in event.fields.as_json().items() if name not in OF_THE_SOURCE}
    prices = {price.id: price.fields.as_json() for price in event.prices.values()}
    windows: dict[int, Any] = {
        one: {name: value for name, value in shown.items() if name not in ("name", "value")}
        for one, shown in prices.items()
    }
    return {**fields, "paused": event.paused, "waiting_list": event.waiting_list, "prices": windows}


def test_staffs_fields_survive_every_kind_of_run_and_every_change_of_the_source(world: World) -> None:
    uuid, event = world.sell("Koncert", ticket_categories=[CATEGORY])
    place2book, closes = world.sandbox.place2book, (world.now() + 30 * DAY).replace(microsecond=0).isoformat()
    place2book.staff_edit(event.id, **BY_STAFF, sale_close_at=closes, waiting_list=True, paused=True)
    own = place2book.staff_add_price(event.id, name="Personale", value=1100, maximum_count=2)
    place2book.staff_edit_price(event.id, next(iter(event.prices)), sale_begin_at="2020-02-01T08:00:00Z")
    before, personale = staffs(event), event.prices[own].fields
    edits: list[dict[str, object]] = [
        {},
        {"title": "Stor koncert", "ticket_capacity": 70, "description": "Ny tekst", "body": "<p>Ny</p>"},
        {"start": world.now() + 20 * DAY, "end": world.now() + 20 * DAY + HOUR},
        {"ticket_categories": [{**CATEGORY, "title": "Standard", "price": {"currency": "DKK", "value": 120}}]},
        {"address": {"street": "Torvet 2", "zip_code": 800, "city": "Høje Taastrup", "location": "Salen"}},
    ]
    for fields in edits:
        world.site.edit(uuid, **fields)
        for mode in (Mode.PLAN, Mode.SYNC, Mode.RESYNC):
            assert world.run(mode).raised == {}
            assert (staffs(event), event.prices[own].fields) == (before, personale)
    shown = event.fields.as_json()
    found = (shown["name"], shown["capacity"], event.prices[next(iter(event.prices))].fields.value)
    assert found == ("Stor koncert", 70, 12000)
    assert world.run().writes == []


def test_staffs_edits_of_source_fields_stay_each_until_its_own_field_changes_and_are_told_once(world: World) -> None:
    uuid, event = world.sell("Koncert", ticket_categories=[CATEGORY], description="Kort", body="<p>Lang</p>")
    price = next(iter(event.prices))
    edited = {"name": "Koncert!", "description_short": "Andet", "capacity": 60}
    world.sandbox.place2book.staff_edit(event.id, **edited)
    world.sandbox.place2book.staff_edit_price(event.id, price, value=9900, name="Voksen (alm.)")
    drift = [world.changes(world.run()) for _ in range(3)]
    assert drift == [[("Koncert", "drift", "applied")], [], []]
    for changed, ours in (
        ({"title": "Stor koncert"}, {"name": "Stor koncert"}),
        ({"description": "Kortere"}, {"description_short": "Kortere"}),
        ({"ticket_capacity": 40}, {"capacity": 40}),
    ):
        world.site.edit(uuid, **changed)
        edited |= ours
        assert world.run().writes == [("place2book", "PUT")]
        assert {name: event.fields.as_json()[name] for name in edited} == edited
    assert (event.prices[price].fields.name, event.prices[price].fields.value) == ("Voksen (alm.)", 9900)
    world.after_edit(uuid, ticket_categories=[{**CATEGORY, "price": {"currency": "DKK", "value": 110}}])
    assert (event.prices[price].fields.name, event.prices[price].fields.value) == ("Voksen (alm.)", 11000)
    assert (world.run(Mode.RESYNC).writes, event.prices[price].fields.name) == ([("place2book", "PUT")], "Voksen")
    assert (world.run(Mode.RESYNC).writes, world.rows("SELECT drift FROM sync.links")) == ([], [{"drift": {}}])


def test_staffs_edit_of_a_price_is_told_again_when_they_make_it_anew(world: World) -> None:
    uuid, event = world.sell("Koncert", ticket_categories=[CATEGORY])
    price = next(iter(event.prices))
    for kroner in (110, 120):
        world.sandbox.place2book.staff_edit_price(event.id, price, value=9900)
        assert [kind for _, kind, _ in world.changes(world.run())] == ["drift"]
        world.site.edit(uuid, ticket_categories=[{**CATEGORY, "price": {"currency": "DKK", "value": kroner}}])
        assert [kind for _, kind, _ in world.changes(world.run())] == ["update_price"]
        assert world.rows("SELECT drift FROM sync.links") == [{"drift": {}}]


def test_staffs_edits_of_prices_that_are_no_longer_there_are_no_drift_any_more(world: World) -> None:
    child = {"uuid": "c2", "title": "Barn", "price": {"currency": "DKK", "value": 40}}
    uuid, event = world.sell("Koncert", ticket_categories=[CATEGORY, child])
    adult, second = event.prices
    del event.prices[adult]
    world.sandbox.place2book.staff_edit_price(event.id, second, value=1)
    world.run()
    noted = {f"price.{adult}.value": None, f"price.{second}.value": 1}
    assert world.rows("SELECT drift FROM sync.links") == [{"drift": noted}]
    world.after_edit(uuid, ticket_categories=[{**CATEGORY, "title": "Standard"}])
    assert [price.fields.name for price in event.prices.values()] == ["Standard"]
    assert world.rows("SELECT drift FROM sync.links") == [{"drift": {}}]
    assert world.run().writes == []
