"""What Place2book's staff enter by hand is theirs: our updates leave it as it is."""

import pytest

from billetbro.models import Mode
from tests.integration.steps.harness import DAY, World
from tests.integration.steps.venue import each_source

pytestmark = pytest.mark.thorough

BY_STAFF = {
    "bank_account_id": 354,
    "kultunaut_export": True,
    "kultunaut_age_group": "Voksne",
    "ticket_fee": 500,
    "sms_included": True,
    "show_vat": True,
    "mute": False,
    "sale_open_at": "2020-01-01T08:00:00Z",
    "sale_close_at": "2090-01-01T08:00:00Z",
}
NEWER_OF_EVENTS: dict[str, object] = {
    "no_show_deposit": {"amount": 5000, "refund": {"after_hours": [24, 48], "to": None}},
    "kulturpas": True,
    "ean_invoice": None,
    "created_at": "2026-01-01T08:00:00Z",
    "event_maker_id": 5101,
    "tags": [],
}
NEWER_OF_PRICES: dict[str, object] = {
    "vat": {"rate": 25, "included": True, "exempt": [{"law": "ML 13", "since": None}]},
    "no_show_deposit": 5000,
    "ean_only": False,
    "event_id": 7,
    "note": None,
}
"""What no page describes: made-up fields of newer products of Place2book."""

source = each_source


def test_staff_edits_of_their_own_fields_survive_an_update(world: World) -> None:
    uuid, event = world.sell("Koncert")
    world.sandbox.place2book.staff_edit(event.id, **BY_STAFF)
    before = event.fields.as_json()
    happened = world.after_edit(uuid, title="Stor koncert", ticket_capacity=70)
    assert happened.writes == [("place2book", "PUT")]
    assert event.fields.as_json() == {**before, "name": "Stor koncert", "capacity": 70}
    assert {name: event.fields.as_json()[name] for name in BY_STAFF} == BY_STAFF


def test_staff_sale_windows_of_a_price_survive_an_update_of_the_price(world: World) -> None:
    category = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}
    uuid, event = world.sell("Koncert", ticket_categories=[category])
    price = next(iter(event.prices))
    windows = {"sale_begin_at": "2020-01-01T08:00:00Z", "sale_end_at": "2090-01-01T08:00:00Z", "minimum_count": 2}
    world.sandbox.place2book.staff_edit_price(event.id, price, **windows)
    before = event.prices[price].fields.as_json()
    world.after_edit(uuid, ticket_categories=[{**category, "price": {"currency": "DKK", "value": 150}}])
    assert event.prices[price].fields.as_json() == {**before, "value": 15000}


def test_fields_that_nobody_has_heard_of_survive_every_change_of_an_event(world: World) -> None:
    uuid, event = world.sell("Koncert")
    world.sandbox.place2book.staff_edit(event.id, **NEWER_OF_EVENTS, **BY_STAFF)
    world.sandbox.place2book.buy(event.id)
    edits: dict[str, dict[str, object]] = {
        "update": {"title": "Stor koncert", "ticket_capacity": 70},
        "end_sale": {"state": "Cancelled"},
        "reopen_sale": {"state": "Active"},
    }
    for kind, edit in edits.items():
        happened = world.after_edit(uuid, **edit)
        assert (("Stor koncert", kind, "applied") in world.changes(happened), happened.raised) == (True, {})
        assert event.fields.newer == NEWER_OF_EVENTS
    assert {name: event.fields.as_json()[name] for name in BY_STAFF} == BY_STAFF


def test_fields_that_nobody_has_heard_of_survive_every_change_of_a_price(world: World) -> None:
    adult, child = (
        {"uuid": uuid, "title": title, "price": {"currency": "DKK", "value": value}}
        for uuid, title, value in (("c1", "Voksen", 100), ("c2", "Barn", 50))
    )
    uuid, event = world.sell("Koncert", ticket_categories=[adult, child])
    price = next(iter(event.prices))
    world.sandbox.place2book.staff_edit(event.id, **NEWER_OF_EVENTS)
    world.sandbox.place2book.staff_edit_price(event.id, price, **NEWER_OF_PRICES)
    world.sandbox.place2book.buy(event.id, price)
    dearer = {**adult, "price": {"currency": "DKK", "value": 120}}
    edits = {
        "update_price": ([dearer, child], (12000, False)),
        "end_price_sale": ([child], (12000, True)),
        "reopened": ([dearer, child], (12000, False)),
    }
    for categories, expected in edits.values():
        world.site.edit(uuid, ticket_categories=categories)
        assert ("place2book", "PUT") in world.run().writes
        stands = event.prices[price].fields
        assert (stands.value, stands.sale_end_at is not None) == expected
        assert (stands.newer, event.fields.newer) == (NEWER_OF_PRICES, NEWER_OF_EVENTS)


def test_staff_price_of_their_own_is_never_touched(world: World) -> None:
    uuid, event = world.sell("Koncert")
    theirs = world.sandbox.place2book.staff_add_price(event.id, name="Personale", value=100)
    before = event.prices[theirs].fields
    world.after_edit(uuid, title="Stor koncert", ticket_categories=[{"title": "Ny", "price": {"value": 10}}])
    world.run(Mode.RESYNC)
    assert event.prices[theirs].fields == before
    assert sorted(price.fields.name for price in event.prices.values()) == ["Ny", "Personale"]


def test_staff_edit_of_a_field_of_ours_stays_and_is_recorded_once(world: World) -> None:
    _, event = world.sell("Koncert")
    world.sandbox.place2book.staff_edit(event.id, name="Koncert (udsolgt)", capacity=60)
    first, second, third = world.run(), world.run(), world.run()
    assert [happened.writes for happened in (first, second, third)] == [[], [], []]
    assert world.changes(first) == [("Koncert", "drift", "applied")]
    assert (world.changes(second), world.changes(third)) == ([], [])
    assert (event.fields.name, event.fields.capacity) == ("Koncert (udsolgt)", 60)
    assert world.changes(world.after_staff_edit(event.id, capacity=61)) == [("Koncert", "drift", "applied")]
    assert world.changes(world.run()) == []


def test_staff_edit_that_staff_take_back_is_told_and_no_longer_listed(world: World) -> None:
    _, event = world.sell("Koncert")
    price = next(iter(event.prices))
    told = "SELECT why, fields FROM sync.changes WHERE run_id = :run ORDER BY id"
    for _ in range(2):
        world.sandbox.place2book.staff_edit(event.id, name="Koncert!", capacity=60)
        world.sandbox.place2book.staff_edit_price(event.id, price, value=9900)
        world.run()
        world.sandbox.place2book.staff_edit(event.id, capacity=50)
        world.sandbox.place2book.staff_edit_price(event.id, price, value=10000)
        back = world.run()
        fields = [
            {"field": "capacity", "old": 60, "new": 50},
            {"field": f"price.{price}.value", "old": 9900, "new": 10000},
        ]
        assert world.rows(told, run=back.run_id) == [{"why": "undone_by_staff", "fields": fields}]
        assert world.rows("SELECT drift FROM sync.links") == [{"drift": {"name": "Koncert!"}}]
        again = world.run()
        assert (world.changes(again), back.writes, again.writes) == ([], [], [])


def test_staff_edit_of_a_field_gives_way_when_that_field_changes_at_the_source(world: World) -> None:
    uuid, event = world.sell("Koncert")
    world.after_staff_edit(event.id, name="Koncert!", capacity=60)
    world.after_edit(uuid, title="Stor koncert")
    assert (event.fields.name, event.fields.capacity) == ("Stor koncert", 60)
    assert world.run().writes == []


def test_resync_pushes_every_field_of_the_source_and_leaves_the_rest(world: World) -> None:
    _, event = world.sell("Koncert")
    price = next(iter(event.prices))
    world.sandbox.place2book.staff_edit(event.id, **BY_STAFF, name="Koncert!", capacity=60)
    world.sandbox.place2book.staff_edit_price(event.id, price, value=1, maximum_count=3)
    world.run()
    happened = world.run(Mode.RESYNC)
    shown = event.fields.as_json()
    assert (happened.counted, shown["name"], shown["capacity"]) == ({("place2book", "PUT"): 2}, "Koncert", 50)
    assert {name: shown[name] for name in BY_STAFF} == BY_STAFF
    assert (event.prices[price].fields.value, event.prices[price].fields.maximum_count) == (10000, 3)
    assert world.run(Mode.RESYNC).writes == []
    assert world.run().writes == []


def test_staff_deleting_an_event_is_not_undone_but_by_resync(world: World) -> None:
    uuid = world.publish("Koncert")
    world.sandbox.place2book.delete(world.ours()[uuid].event_id)
    first, second = world.run(), world.run()
    assert (first.raised, [w for w in first.writes if w[0] == "place2book"], second.writes) == ({}, [], [])
    assert world.open_rejections() == {("Koncert", "event_missing_in_place2book")}
    assert world.sandbox.place2book.events == []
    assert (first.counted, world.link_shown(uuid)) == ({world.written_back: 1}, None)
    world.run(Mode.RESYNC)
    assert (world.answers(world.link_shown(uuid)), world.open_rejections()) == (True, set())
    assert len(world.sandbox.place2book.events) == 1


def test_staff_deleting_many_events_stops_the_library_until_somebody_says_that_it_was_meant(world: World) -> None:
    for number in range(6):
        world.add(f"Koncert {number}")
    world.run()
    for event in world.sandbox.place2book.events[:4]:
        world.sandbox.place2book.delete(event.id)
    world.add("Foredrag")
    assert (set(world.run().raised), len(world.sandbox.place2book.events)) == ({"load"}, 2)
    world.run(by_hand=True, allow_mass_removal=True)
    later = world.run()
    assert (later.raised, [write for write in later.writes if write[0] == "place2book"]) == ({}, [])
    assert len(world.sandbox.place2book.events) == 3
    assert {code for _, code in world.open_rejections()} == {"event_missing_in_place2book"}
    assert len(world.open_rejections()) == 4


def test_staff_state_set_by_hand_on_the_website_stays_until_place2books_changes(world: World) -> None:
    uuid = world.publish("Koncert", capacity=1)
    assert world.after_edit(uuid, state="TicketSaleNotOpen").writes == []
    assert world.after_sale(world.event_of(uuid).id).writes == [world.written_back]
    assert world.state_shown(uuid) == "SoldOut"


def test_staff_link_changed_by_hand_on_the_website_is_written_again(world: World) -> None:
    uuid = world.publish("Koncert")
    link = world.link_shown(uuid)
    assert (world.after_edit(uuid, external_data=None).writes, world.link_shown(uuid)) == ([world.written_back], link)


def test_staff_pausing_the_sale_closes_the_button_and_resuming_opens_it(world: World) -> None:
    uuid, event = world.sell("Koncert")
    world.sandbox.place2book.pause(event.id)
    world.run()
    paused = world.state_shown(uuid)
    world.sandbox.place2book.pause(event.id, paused=False)
    world.run()
    assert (paused, world.state_shown(uuid)) == ("TicketSaleNotOpen", "Active")


def test_staff_sale_that_opens_later_changes_the_button_when_it_opens(world: World) -> None:
    uuid = world.publish("Koncert")
    opens = world.now().replace(microsecond=0) + DAY
    world.after_staff_edit(world.event_of(uuid).id, sale_open_at=opens.isoformat())
    before = world.state_shown(uuid)
    world.run_at(2 * DAY)
    assert (before, world.state_shown(uuid)) == ("TicketSaleNotOpen", "Active")
    assert world.event_of(uuid).fields.sale_open_at == opens
