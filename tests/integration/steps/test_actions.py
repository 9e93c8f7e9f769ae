"""What runs do that people ask for on the pages, and what they do after somebody accepted an edit (behaviour 12)."""

import pytest

from billetbro.models import Mode
from billetbro.store.drift import accept_drift, read_drift
from billetbro.store.pages.asked import made_plan
from billetbro.store.pages.overview import count_drift
from tests.integration.steps.harness import World
from tests.integration.steps.test_refusals import puts, refused
from tests.integration.steps.venue import each_source

pytestmark = pytest.mark.thorough

source = each_source


def drift(world: World) -> dict[str, int]:
    with world.engine.connect() as connection:
        return dict(count_drift(connection, ["solbjerg"]))


def accept(world: World, uuid: str) -> None:
    with world.engine.begin() as connection:
        found = read_drift(connection, "solbjerg", uuid)
        assert found is not None
        accept_drift(connection, "solbjerg", uuid, found.open)


def test_refused_event_is_tried_again_by_a_run_for_it_alone(world: World) -> None:
    uuid, other = refused(world), world.publish("Foredrag")
    world.run()
    world.run(by_hand=True, events=frozenset({other}))
    assert puts(world) == 1
    world.run(by_hand=True, events=frozenset({uuid}))
    assert puts(world) == 2
    world.sandbox.faults.clear()
    world.run(by_hand=True, events=frozenset({uuid}))
    assert (world.open_rejections(), world.event_of(uuid).fields.name) == (set(), "Forbudt koncert")


def test_accepted_edit_stays_and_is_not_open_until_staff_change_it_again(world: World) -> None:
    uuid, event = world.sell("Koncert")
    world.after_staff_edit(event.id, name="Personalets")
    assert drift(world) == {"solbjerg": 1}
    accept(world, uuid)
    assert drift(world) == {}
    for _ in range(2):
        assert (world.run().writes, drift(world), event.fields.name) == ([], {}, "Personalets")
    world.after_staff_edit(event.id, name="En anden")
    assert (drift(world), event.fields.name) == ({"solbjerg": 1}, "En anden")


def test_accepted_edit_gives_way_when_the_source_changes_as_any_other(world: World) -> None:
    uuid, event = world.sell("Koncert")
    world.after_staff_edit(event.id, name="Personalets")
    accept(world, uuid)
    world.after_edit(uuid, title="Redaktørens")
    assert event.fields.name == "Redaktørens"
    world.after_staff_edit(event.id, name="Personalets")
    assert drift(world) == {"solbjerg": 1}


def test_edit_is_overwritten_by_a_resync_of_its_event_and_no_other_is(world: World) -> None:
    (uuid, event), (_, other) = world.sell("Koncert"), world.sell("Foredrag")
    for one in (event, other):
        world.after_staff_edit(one.id, name="Personalets")
    world.run(by_hand=True, mode=Mode.RESYNC, events=frozenset({uuid}))
    assert (event.fields.name, other.fields.name, drift(world)) == ("Koncert", "Personalets", {"solbjerg": 1})


def test_plan_remembers_what_it_was_for(world: World) -> None:
    uuid = world.publish("Koncert")
    of_one, of_all = world.run(Mode.PLAN, events={uuid}), world.run(Mode.PLAN)
    with world.engine.connect() as connection:
        plans = [made_plan(connection, run.run_id, ["solbjerg", "nordvig"]) for run in (of_one, of_all)]
        assert made_plan(connection, of_one.run_id, ["nordvig"]) is None
    assert [(plan.libraries, plan.events) for plan in plans if plan] == [(("solbjerg",), (uuid,)), (("solbjerg",), ())]
