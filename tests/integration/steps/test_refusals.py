"""What Place2book refuses about one event is told in its own words, and not tried again and again."""

import json

import pytest

from billetbro.reconcile.diagnosis.why import why
from billetbro.steps.report import make_report
from billetbro.store.event.facts import event_facts
from tests.integration.steps.harness import DAY, HOUR, World
from tests.integration.steps.venue import each_source

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

SERVER = "place2book"
WORDS = '{"message": "name is not allowed"}'

source = each_source


def puts(world: World) -> int:
    return sum((request.server, request.method) == (SERVER, "PUT") for request in world.sandbox.log.entries)


def refused(world: World) -> str:
    uuid = world.publish("Koncert")
    world.site.edit(uuid, title="Forbudt koncert")
    world.sandbox.faults.add(SERVER, "status", "PUT", f"/events/{world.ours()[uuid].event_id}$", code=422, body=WORDS)
    return uuid


def test_refused_event_is_rejected_in_the_apis_words_and_the_others_go_on(world: World) -> None:
    refused(world)
    other = world.add("Foredrag")
    run = world.run()
    assert (run.raised, world.open_rejections()) == ({}, {("Forbudt koncert", "refused_by_place2book")})
    assert world.rows("SELECT detail, field FROM sync.rejections") == [
        {"detail": "name is not allowed", "field": "name"}
    ]
    assert world.answers(world.link_shown(other))


def test_refused_event_is_not_tried_again_within_the_day(world: World) -> None:
    refused(world)
    for _ in range(4):
        world.run()
    assert (puts(world), world.open_rejections()) == (1, {("Forbudt koncert", "refused_by_place2book")})


def test_refused_event_is_tried_again_when_it_changes(world: World) -> None:
    uuid = refused(world)
    world.run()
    world.after_edit(uuid, title="Endnu en")
    world.run()
    assert puts(world) == 2


def test_refused_event_is_tried_again_by_hand(world: World) -> None:
    refused(world)
    world.run()
    world.run(by_hand=True)
    world.run()
    assert puts(world) == 2


def test_refused_event_is_tried_again_after_a_day_and_then_waits_another(world: World) -> None:
    refused(world)
    world.run()
    world.run_at(23 * HOUR)
    before = puts(world)
    world.run_at(DAY + HOUR)
    world.run()
    assert (before, puts(world)) == (1, 2)


def test_refused_event_is_resolved_when_it_is_accepted(world: World) -> None:
    uuid = refused(world)
    world.run()
    world.sandbox.faults.clear()
    world.run(by_hand=True)
    assert (world.open_rejections(), world.event_of(uuid).fields.name) == (set(), "Forbudt koncert")


def test_refused_event_is_resolved_when_the_editor_takes_the_change_back(world: World) -> None:
    uuid = refused(world)
    world.run()
    assert (world.after_edit(uuid, title="Koncert").writes, world.open_rejections()) == ([], set())


def test_refused_event_of_which_a_part_is_accepted_is_not_tried_again_either(world: World) -> None:
    uuid = refused(world)
    category = {"uuid": "c1", "title": "Ny", "price": {"currency": "DKK", "value": 1}}
    first, second = world.after_edit(uuid, ticket_categories=[category]), world.run()
    assert (first.counted, second.writes) == ({(SERVER, "PUT"): 1, (SERVER, "POST"): 1, (SERVER, "DELETE"): 1}, [])


def test_refused_create_is_rejected_and_created_when_it_is_accepted(world: World) -> None:
    uuid = world.add("Koncert")
    first, second = world.after_fault(SERVER, "status", "POST", code=400, body=WORDS), world.run()
    assert (first.counted, second.writes) == ({(SERVER, "POST"): 1}, [])
    assert (first.raised, world.open_rejections()) == ({}, {("Koncert", "refused_by_place2book")})
    world.sandbox.faults.clear()
    world.run(by_hand=True)
    assert (world.open_rejections(), world.answers(world.link_shown(uuid))) == (set(), True)


def test_rejected_event_is_resolved_when_its_cause_is_gone(world: World) -> None:
    uuid = world.publish("Koncert", ticket_capacity=None)
    world.run()
    assert world.open_rejections() == {("Koncert", "capacity_missing")}
    assert world.rows("SELECT count(*) AS told FROM sync.rejections") == [{"told": 1}]
    world.after_edit(uuid, ticket_capacity=20)
    assert (world.open_rejections(), world.answers(world.link_shown(uuid))) == (set(), True)


def test_rejected_event_that_is_linked_keeps_its_place2book_event(world: World) -> None:
    uuid = world.publish("Koncert")
    before = world.event_of(uuid).fields
    world.site.edit(uuid, ticket_capacity=None, title="Stor koncert")
    for _ in range(3):
        assert world.run().writes == []
    assert (world.event_of(uuid).fields, world.open_rejections()) == (before, {("Stor koncert", "capacity_missing")})


def test_what_place2book_quotes_of_people_stands_nowhere(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    quoted = ("test.testesen@quoted.example", "Testvej 12", "2735 Prøveby", "12 34 56 78", "5701234567890")
    uuid, event = world.sell("Koncert")
    body = json.dumps({"message": f"capacity: is too low for {', '.join(quoted)}"})
    run = world.after_edit(uuid, title="Nyt navn")
    world.sandbox.faults.add("place2book", "status", "PUT", code=422, body=body)
    run = world.after_edit(uuid, title="Igen et navn")
    assert world.open_rejections() == {("Igen et navn", "refused_by_place2book")}
    report = make_report(world.engine, run.run_id, world.say)
    with world.engine.connect() as connection:
        facts = event_facts(connection, "solbjerg", uuid, timezone="Europe/Copenhagen", now=world.now())
    everywhere = "\n".join([world.everything(), report.text, str(why(facts)), str(run.raised), capsys.readouterr().out])
    assert [value for value in quoted if value in everywhere] == []
    assert "capacity: is too low for ***" in everywhere
    assert event.fields.name == "Nyt navn"
