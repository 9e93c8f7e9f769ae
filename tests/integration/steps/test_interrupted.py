"""A process that dies at the worst moment, and two that want to work on the same library."""

import threading

import pytest
from sqlalchemy import text

from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import Retriable
from billetbro.models import CurrentEvent, CurrentPrice, OnCreate, TicketEvent, TicketStatus, Written
from billetbro.sources.dpl_cms.source import DplCmsSource
from billetbro.store.database import library_lock
from tests.integration.steps.harness import Died, World
from tests.integration.steps.programme import names

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


class DiesAfterCreating(Place2bookClient):
    """A client whose process dies when an event has been created, before anything is noted."""

    def create_event(self, event_maker: int, desired: TicketEvent, on_create: OnCreate) -> CurrentEvent:
        super().create_event(event_maker, desired, on_create)
        raise Died


class DiesBeforeCreating(Place2bookClient):
    """A client whose process dies when `applying` is stored, before the request leaves."""

    def create_event(self, event_maker: int, desired: TicketEvent, on_create: OnCreate) -> CurrentEvent:
        raise Died(event_maker, desired.name, on_create.mute)


class DiesAfterUpdating(Place2bookClient):
    """A client whose process dies when an event has been updated, before anything is noted."""

    def update_event(self, event_maker: int, event_id: int, fields: dict[str, Written]) -> CurrentEvent:  # type: ignore[override]
        super().update_event(event_maker, event_id, fields)
        raise Died


class DiesAfterDeleting(Place2bookClient):
    """A client whose process dies when an event has been deleted, before anything is noted."""

    def delete_event(self, event_maker: int, event_id: int) -> None:
        super().delete_event(event_maker, event_id)
        raise Died


class DiesAfterAddingAPrice(Place2bookClient):
    """A client whose process dies when a price has been added, before anything is noted."""

    def create_price(self, event_maker: int, event_id: int, *, name: str, value_ore: int) -> CurrentPrice:
        super().create_price(event_maker, event_id, name=name, value_ore=value_ore)
        raise Died


class DiesAfterWritingBack(DplCmsSource):
    """A source whose process dies when it has been written to, before anything is noted."""

    def write_back(self, uuid: str, status: TicketStatus) -> None:
        super().write_back(uuid, status)
        raise Died


def statuses(world: World) -> list[tuple[str, str]]:
    return [(kind, status) for _, kind, status in world.changes()]


def test_process_that_dies_after_a_create_has_not_created_twice(world: World) -> None:
    uuid = world.add("Koncert")
    world.place2book_client = DiesAfterCreating
    world.run(only=["extract", "transform", "load"])
    assert (statuses(world), world.ours()) == ([("create", "applying")], {})
    world.place2book_client = Place2bookClient
    run = world.run()
    assert (run.raised, names(world)) == ({}, ["Koncert"])
    assert world.answers(world.link_shown(uuid))
    assert statuses(world) == [("create", "applied"), ("write_back", "applied")]
    assert world.run().writes == []


def test_process_that_dies_before_a_create_creates_it_the_next_time(world: World) -> None:
    world.publish("Foredrag")
    before = len(statuses(world))
    world.add("Koncert")
    world.place2book_client = DiesBeforeCreating
    world.run(only=["extract", "transform", "load"])
    world.place2book_client = Place2bookClient
    run = world.run()
    assert (run.raised, names(world)) == ({}, ["Foredrag", "Koncert"])
    assert statuses(world)[before:] == [("create", "failed"), ("create", "applied"), ("write_back", "applied")]


def test_process_that_dies_among_many_creates_leaves_each_event_once(world: World) -> None:
    for number in range(9):
        world.add(f"Koncert {number}")
    world.place2book_client = DiesAfterCreating
    world.run(only=["extract", "transform", "load"])
    world.place2book_client = Place2bookClient
    assert (world.run().raised, names(world)) == ({}, [f"Koncert {number}" for number in range(9)])
    assert {status for _, status in statuses(world)} <= {"applied", "failed"}
    assert world.run().writes == []


def test_process_that_dies_after_an_update_does_not_update_again(world: World) -> None:
    uuid = world.publish("Koncert")
    world.site.edit(uuid, title="Stor koncert")
    world.place2book_client = DiesAfterUpdating
    world.run(only=["extract", "transform", "load"])
    world.place2book_client = Place2bookClient
    run = world.run()
    assert (run.raised, run.writes, names(world)) == ({}, [], ["Stor koncert"])
    assert statuses(world)[-1] == ("update", "applied")


def test_process_that_dies_after_a_delete_is_content_that_it_is_gone(world: World) -> None:
    uuid = world.publish("Koncert", beside="Foredrag")
    world.site.edit(uuid, state="Cancelled")
    world.place2book_client = DiesAfterDeleting
    world.run(only=["extract", "transform", "load"])
    world.place2book_client = Place2bookClient
    run = world.run()
    assert (run.raised, run.writes, names(world)) == ({}, [("cms:solbjerg", "PATCH")], ["Foredrag"])
    assert (world.ours()[uuid].status, world.open_rejections()) == ("deleted", set())


def test_process_that_dies_after_adding_a_price_does_not_add_it_again(world: World) -> None:
    adult = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}
    child = {"uuid": "c2", "title": "Barn", "price": {"currency": "DKK", "value": 40}}
    uuid = world.publish("Koncert", ticket_categories=[adult])
    world.site.edit(uuid, ticket_categories=[adult, child])
    world.place2book_client = DiesAfterAddingAPrice
    world.run(only=["extract", "transform", "load"])
    world.place2book_client = Place2bookClient
    run = world.run()
    assert (run.raised, run.writes) == ({}, [])
    assert [price.fields.name for price in world.event_of(uuid).prices.values()] == ["Voksen", "Barn"]


def test_process_that_dies_after_a_write_back_does_not_write_back_again(world: World) -> None:
    uuid = world.add("Koncert")
    world.source = DiesAfterWritingBack
    run = world.run(only=["extract", "transform", "load", "writeback"])
    assert isinstance(run.raised["writeback"], Died)
    world.source = DplCmsSource
    assert world.run().writes == []
    assert world.answers(world.link_shown(uuid))
    assert statuses(world) == [("create", "applied"), ("write_back", "failed")]


@pytest.mark.parametrize("step", ["extract", "transform", "load", "writeback", "export_purchases"])
def test_process_that_ends_after_any_step_is_followed_by_a_run_that_finishes_the_work(world: World, step: str) -> None:
    steps = ["extract", "transform", "load", "writeback", "export_purchases"]
    uuid = world.add("Koncert")
    world.run(only=steps[: steps.index(step)])
    assert (world.run().raised, names(world), world.answers(world.link_shown(uuid))) == ({}, ["Koncert"], True)
    assert world.run().writes == []


def test_leftovers_of_a_run_that_died_are_closed_in_words(world: World) -> None:
    world.publish("Koncert")
    insert = text(
        "INSERT INTO sync.changes (run_id, library, uuid, title, event_maker, kind, fields, why, status, planned_at) "
        "VALUES ('died', 'solbjerg', 'u', 'Koncert', 5000, 'update', '[]', 'because', :status, now())"
    )
    with world.engine.begin() as connection:
        connection.execute(insert, [{"status": "planned"}, {"status": "applying"}])
    world.run()
    query = "SELECT status, error, outcome_unknown FROM sync.changes WHERE run_id = 'died' ORDER BY id"
    assert world.rows(query) == [
        {"status": "failed", "error": {"key": "error.not_sent"}, "outcome_unknown": False},
        {"status": "failed", "error": {"key": "error.interrupted"}, "outcome_unknown": True},
    ]
    with world.engine.begin() as connection:
        connection.execute(text("DELETE FROM sync.changes WHERE run_id = 'died'"))


def test_library_that_another_process_works_on_is_waited_for(world: World) -> None:
    world.add("Koncert")
    with library_lock(world.engine, "solbjerg"):
        waiting = threading.Thread(target=world.run)
        waiting.start()
        waiting.join(timeout=0.7)
        still_waiting = waiting.is_alive()
        done_meanwhile = world.sandbox.log.entries
    waiting.join(timeout=120)
    assert (still_waiting, done_meanwhile, names(world)) == (True, [], ["Koncert"])


def test_library_that_another_process_works_on_for_too_long_is_tried_again_later(world: World) -> None:
    with (
        library_lock(world.engine, "solbjerg"),
        pytest.raises(Retriable) as raised,
        library_lock(world.engine, "solbjerg", wait_seconds=0.1),
    ):
        pass
    assert str(raised.value) == "Library 'solbjerg' is still being worked on by another task."


def test_library_lock_of_a_process_that_died_is_free(world: World) -> None:
    with pytest.raises(Died), library_lock(world.engine, "solbjerg"):
        raise Died
    with library_lock(world.engine, "solbjerg", wait_seconds=0), library_lock(world.engine, "nordvig", wait_seconds=0):
        held = world.rows(
            "SELECT count(*) AS locks FROM pg_locks WHERE locktype = 'advisory' AND database = :db", db=_database(world)
        )
    assert held == [{"locks": 2}]


def _database(world: World) -> object:
    return world.rows("SELECT oid FROM pg_database WHERE datname = current_database()")[0]["oid"]
