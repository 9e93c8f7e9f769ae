"""Events that go away: nothing sold is deleted, and nothing is deleted on a guess."""

import pytest

from billetbro.models import Mode
from billetbro.models.message import Message
from tests.integration.steps.harness import DAY, HOUR, World
from tests.integration.steps.venue import each_source

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

source = each_source


def titles(world: World) -> list[str]:
    return sorted(event.fields.name for event in world.sandbox.place2book.events)


def test_removed_event_is_deleted_after_two_snapshots_in_a_row(world: World) -> None:
    gone = world.publish("Koncert", beside="Foredrag")
    world.site.remove(gone)
    first, second, third = world.run(), world.run(), world.run()
    assert (first.writes, world.changes(first)) == ([], [])
    assert (second.writes, world.changes(second)) == ([("place2book", "DELETE")], [("Koncert", "delete", "applied")])
    assert (third.writes, titles(world)) == ([], ["Foredrag"])


def test_removed_event_that_comes_back_between_is_not_counted(world: World) -> None:
    uuid = world.publish("Koncert", beside="Foredrag")
    for _ in range(3):
        world.after_edit(uuid, published=False)
        assert world.after_edit(uuid, published=True).writes == []
    assert titles(world) == ["Foredrag", "Koncert"]


def test_removed_event_is_counted_once_by_a_run_that_is_tried_again(world: World) -> None:
    gone = world.add("Koncert")
    other = world.publish("Foredrag")
    world.site.remove(gone)
    world.site.edit(other, title="Nyt foredrag")
    world.sandbox.faults.add("place2book", "status", "PUT", times=2)
    world.run(tries=3)
    assert (world.ours()[gone].absences, titles(world)) == (1, ["Koncert", "Nyt foredrag"])


def test_resync_deletes_a_removed_event_at_once(world: World) -> None:
    gone = world.publish("Koncert", beside="Foredrag")
    world.site.remove(gone)
    assert world.run(Mode.RESYNC).writes == [("place2book", "DELETE")]


def test_cancelled_event_with_sales_is_kept_with_its_sale_ended_and_goes_on_when_revived(world: World) -> None:
    uuid, event = world.sell("Koncert")
    world.sandbox.place2book.buy(event.id)
    world.sandbox.place2book.staff_edit(event.id, sale_close_at="2090-01-01T08:00:00Z")
    world.after_edit(uuid, state="Cancelled")
    assert event.sales_status(world.now() + HOUR) == "closed"
    assert (world.state_shown(uuid), world.open_rejections()) == ("Cancelled", {("Koncert", "removed_but_sold")})
    assert world.run().writes == []
    world.after_edit(uuid, state="Active")
    assert event.fields.as_json()["sale_close_at"] == "2090-01-01T08:00:00Z"
    assert (world.state_shown(uuid), world.open_rejections()) == ("Active", set())


def test_cancelled_event_that_was_deleted_is_created_anew_when_revived(world: World) -> None:
    uuid = world.publish("Koncert", beside="Foredrag")
    world.after_edit(uuid, state="Cancelled")
    world.after_edit(uuid, state="Active")
    assert (titles(world), world.answers(world.link_shown(uuid))) == (["Foredrag", "Koncert"], True)
    assert world.run().writes == []


def test_many_removals_at_once_are_blocked_until_somebody_allows_them(world: World) -> None:
    uuids = [world.add(f"Koncert {number}") for number in range(6)]
    world.run()
    for uuid in uuids[:4]:
        world.site.remove(uuid)
    world.after_edit(uuids[5], title="Stor koncert")
    blocked = world.run()
    reason = world.record(blocked).removals_blocked
    assert (blocked.raised, blocked.writes) == ({}, [])
    assert reason is not None
    assert world.say.say(reason).startswith("4 af 6 koblede arrangementer ville blive fjernet")
    assert "Stor koncert" in titles(world)
    world.run(by_hand=True, allow_mass_removal=True)
    assert titles(world) == ["Koncert 4", "Stor koncert"]


def test_state_that_changed_while_an_event_was_not_ours_is_written_when_it_is_again(world: World) -> None:
    uuid = world.publish("Koncert", capacity=2)
    world.after_sale(world.event_of(uuid).id)
    world.site.edit(uuid, ticket_manager_relevance=False)
    assert world.after_sale(world.event_of(uuid).id).writes == []
    assert world.after_edit(uuid, ticket_manager_relevance=True).writes == [world.written_back]
    assert world.state_shown(uuid) == "SoldOut"


def test_empty_list_removes_nothing_and_counts_nothing(website: World) -> None:
    uuids = [website.add(f"Koncert {number}") for number in range(2)]
    website.run()
    website.sandbox.faults.add("cms:solbjerg", "empty_list", "GET")
    for _ in range(3):
        happened = website.run()
        assert (happened.raised, happened.writes) == ({}, [])
        assert website.record(happened).removals_blocked == Message("blocked.empty", {"number": 2})
    website.sandbox.faults.clear()
    assert [website.ours()[uuid].absences for uuid in uuids] == [0, 0]
    website.site.remove(uuids[0])
    assert (website.run().writes, titles(website)) == ([], ["Koncert 0", "Koncert 1"])


def test_empty_list_that_is_meant_is_believed_when_somebody_says_so_twice(world: World) -> None:
    uuid = world.publish("Koncert")
    world.site.remove(uuid)
    world.run(by_hand=True, allow_mass_removal=True)
    world.run(by_hand=True, allow_mass_removal=True)
    assert titles(world) == []


def test_event_that_ends_long_after_its_start_is_over_with_its_last_purchases_read(world: World) -> None:
    world.configure(lookback_days=1)
    uuid = world.publish("Udstilling", start=world.now() + HOUR, end=world.now() + 30 * DAY)
    world.ahead = 29 * DAY
    world.sandbox.place2book.buy(world.event_of(uuid).id)
    run = world.run_at(30 * DAY + HOUR)
    assert (run.raised, world.ours()[uuid].status) == ({}, "retired")
    assert world.rows("SELECT count(*) AS bought FROM warehouse.purchases") == [{"bought": 1}]


def test_event_that_starts_before_the_window_is_not_gone(world: World) -> None:
    world.configure(lookback_days=1)
    uuid = world.add("Udstilling", start=world.now() + HOUR, end=world.now() + 30 * DAY)
    world.publish("Foredrag", start=world.now() + 20 * DAY)
    world.ahead = 5 * DAY
    for _ in range(3):
        assert world.run().raised == {}
    assert (world.ours()[uuid].status, world.ours()[uuid].absences) == ("live", 0)
    assert titles(world) == ["Foredrag", "Udstilling"]
