"""Editors who write on a series: what of it shows on its dates, and what an hour's run writes over it, or does not."""

import pytest

from billetbro.models import Mode
from billetbro.reconcile.sale_status.write_back import CLEARED
from tests.integration.steps.harness import DAY, HOUR, World

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

SERVER = "cms:solbjerg"
PATCH = (SERVER, "PATCH")


def dates(world: World, number: int = 2, **fields: object) -> list[str]:
    first = (world.now() + 10 * DAY).replace(microsecond=0)
    return [world.add("Kursus", series="s1", start=first + n * 7 * DAY, **fields) for n in range(number)]


def own_state(world: World, uuid: str) -> object:
    return world.site.get(uuid).own.get("state")


def series_link(world: World, url: str | None) -> None:
    world.site.edit_series("s1", external_data={"url": url, "admin_url": None})


@pytest.mark.parametrize("state", ["Active", "TicketSaleNotOpen"])
def test_state_shown_from_the_series_is_written_only_when_the_sale_says_otherwise(world: World, state: str) -> None:
    uuid, _ = dates(world, state=state)
    assert (world.run().counted[PATCH], own_state(world, uuid)) == (2, None if state == "Active" else "Active")
    assert world.state_shown(uuid) == "Active"
    assert world.run().writes == []


def test_series_that_is_cancelled_shows_on_dates_without_a_state_of_ours_and_removes_them(world: World) -> None:
    uuids = dates(world)
    world.run()
    world.site.edit_series("s1", state="Cancelled")
    run = world.run(allow_mass_removal=True)
    assert (run.counted["place2book", "DELETE"], run.counted[PATCH]) == (2, 2)
    assert [own_state(world, uuid) for uuid in uuids] == [None, None]
    assert [world.link_shown(uuid) for uuid in uuids] == [None, None]
    assert world.run().writes == []


def test_link_that_is_written_again_takes_no_state_along(world: World) -> None:
    uuid, _ = dates(world)
    world.run()
    assert (world.after_edit(uuid, external_data=None).writes, own_state(world, uuid)) == ([PATCH], None)


def test_state_that_changes_alone_gives_the_date_no_link_of_its_own(world: World) -> None:
    uuid, other = dates(world, capacity=1)
    world.run()
    link = world.site.get(uuid).own["external_data"]
    world.site.edit(uuid, external_data=None)
    world.site.edit_series("s1", external_data=link)
    assert world.run().writes == []
    world.sandbox.place2book.buy(world.event_of(uuid).id)
    assert (world.run().writes, world.state_shown(uuid), world.state_shown(other)) == ([PATCH], "SoldOut", "Active")
    assert world.site.get(uuid).own["external_data"] is None


def test_state_that_was_written_hides_the_series_and_the_date_is_cancelled_on_itself(world: World) -> None:
    uuid, other = dates(world, capacity=1)
    world.run()
    purchase = world.sandbox.place2book.buy(world.event_of(uuid).id)
    world.run()
    world.sandbox.place2book.refund(purchase.id)
    world.run()
    world.site.edit_series("s1", state="Cancelled")
    world.run(allow_mass_removal=True)
    assert (world.state_shown(uuid), world.ours()[uuid].status) == ("Active", "live")
    assert (world.state_shown(other), world.ours()[other].status) == ("Cancelled", "deleted")
    world.site.edit(uuid, state="Cancelled")
    world.run(allow_mass_removal=True)
    assert (world.ours()[uuid].status, world.run().writes) == ("deleted", [])


def test_state_is_never_written_over_one_that_shows_cancelled_or_the_same(world: World) -> None:
    uuids = dates(world, 3, capacity=1)
    world.run()
    bought = [world.sandbox.place2book.buy(world.event_of(uuid).id) for uuid in uuids]
    world.run()
    world.site.edit(uuids[0], state="Cancelled")
    for purchase in bought:
        world.sandbox.place2book.refund(purchase.id)
    world.run()
    world.site.edit_series("s1", state="Cancelled")
    world.site.redate_series("s1", [world.now() + n * DAY for n in (40, 47)])
    for hour in range(3):
        world.ahead += HOUR
        world.run(Mode.RESYNC if hour == 1 else Mode.SYNC, allow_mass_removal=True)
    assert [(shown, written) for shown, written in world.site.overwritten if shown in (written, "Cancelled")] == []
    assert len(world.site.overwritten) == 3 + 2


def test_dates_made_anew_show_the_series_state_and_are_written_theirs_only_where_it_differs(world: World) -> None:
    uuids = dates(world, capacity=1)
    world.run()
    world.after_sale(world.event_of(uuids[0]).id)
    starts = [world.site.get(uuid).start + HOUR for uuid in uuids]
    anew = world.site.redate_series("s1", starts)
    world.run()
    assert [own_state(world, uuid) for uuid in anew] == ["SoldOut", None]
    assert world.run().writes == []


def test_link_typed_on_the_series_is_cleared_once_and_then_told_until_it_is_gone(world: World) -> None:
    uuid = dates(world)[0]
    world.run()
    link = world.link_shown(uuid)
    series_link(world, link)
    assert world.after_edit(uuid, state="Cancelled").counted == {("place2book", "DELETE"): 1, PATCH: 1}
    assert (world.link_shown(uuid), world.open_rejections()) == (link, set())
    for hour in range(1, 5):
        assert (world.run_at(hour * HOUR).writes, world.open_rejections()) == ([], {("Kursus", "link_still_shown")})
    (told,) = world.rows("SELECT found FROM sync.rejections")
    assert told["found"] == link
    series_link(world, None)
    assert (world.run().writes, world.open_rejections(), world.link_shown(uuid)) == ([], set(), None)
    assert CLEARED not in world.ours()[uuid].echo


def test_link_typed_on_the_series_is_foreseen_to_be_cleared_no_second_time(world: World) -> None:
    uuid = dates(world)[0]
    world.run()
    series_link(world, world.link_shown(uuid))
    world.after_edit(uuid, state="Cancelled")
    assert world.changes(world.run(Mode.PLAN)) == []


def test_plan_leaves_what_is_noted_of_a_cleared_link(world: World) -> None:
    uuid = dates(world)[0]
    world.run()
    world.after_edit(uuid, state="Cancelled")
    before = world.ours()
    assert CLEARED in before[uuid].echo
    world.run(Mode.PLAN)
    assert world.ours() == before


def test_link_typed_anew_after_it_was_gone_is_tried_once_more(world: World) -> None:
    uuid = dates(world)[0]
    world.run()
    link = world.link_shown(uuid)
    world.after_edit(uuid, state="Cancelled")
    assert world.run().writes == []
    world.site.edit(uuid, external_data={"url": link, "admin_url": None})
    assert (world.run().writes, world.link_shown(uuid)) == ([PATCH], None)
    assert (world.run().writes, world.open_rejections()) == ([], set())


def test_link_typed_on_the_series_whose_clearing_was_not_answered_is_tried_until_it_was(world: World) -> None:
    uuid = dates(world)[0]
    world.run()
    series_link(world, world.link_shown(uuid))
    world.site.edit(uuid, state="Cancelled")
    assert set(world.after_fault(SERVER, "drop_after", "PATCH", times=1).raised) == {"writeback"}
    assert [world.run().writes, world.run().writes] == [[PATCH], []]
    assert world.open_rejections() == {("Kursus", "link_still_shown")}


def test_link_of_an_event_that_is_sold_again_is_cleared_anew_when_it_is_not(world: World) -> None:
    uuid = dates(world)[0]
    world.run()
    event, link = world.event_of(uuid), world.link_shown(uuid)
    for _ in range(2):
        assert (world.after_staff_edit(event.id, passive=True).writes, world.link_shown(uuid)) == ([PATCH], None)
        assert (world.after_staff_edit(event.id, passive=False).writes, world.link_shown(uuid)) == ([PATCH], link)
    series_link(world, link)
    assert (world.after_staff_edit(event.id, passive=True).writes, world.open_rejections()) == ([PATCH], set())
    assert (world.run().writes, world.open_rejections()) == ([], {("Kursus", "link_still_shown")})


def test_event_that_is_sold_again_gets_its_link_and_the_rejection_is_no_more(world: World) -> None:
    uuid = dates(world)[0]
    world.run()
    series_link(world, world.link_shown(uuid))
    world.after_edit(uuid, state="Cancelled")
    world.run()
    series_link(world, None)
    world.after_edit(uuid, state="Active")
    assert world.answers(world.link_shown(uuid))
    assert (world.run().writes, world.open_rejections()) == ([], set())
