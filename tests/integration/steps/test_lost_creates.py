"""The answer to a create is lost: what was sent is found again, and never made twice."""

from typing import Any

import pytest

from billetbro.models import Mode
from tests.cases import cases
from tests.integration.steps.harness import DAY, HOUR, World
from tests.integration.steps.plan_and_sync import as_planned
from tests.integration.steps.programme import names

pytestmark = pytest.mark.slow

SERVER = "place2book"


@cases(
    "fault",
    ("connection dropped", {"kind": "drop_after"}),
    ("502 after the work", {"kind": "status", "code": 502, "work": True}),
    ("web page, not done", {"kind": "html_200"}),
    ("half an answer", {"kind": "truncated_json"}),
    ("dropped before, not done", {"kind": "drop_before"}),
    ("500, not done", {"kind": "status", "code": 500}),
)
@pytest.mark.parametrize("tries", [1, 2], ids=["next run", "same run"])
def test_create_whose_answer_was_lost_is_never_made_twice(world: World, fault: dict[str, Any], tries: int) -> None:
    world.publish("Foredrag")
    uuid = world.add("Koncert")
    world.sandbox.faults.add(SERVER, method="POST", times=1, **fault)
    run = world.run(tries=tries)
    if tries == 1:
        assert (set(run.raised), world.open_rejections()) == ({"load"}, {("Koncert", "outcome_unknown")})
        run = world.run()
    assert (run.raised, names(world), world.open_rejections()) == ({}, ["Foredrag", "Koncert"], set())
    assert world.answers(world.link_shown(uuid))
    assert world.run().writes == []
    assert world.rows("SELECT count(*) AS open FROM sync.changes WHERE status IN ('planned', 'applying')") == [
        {"open": 0}
    ]


def test_create_whose_answer_was_lost_is_not_sent_again_when_nothing_at_all_is_listed(world: World) -> None:
    uuid = world.add("Koncert")
    world.after_fault(SERVER, "drop_after", "POST", times=1)
    doubted = world.after_fault(SERVER, "empty_list", "GET", times=1)
    assert (doubted.raised, doubted.writes, names(world)) == ({}, [], ["Koncert"])
    assert world.open_rejections() == {("Koncert", "outcome_unknown")}
    found = world.run()
    assert (found.raised, names(world), world.open_rejections()) == ({}, ["Koncert"], set())
    assert world.answers(world.link_shown(uuid))


def test_create_that_was_never_carried_out_is_sent_again_after_a_second_look_at_place2book(world: World) -> None:
    world.add("Koncert")
    world.after_fault(SERVER, "drop_before", "POST", times=1)
    plan = world.run(Mode.PLAN)
    assert (plan.raised, world.changes(plan)) == ({}, [])
    looked = world.run()
    assert (looked.raised, looked.writes, names(world)) == ({}, [], [])
    sent = world.run()
    assert (sent.raised, names(world), world.open_rejections()) == ({}, ["Koncert"], set())
    assert world.run().writes == []


def test_create_whose_answer_was_lost_is_found_again_though_the_editor_changed_everything(world: World) -> None:
    uuid = world.add("Koncert")
    world.after_fault(SERVER, "drop_after", "POST", times=1)
    begins = world.now().replace(microsecond=0) + 20 * DAY
    other = {"uuid": "c9", "title": "Ny billet", "price": {"currency": "DKK", "value": 5}}
    run = world.after_edit(uuid, title="Stor koncert", start=begins, end=begins + HOUR, ticket_categories=[other])
    event = world.event_of(uuid)
    assert (run.raised, names(world)) == ({}, ["Stor koncert"])
    assert (event.fields.begin_at, [p.fields.name for p in event.prices.values()]) == (begins, ["Ny billet"])
    assert world.answers(world.link_shown(uuid))
    assert world.run().writes == []


def test_create_whose_answer_was_lost_and_whose_source_is_gone_is_removed_as_any_other(world: World) -> None:
    uuid = world.add("Koncert")
    world.add("Foredrag")
    world.after_fault(SERVER, "drop_after", "POST", times=2)
    world.site.remove(uuid)
    first, second = world.run(), world.run()
    assert (first.raised, second.writes, names(world)) == ({}, [(SERVER, "DELETE")], ["Foredrag"])


def test_create_whose_answer_was_lost_is_shown_by_a_plan_without_storing_anything_of_it(world: World) -> None:
    world.add("Koncert")
    world.after_fault(SERVER, "drop_after", "POST", times=1)
    plan = world.run(Mode.PLAN)
    assert (plan.raised, plan.writes, world.ours()) == ({}, [], {})
    assert [kind for _, kind, _ in world.changes(plan)] == ["write_back"]
    assert as_planned(world, plan) == as_planned(world, world.run())
    assert names(world) == ["Koncert"]


def test_create_whose_answer_was_lost_is_found_again_though_staff_renamed_it(world: World) -> None:
    uuid = world.add("Koncert")
    world.after_fault(SERVER, "drop_after", "POST", times=1)
    run = world.after_staff_edit(world.sandbox.place2book.find("Koncert").id, name="Koncert med gæster")
    assert (run.raised, names(world)) == ({}, ["Koncert med gæster"])
    assert world.answers(world.link_shown(uuid))
    assert world.run().writes == []


def test_create_whose_answer_was_lost_has_all_its_prices_though_two_of_them_have_one_name(world: World) -> None:
    dear, cheap = (
        {"uuid": f"c{value}", "title": "Voksen", "price": {"currency": "DKK", "value": value}} for value in (100, 50)
    )
    uuid = world.add("Koncert", ticket_categories=[dear, cheap])
    world.after_fault(SERVER, "drop_after", "POST", times=1)
    run = world.after_edit(uuid, ticket_categories=[dear])
    assert (run.raised, run.writes) == ({}, [(SERVER, "DELETE"), world.written_back])
    assert [(price.fields.name, price.fields.value) for price in world.event_of(uuid).prices.values()] == [
        ("Voksen", 10000)
    ]
    assert world.run().writes == []
