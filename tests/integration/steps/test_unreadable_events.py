"""One event of Place2book's cannot be read while all others can: it alone is left as it is, until it can."""

import pytest

from billetbro.models import Mode
from tests.catalogues import english
from tests.integration.steps.harness import DAY, HOUR, World
from tests.integration.steps.plan_and_sync import as_planned, foretold_rejections, rejections_of_planning
from tests.integration.steps.programme import names

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

SERVER = "place2book"
CODE = "unreadable_in_place2book"


def four(world: World) -> list[str]:
    uuids = [world.add(f"Koncert {number}", capacity=20) for number in range(4)]
    world.run()
    return uuids


def break_prices(world: World, uuid: str) -> None:
    event_id = world.ours()[uuid].event_id
    world.sandbox.faults.add(SERVER, "status", "GET", f"/events/{event_id}/prices$")


def test_event_whose_prices_cannot_be_read_is_left_alone_and_the_others_go_on(world: World) -> None:
    ill, well, *_ = four(world)
    break_prices(world, ill)
    before = world.ours()[ill]
    for uuid in (ill, well):
        world.site.edit(uuid, title=f"Ny {world.site.get(uuid).title}")
    world.add("Ny")
    run = world.run()
    assert (run.raised, names(world)) == ({}, ["Koncert 0", "Koncert 2", "Koncert 3", "Ny", "Ny Koncert 1"])
    assert world.open_rejections() == {("Ny Koncert 0", CODE)}
    assert (world.ours()[ill].applied, world.ours()[ill].status) == (before.applied, "live")
    assert world.after_repair().writes == [(SERVER, "PUT")]
    assert (names(world)[-2:], world.open_rejections()) == (["Ny Koncert 0", "Ny Koncert 1"], set())


def test_event_that_cannot_be_read_is_told_of_with_its_number(world: World) -> None:
    ill, *_ = four(world)
    break_prices(world, ill)
    world.run()
    (row,) = world.rows("SELECT code, found FROM sync.rejections WHERE resolved_at IS NULL")
    number = str(world.ours()[ill].event_id)
    assert (row["code"], row["found"]) == (CODE, number)


def test_linked_event_that_is_not_listed_and_cannot_be_read_is_not_missing(world: World) -> None:
    ill, *_ = four(world)
    event = world.event_of(ill)
    long_ago = (world.now() - 90 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    world.sandbox.place2book.staff_edit(event.id, begin_at=long_ago)
    world.sandbox.faults.add(SERVER, "status", "GET", f"/events/{event.id}$")
    run = world.after_edit(ill, external_data=None)
    assert (run.raised, run.writes, world.open_rejections()) == ({}, [], {("Koncert 0", CODE)})
    assert (len(world.sandbox.place2book.events), world.ours()[ill].status) == (4, "live")


def test_event_that_cannot_be_read_gets_no_ticket_status(world: World) -> None:
    ill, well, *_ = four(world)
    break_prices(world, ill)
    for uuid in (ill, well):
        world.site.edit(uuid, external_data=None)
    assert world.run().writes == [("cms:solbjerg", "PATCH")]
    assert (world.link_shown(ill), world.link_shown(well)) == (None, world.ours()[well].sales_location)
    world.after_repair()
    assert world.link_shown(ill) == world.ours()[ill].sales_location


@pytest.mark.parametrize("change", ["removed", "cancelled", "withdrawn"])
def test_event_that_cannot_be_read_is_not_removed(world: World, change: str) -> None:
    ill, *_ = four(world)
    break_prices(world, ill)
    if change == "removed":
        world.site.remove(ill)
    else:
        world.site.edit(ill, **({"state": "Cancelled"} if change == "cancelled" else {"ticket_categories": []}))
    for _ in range(3):
        assert world.run().writes == []
    assert world.open_rejections() == {("Koncert 0", CODE)}
    assert (world.ours()[ill].absences, world.ours()[ill].status) == (0, "live")
    world.after_repair()
    world.run()
    assert names(world) == ["Koncert 1", "Koncert 2", "Koncert 3"]


def test_absence_that_was_counted_stays_while_the_event_cannot_be_read(world: World) -> None:
    ill, *_ = four(world)
    world.site.remove(ill)
    world.run()
    break_prices(world, ill)
    world.run()
    assert (world.ours()[ill].absences, len(names(world))) == (1, 4)
    world.after_repair()
    assert names(world) == ["Koncert 1", "Koncert 2", "Koncert 3"]


def test_what_was_rejected_before_stays_open_while_the_event_cannot_be_read(world: World) -> None:
    ill, *_ = four(world)
    world.sandbox.place2book.buy(world.event_of(ill).id, quantity=3)
    world.after_edit(ill, ticket_capacity=2)
    break_prices(world, ill)
    world.run(read_all_prices=True)
    assert world.open_rejections() == {("Koncert 0", "capacity_below_sold"), ("Koncert 0", CODE)}
    world.after_repair()
    assert world.open_rejections() == {("Koncert 0", "capacity_below_sold")}


def test_instance_made_anew_waits_while_its_event_cannot_be_read(world: World) -> None:
    four(world)
    start = world.now().replace(microsecond=0) + 9 * DAY
    old = [world.add("Ukulele", series="s1", start=start + day * DAY) for day in range(2)]
    world.run()
    events = {world.ours()[uuid].event_id for uuid in old}
    break_prices(world, old[0])
    world.site.redate_series("s1", [start + 20 * DAY, start + 21 * DAY])
    for _ in range(3):
        run = world.run()
        assert run.raised == {}
    assert (names(world).count("Ukulele"), world.open_rejections()) == (2, {("Ukulele", CODE)})
    world.after_repair()
    standing = {link.event_id for link in world.ours().values() if link.title == "Ukulele"}
    assert (standing, names(world).count("Ukulele"), world.open_rejections()) == (events, 2, set())


def test_event_whose_create_answer_was_lost_is_not_created_anew_while_it_cannot_be_read(world: World) -> None:
    four(world)
    uuid = world.add("Ny")
    assert set(world.after_fault(SERVER, "status", "POST", times=1, work=True).raised) == {"load"}
    made = world.sandbox.place2book.find("Ny")
    world.site.edit(uuid, title="Nyere", start=world.now() + 5 * DAY, end=world.now() + 5 * DAY + HOUR)
    world.sandbox.faults.add(SERVER, "status", "GET", f"/events/{made.id}/prices$")
    for _ in range(2):
        run = world.run()
        assert (run.raised, run.writes) == ({}, [])
    assert (uuid in world.ours(), ("Nyere", CODE) in world.open_rejections()) == (False, True)
    world.after_repair()
    assert (world.ours()[uuid].event_id, names(world).count("Nyere")) == (made.id, 1)


def test_plan_tells_of_an_event_that_cannot_be_read_and_plans_nothing_for_it(world: World) -> None:
    ill, *_ = four(world)
    break_prices(world, ill)
    world.site.edit(ill, title="Ny titel", external_data=None)
    plan = world.run(Mode.PLAN)
    assert (world.changes(plan), world.open_rejections()) == ([], set())
    run = world.run()
    assert as_planned(world, plan) == as_planned(world, run) == []
    assert foretold_rejections(world, plan) == rejections_of_planning(world)


def test_prices_of_several_in_a_row_that_cannot_be_read_end_the_load_and_change_nothing(world: World) -> None:
    uuids = four(world)
    world.sandbox.faults.add(SERVER, "status", "GET", "/prices$")
    run = world.after_edit(uuids[0], title="Ny titel")
    assert ("load" in run.raised, run.writes, world.open_rejections()) == (True, [], set())
    assert "had trouble of its own (status 500)" in english(world.record(run).errors["load"])
