"""A link of ours that was replaced by that of another event: told, left alone, and decided by a person."""

from collections.abc import Callable

import pytest

from billetbro.messages.catalogue import Translator
from billetbro.models import Mode
from billetbro.reconcile.reasons import rejection_message
from sandbox.place2book_records import Event
from tests.cases import cases
from tests.integration.steps.harness import DAY, HOUR, World
from tests.integration.steps.test_stories_links import by_hand, linked_to
from tests.integration.steps.test_ticket_status import look

pytestmark = pytest.mark.slow

REPLACED = {("Koncert", "link_replaced")}


def sales_link(event: Event) -> str:
    return f"https://www.place2book.com/da/sw2/sales/{event.seccode}"


@pytest.fixture
def replaced(world: World) -> tuple[str, str]:
    """Give an event on sale whose link somebody replaced by that of an event we do not know, and that link."""
    uuid = world.publish("Koncert", start=world.now() + 5 * DAY)
    link = sales_link(by_hand(world, name="Koncert, den anden").event)
    world.site.edit(uuid, **linked_to(link))
    return uuid, link


def test_link_that_was_replaced_is_told_with_both_links_and_left_alone(world: World, replaced: tuple[str, str]) -> None:
    uuid, link = replaced
    for _ in range(3):
        happened = world.run()
        assert (happened.raised, happened.writes, world.link_shown(uuid)) == ({}, [], link)
        assert world.open_rejections() == REPLACED
    [row] = world.rows("SELECT found FROM sync.rejections")
    assert row["found"] == f"{link}, {world.ours()[uuid].sales_location}"


def test_event_whose_link_was_replaced_is_updated_in_place2book_all_the_same(
    world: World, replaced: tuple[str, str]
) -> None:
    happened = world.after_edit(replaced[0], title="Koncert", ticket_capacity=77)
    assert (happened.writes, world.event_of(replaced[0]).fields.capacity) == ([("place2book", "PUT")], 77)


def test_no_state_is_written_to_an_event_whose_link_was_replaced(world: World, replaced: tuple[str, str]) -> None:
    uuid, state = replaced[0], world.state_shown(replaced[0])
    world.after_staff_edit(world.event_of(uuid).id, sale_close_at=(world.now() + HOUR).isoformat())
    assert (world.run().writes, world.state_shown(uuid)) == ([], state)
    world.ahead = HOUR + DAY / 1000
    assert [one for one in look(world).requests if one[1] not in ("GET", "HEAD")] == []
    assert (world.state_shown(uuid), world.open_rejections()) == (state, REPLACED)


def test_plan_foresees_no_write_to_an_event_whose_link_was_replaced(world: World, replaced: tuple[str, str]) -> None:
    assert world.changes(world.run(Mode.PLAN)) == []


def overwrite(world: World, uuid: str) -> None:
    world.run(Mode.RESYNC, events=[uuid], by_hand=True)


def empty_the_field(world: World, uuid: str) -> None:
    world.site.edit(uuid, external_data=None)
    world.run()


def delete_the_other(world: World, uuid: str) -> None:
    kept = world.event_of(uuid)
    for event in list(world.sandbox.place2book.events):
        if event is not kept:
            world.sandbox.place2book.delete(event.id)
    world.run()


@cases(
    "decide", ("overwritten", overwrite), ("field emptied", empty_the_field), ("the other deleted", delete_the_other)
)
def test_link_that_was_replaced_is_ours_again_once_it_is_decided(
    world: World, replaced: tuple[str, str], decide: Callable[[World, str], None]
) -> None:
    uuid, _ = replaced
    assert world.run().writes == []
    decide(world, uuid)
    assert (world.link_shown(uuid), world.open_rejections()) == (world.ours()[uuid].sales_location, set())
    assert world.run().writes == []


def test_resync_of_the_whole_library_decides_nothing(world: World, replaced: tuple[str, str]) -> None:
    world.run(Mode.RESYNC)
    assert (world.link_shown(replaced[0]), world.open_rejections()) == (replaced[1], REPLACED)


def test_link_to_an_event_that_is_over_is_overwritten(world: World) -> None:
    uuid = world.publish("Koncert", start=world.now() + 5 * DAY)
    other = by_hand(world, name="Koncert, den anden").event
    past = {"begin_at": (world.now() - HOUR).isoformat(), "end_at": (world.now() - HOUR / 2).isoformat()}
    world.sandbox.place2book.staff_edit(other.id, **past)
    world.site.edit(uuid, **linked_to(sales_link(other)))
    world.run()
    assert (world.link_shown(uuid), world.open_rejections()) == (world.ours()[uuid].sales_location, set())


@cases(
    "language said",
    ("Danish", "da", "Vores salgslink i CMS er skiftet ud med linket til et andet af bibliotekets arrangementer"),
    ("English", "en", "Our sales link in the CMS was replaced by the link of another of the library's events"),
)
def test_replaced_link_is_told_in_both_languages(language: str, said: str) -> None:
    message = rejection_message("link_replaced", field="link", found="A, B")
    assert said in Translator(language, "dpl_cms").say(message)
