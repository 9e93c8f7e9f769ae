"""What the ticket button says, and what an hour's run writes to the website for it: once, or not at all."""

from collections import Counter

import pytest

from sandbox.place2book_records import Event
from tests.cases import cases
from tests.integration.steps.harness import AN_EVENT, DAY, HOUR, World

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

SERVER = "cms:solbjerg"
PATCH = [(SERVER, "PATCH")]


def on_sale(world: World, capacity: int = 2) -> tuple[str, Event]:
    uuid = world.publish("Koncert", capacity=capacity)
    return uuid, world.event_of(uuid)


def test_button_says_sold_out_and_is_open_again_after_a_refund(world: World) -> None:
    uuid, event = on_sale(world)
    links = world.site.get(uuid).fields["external_data"]
    purchase = world.sandbox.place2book.buy(event.id, quantity=2)
    assert (world.run().writes, world.state_shown(uuid)) == (PATCH, "SoldOut")
    assert (world.run().writes, world.site.get(uuid).fields["external_data"]) == ([], links)
    world.sandbox.place2book.refund(purchase.id)
    assert (world.run().writes, world.state_shown(uuid), world.run().writes) == (PATCH, "Active", [])


def test_state_that_staff_had_set_before_it_was_true_is_theirs_to_take_back(world: World) -> None:
    uuid, event = on_sale(world)
    world.site.edit(uuid, state="SoldOut")
    assert world.after_sale(event.id, quantity=2).writes == []
    assert (world.after_edit(uuid, state="Active").writes, world.state_shown(uuid)) == ([], "Active")


def test_button_says_sold_out_of_a_waiting_list_and_stays_when_it_is_closed(world: World) -> None:
    uuid, event = on_sale(world)
    world.sandbox.place2book.staff_edit(event.id, waiting_list=True)
    assert (world.after_sale(event.id, quantity=2).writes, world.state_shown(uuid)) == (PATCH, "SoldOut")
    assert world.after_staff_edit(event.id, waiting_list=False).writes == []


@pytest.mark.parametrize("waiting_list", [False, True], ids=["sold out", "waiting list"])
def test_button_of_an_event_with_more_sold_than_its_capacity_says_sold_out(world: World, waiting_list: bool) -> None:
    uuid, event = on_sale(world, capacity=5)
    world.sandbox.place2book.buy(event.id, quantity=4)
    world.sandbox.place2book.staff_edit(event.id, capacity=2, waiting_list=waiting_list)
    assert (event.available, world.run().writes, world.state_shown(uuid)) == (-2, PATCH, "SoldOut")
    assert world.run().writes == []


@pytest.mark.parametrize("whose", ["the event's", "the price's"])
def test_button_follows_a_sale_that_opens_and_closes(world: World, whose: str) -> None:
    uuid, event = on_sale(world)
    opens, closes = ((world.now() + n * DAY).replace(microsecond=0).isoformat() for n in (1, 2))
    if whose == "the event's":
        world.sandbox.place2book.staff_edit(event.id, sale_open_at=opens, sale_close_at=closes)
    else:
        price = next(iter(event.prices))
        world.sandbox.place2book.staff_edit_price(event.id, price, sale_begin_at=opens, sale_end_at=closes)
    shown = []
    for ahead in (0 * DAY, DAY + HOUR, 2 * DAY + HOUR):
        assert [write for write in world.run_at(ahead).writes if write[0] != SERVER] == []
        shown.append(world.state_shown(uuid))
        assert world.run().writes == []
    assert shown == ["TicketSaleNotOpen", "Active", "TicketSaleNotOpen"]


def test_button_of_an_event_that_is_over_is_left_as_it_is(world: World) -> None:
    uuid, event = on_sale(world)
    assert (world.after_staff_edit(event.id, state="held").writes, world.state_shown(uuid)) == ([], "Active")


@pytest.mark.parametrize("by_hand", ["SoldOut", "TicketSaleNotOpen"])
def test_button_set_by_hand_stays_for_days_and_through_edits_until_the_sale_changes(world: World, by_hand: str) -> None:
    uuid, event = on_sale(world)
    world.site.edit(uuid, state=by_hand)
    for day in range(3):
        world.ahead = day * DAY
        assert [write for write in world.after_edit(uuid, title=f"Koncert {day}").writes if write[0] == SERVER] == []
    assert world.state_shown(uuid) == by_hand
    world.sandbox.place2book.pause(event.id)
    world.run()
    world.sandbox.place2book.pause(event.id, paused=False)
    world.run()
    assert world.state_shown(uuid) == "Active"


def test_button_of_a_cancelled_event_that_is_sold_keeps_the_state_whatever_is_bought_or_refunded(world: World) -> None:
    uuid, event = on_sale(world)
    purchase = world.sandbox.place2book.buy(event.id, quantity=2)
    world.run()
    world.after_edit(uuid, state="Cancelled")
    world.sandbox.place2book.refund(purchase.id)
    world.after_staff_edit(event.id, waiting_list=True)
    assert world.state_shown(uuid) == "Cancelled"


@cases("stale", ("cancelled", {"state": "Cancelled"}), ("no longer sold", {"ticket_categories": []}))
def test_link_that_sells_nothing_is_cleared_once_a_foreign_one_never(world: World, stale: dict[str, object]) -> None:
    uuid = world.add("Koncert")
    theirs = {"url": "https://billetter.example.com/7", "admin_url": "https://billetter.example.com/7/edit"}
    foreign = world.publish("Teater", external_data=theirs)
    assert Counter(world.after_edit(uuid, **stale).writes) == {("place2book", "DELETE"): 1, (SERVER, "PATCH"): 1}
    assert world.site.get(uuid).fields["external_data"] == {"url": None, "admin_url": None}
    world.site.edit(foreign, state="Cancelled")
    assert (world.run().writes, world.site.get(foreign).fields["external_data"]) == ([], theirs)


def test_website_that_answers_500_for_hours_gets_one_update_of_each_event_when_it_recovers(world: World) -> None:
    uuids = [world.add(f"Koncert {number}", capacity=1) for number in range(7)]
    world.run()
    for uuid in uuids:
        world.sandbox.place2book.buy(world.event_of(uuid).id)
    new = world.add("Foredrag")
    world.sandbox.faults.add(SERVER, "status", "PATCH", AN_EVENT)
    for hour in range(4):
        assert set(world.run_at(hour * HOUR).raised) == {"writeback"}
    recovered = world.after_repair()
    sent = Counter(request.path for request in recovered.requests if request.method == "PATCH")
    assert (recovered.raised, sent) == ({}, {f"/api/v1/events/{uuid}": 1 for uuid in (*uuids, new)})
    assert {world.state_shown(uuid) for uuid in uuids} == {"SoldOut"}
    assert (world.answers(world.link_shown(new)), world.run().writes) == (True, [])


def test_website_that_answers_500_while_the_sale_changes_twice_is_told_the_last_only(world: World) -> None:
    uuid, event = on_sale(world)
    world.sandbox.faults.add(SERVER, "status", "PATCH", AN_EVENT)
    purchase = world.sandbox.place2book.buy(event.id, quantity=2)
    world.run()
    world.sandbox.place2book.refund(purchase.id)
    world.run()
    world.sandbox.faults.clear()
    # The website never heard of the first change, so that it says what is true already.
    assert (world.run().writes, world.state_shown(uuid)) == ([], "Active")
