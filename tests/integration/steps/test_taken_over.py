"""A task loses the library's lock in the middle of its work, and another one takes the library over."""

import pytest

from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import Retriable
from billetbro.models import CurrentEvent, OnCreate, TicketEvent
from billetbro.steps.request import RunRequest
from billetbro.store.in_doubt import close_leftovers
from tests.integration.steps.harness import World
from tests.integration.steps.programme import names

pytestmark = pytest.mark.slow


def taken_over_while_creating(world: World, *, before: bool) -> type[Place2bookClient]:
    """Return a client during whose first create another task begins, before or after the request is carried out."""

    def take_over() -> None:
        with world.engine.begin() as connection:
            close_leftovers(connection, "solbjerg", world.now())

    class TakenOver(Place2bookClient):
        def create_event(self, event_maker: int, desired: TicketEvent, on_create: OnCreate) -> CurrentEvent:
            if before:
                take_over()
            created = super().create_event(event_maker, desired, on_create)
            take_over()
            return created

    return TakenOver


def test_library_taken_over_in_the_middle_gets_nothing_more_from_the_first_task(world: World) -> None:
    for number in range(12):
        world.add(f"Koncert {number:02}")
    world.place2book_client = taken_over_while_creating(world, before=False)
    run = world.run(only=["extract", "transform", "load"])
    assert isinstance(run.raised["load"], Retriable)
    assert (len(names(world)) <= 4, world.ours()) == (True, {})
    assert {status for _, _, status in world.changes()} == {"failed"}
    world.place2book_client = Place2bookClient
    assert (world.run().raised, names(world)) == ({}, [f"Koncert {number:02}" for number in range(12)])
    assert world.run().writes == []


def test_create_of_a_task_that_lost_its_library_is_found_again(world: World) -> None:
    uuid = world.add("Koncert")
    world.place2book_client = taken_over_while_creating(world, before=True)
    world.run(only=["extract", "transform", "load"])
    unknown = world.rows("SELECT status, outcome_unknown FROM sync.changes")
    assert (unknown, world.ours()) == ([{"status": "failed", "outcome_unknown": True}], {})
    world.place2book_client = Place2bookClient
    assert (world.run().raised, names(world), list(world.ours())) == ({}, ["Koncert"], [uuid])


def test_run_that_is_started_over_does_not_go_on_with_what_it_read_the_time_before(world: World) -> None:
    uuid = world.add("Koncert")
    world.add("Foredrag")
    first = world.run()
    world.site.remove(uuid)
    world.run()
    world.sandbox.faults.add("cms:solbjerg", "status", "GET")
    again = world.carry_out(RunRequest(run_id=first.run_id))
    assert (set(again.raised), again.idle) == ({"extract"}, {"transform", "load", "writeback"})
    assert (names(world), world.ours()[uuid].absences) == (["Foredrag", "Koncert"], 1)
