"""A plan says what the next run does, field by field, its write-back included, and touches nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from billetbro.messages.plan import plan_text
from billetbro.models import Mode
from tests.cases import cases
from tests.integration.steps.harness import DAY, HOUR, Happened, World
from tests.integration.steps.plan_and_sync import as_planned, foretold_rejections, left_alone, rejections_of_planning

pytestmark = pytest.mark.slow

ADULT = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}
CHILD = {"uuid": "c2", "title": "Barn", "price": {"currency": "DKK", "value": 40}}


def held_back(world: World, plan: Happened) -> list[tuple[str, str, str]]:
    query = "SELECT title, kind, why FROM sync.changes WHERE run_id = :run AND status = 'held_back' ORDER BY title, id"
    return [(row["title"], row["kind"], row["why"]) for row in world.rows(query, run=plan.run_id)]


def planned(world: World, plan: Happened) -> list[tuple[str, str, dict[str, Any]]]:
    query = "SELECT title, kind, fields FROM sync.changes WHERE run_id = :run AND status = 'planned' ORDER BY id"
    return [
        (row["title"], row["kind"], {field["field"]: field["new"] for field in row["fields"]})
        for row in world.rows(query, run=plan.run_id)
    ]


def one_of_every_kind(world: World) -> None:
    start = world.now().replace(microsecond=0) + 9 * DAY
    titles = ("Retitel", "Pris", "Aflyst", "Solgt", "Rettet", "Ny kategori", "Skiftet", "Tilbage", "Slut")
    uuid = {title: world.add(title, ticket_categories=[ADULT, CHILD]) for title in titles}
    for day in range(2):
        world.add("Ukulele", series="s1", start=start + day * DAY)
    world.run()
    place2book, site = world.sandbox.place2book, world.site
    place2book.buy(world.event_of(uuid["Tilbage"]).id)
    site.edit(uuid["Tilbage"], state="Cancelled")
    world.run()
    site.edit(uuid["Retitel"], title="Stor koncert", body="<p>Nyt</p>", external_data=None)
    site.edit(uuid["Pris"], ticket_categories=[{**ADULT, "price": {"currency": "DKK", "value": 120}}])
    site.edit(uuid["Aflyst"], state="Cancelled")
    place2book.buy(world.event_of(uuid["Solgt"]).id)
    site.edit(uuid["Solgt"], state="Cancelled")
    place2book.staff_edit(world.event_of(uuid["Rettet"]).id, name="Rettet af personalet")
    third = {"uuid": "c3", "title": "Ung", "price": {"currency": "DKK", "value": 60}}
    event = world.event_of(uuid["Ny kategori"])
    place2book.buy(event.id)
    site.edit(uuid["Ny kategori"], ticket_categories=[CHILD, third])
    renumbered = [{**ADULT, "uuid": "c8"}, {**CHILD, "uuid": "c9"}]
    site.edit(uuid["Skiftet"], ticket_categories=renumbered)
    site.edit(uuid["Tilbage"], state="Active")
    ended = world.now() - 3 * HOUR
    site.edit(uuid["Slut"], start=ended, end=ended + HOUR)
    site.redate_series("s1", [start + 20 * DAY, start + 21 * DAY])
    by_hand = place2book.create(5000, replace(event.fields, name="Lavet i hånden"))
    world.add("Lavet i hånden", external_data={"url": f"https://www.place2book.com/da/sw2/sales/{by_hand.seccode}"})
    world.add("Ny")


def test_plan_touches_nothing_and_the_run_after_it_does_what_was_planned(world: World) -> None:
    one_of_every_kind(world)
    shown = {event.id: event.fields for event in world.sandbox.place2book.events}
    before = left_alone(world)
    plan = world.run(Mode.PLAN)
    assert (plan.raised, plan.writes, set(plan.idle)) == ({}, [], {"export_purchases"})
    assert (left_alone(world), {event.id: event.fields for event in world.sandbox.place2book.events}) == (before, shown)
    assert {status for _, _, status in world.changes(plan)} == {"planned"}
    run = world.run()
    assert (run.raised, as_planned(world, plan)) == ({}, as_planned(world, run))
    assert foretold_rejections(world, plan) == rejections_of_planning(world)
    assert {row["kind"] for row in as_planned(world, plan)} == {
        "create", "adopt", "move", "update", "create_price", "update_price", "delete_price", "end_price_sale",
        "end_sale", "reopen_sale", "delete", "retire", "record", "drift", "write_back", "clear_link",
    }  # fmt: skip
    assert {status for _, _, status in world.changes(plan)} == {"planned"}


def test_plan_foresees_the_write_back_of_a_new_event_without_inventing_a_link(world: World) -> None:
    world.add("Ny", state="TicketSaleNotOpen")
    plan = world.run(Mode.PLAN)
    (_, created, _), (title, kind, new) = planned(world, plan)
    found = (created, title, kind, new)
    assert found == ("create", "Ny", "write_back", {"url": None, "admin_url": None, "state": "Active"})
    assert "billetlink: - -> (tildeles af Place2book" in plan_text(world.engine, plan.run_id, world.say)
    assert as_planned(world, plan) == as_planned(world, world.run())


def sold_out_then_enlarged(world: World, uuid: str) -> None:
    world.after_sale(world.event_of(uuid).id, quantity=5)
    world.site.edit(uuid, ticket_capacity=9)


def cut_to_what_is_sold(world: World, uuid: str) -> None:
    world.sandbox.place2book.buy(world.event_of(uuid).id, quantity=2)
    world.site.edit(uuid, ticket_capacity=2)


def withdrawn(world: World, uuid: str) -> None:
    world.site.edit(uuid, ticket_categories=[])


def cancelled(world: World, uuid: str) -> None:
    world.site.edit(uuid, state="Cancelled")


@cases(
    "edit foreseen",
    ("sold out, then enlarged", sold_out_then_enlarged, ("write_back", {"state": "Active"})),
    ("cut to what is sold", cut_to_what_is_sold, ("write_back", {"state": "SoldOut"})),
    ("withdrawn", withdrawn, ("clear_link", {"url": None, "admin_url": None})),
    ("cancelled", cancelled, ("clear_link", {"url": None, "admin_url": None})),
)
def test_plan_foresees_what_the_changes_do_to_button_and_link(
    world: World, edit: Callable[[World, str], None], foreseen: tuple[str, dict[str, Any]]
) -> None:
    uuid = world.publish("Koncert", capacity=5)
    edit(world, uuid)
    plan = world.run(Mode.PLAN)
    assert [(kind, new) for _, kind, new in planned(world, plan)][1:] == [foreseen]
    assert as_planned(world, plan) == as_planned(world, world.run())


def test_plan_shows_a_removal_when_the_next_run_finds_it_gone_for_the_second_time(world: World) -> None:
    gone, sold = world.add("Koncert"), world.add("Foredrag")
    world.publish("Bliver")
    world.sandbox.place2book.buy(world.event_of(sold).id)
    for uuid in (gone, sold):
        world.site.remove(uuid)
    first = world.run(Mode.PLAN)
    why = "absent_once"
    assert planned(world, first) == []
    assert held_back(world, first) == [("Foredrag", "end_sale", why), ("Koncert", "delete", why)]
    assert "mangler i CMS for første gang" in plan_text(world.engine, first.run_id, world.say)
    world.run()
    for _ in range(2):
        second = world.run(Mode.PLAN)
        shown = {title: kind for title, kind, _ in planned(world, second)}
        assert shown == {"Koncert": "delete", "Foredrag": "end_sale"}
    assert world.ours()[gone].absences == 1
    assert as_planned(world, second) == as_planned(world, world.run())


def test_plan_limited_to_some_events_counts_no_absence(world: World) -> None:
    gone, other = world.add("Koncert"), world.add("Foredrag")
    world.run()
    world.site.remove(gone)
    assert held_back(world, world.run(Mode.PLAN, events=[other])) == []
    world.run()
    assert held_back(world, world.run(Mode.PLAN, events=[gone])) == []


def test_plan_limited_to_some_events_shows_those_only(world: World) -> None:
    first, second = world.add("Koncert"), world.add("Foredrag")
    plan = world.run(Mode.PLAN, events=[second])
    found = [(title, kind) for title, kind, _ in planned(world, plan)]
    assert found == [("Foredrag", "create"), ("Foredrag", "write_back")]
    run = world.run(by_hand=True, events=[second])
    assert (as_planned(world, plan), set(world.ours())) == (as_planned(world, run), {second})
    assert first not in world.ours()


def test_plan_shows_held_back_fields_each_time_and_the_run_notes_them_once(world: World) -> None:
    uuid = world.publish("Koncert", capacity=5)
    world.sandbox.place2book.buy(world.event_of(uuid).id, quantity=3)
    start = world.site.get(uuid).start - 3 * DAY
    world.site.edit(uuid, ticket_capacity=2, start=start, end=start + HOUR, title="Ny titel")
    for _ in range(2):
        plan = world.run(Mode.PLAN)
        found = held_back(world, plan)
        assert found == [("Ny titel", "update", "begin_at_locked"), ("Ny titel", "update", "capacity_below_sold")]
        run = world.run()
    assert held_back(world, run) == []
    text = plan_text(world.engine, plan.run_id, world.say)
    assert "    HOLDES TILBAGE: RET i Place2book" in text.splitlines()
    assert "      (Antallet af billetter i CMS er lavere end det antal, der allerede er solgt" in text
    assert "      antal billetter: 5 -> 2" in text.splitlines()


def test_plan_names_the_removals_that_the_guard_blocks(world: World) -> None:
    world.configure(max_removals={"count": 1, "percent": 10})
    uuids = [world.add(f"Koncert {number}") for number in range(3)]
    world.run()
    for uuid in uuids[1:]:
        world.site.edit(uuid, state="Cancelled")
    plan = world.run(Mode.PLAN)
    found = held_back(world, plan)
    assert found == [("Koncert 1", "delete", "removals_blocked"), ("Koncert 2", "delete", "removals_blocked")]
    assert "2 af 3 koblede arrangementer ville blive fjernet" in plan_text(world.engine, plan.run_id, world.say)
    assert as_planned(world, plan) == as_planned(world, world.run()) == []


def test_plan_names_the_prices_that_seem_to_be_in_another_unit(world: World) -> None:
    uuids = [world.add(f"Koncert {number}") for number in range(3)]
    world.run()
    for uuid in uuids:
        world.site.edit(uuid, ticket_categories=[{**ADULT, "price": {"currency": "DKK", "value": 10000}}])
    plan = world.run(Mode.PLAN)
    assert [(kind, why) for _, kind, why in held_back(world, plan)] == [("update_price", "price_unit_doubted")] * 3
    assert "beløb: 100,00 kr. -> 10000,00 kr." in plan_text(world.engine, plan.run_id, world.say)
    assert as_planned(world, plan) == as_planned(world, world.run())


def test_plan_names_what_was_refused_and_waits_and_by_hand_what_is_tried_again(world: World) -> None:
    world.sandbox.faults.add("place2book", "status", "POST", code=400, body='{"message": "nej"}')
    world.publish("Koncert")
    waits = world.run(Mode.PLAN)
    assert (planned(world, waits), held_back(world, waits)) == ([], [("Koncert", "create", "refused_by_place2book")])
    assert as_planned(world, world.run()) == []
    assert [kind for _, kind, _ in planned(world, world.run(Mode.PLAN, by_hand=True))] == ["create", "write_back"]
    assert [row["kind"] for row in as_planned(world, world.run(by_hand=True))] == ["create"]


def test_plan_of_a_library_that_cannot_be_read_shows_nothing_but_the_error(world: World) -> None:
    world.add("Koncert")
    world.sandbox.faults.add("place2book", "status", "GET", code=500)
    plan = world.run(Mode.PLAN)
    assert (set(plan.raised), plan.idle, world.changes(plan)) == ({"load"}, {"writeback", "export_purchases"}, [])
    first, *_ = plan_text(world.engine, plan.run_id, world.say).splitlines()[1:]
    assert first.startswith("  FEJL (load): ")
