"""One uuid stands twice in the list, with different content: that event is left as it is, and the others go on."""

import pytest

from billetbro.models import Mode
from billetbro.steps.report import make_report
from tests.integration.steps.harness import World
from tests.integration.steps.venue import each_source

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

source = each_source


def rejected(world: World) -> list[tuple[str, str, str]]:
    query = "SELECT uuid, code, found FROM sync.rejections WHERE resolved_at IS NULL ORDER BY uuid"
    return [(row["uuid"], row["code"], row["found"]) for row in world.rows(query)]


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.RESYNC])
def test_event_listed_twice_differently_is_left_as_it_is_until_it_is_listed_once(world: World, mode: Mode) -> None:
    linked, other = world.add("Koncert"), world.add("Foredrag")
    world.run()
    before, link = world.event_of(linked).fields.as_json(), world.link_shown(linked)
    new = world.add("Film")
    world.site.edit(linked, state="Cancelled")
    world.site.edit(other, title="Foredraget")
    world.site.list_twice(linked, title="Concert")
    world.site.list_twice(new, title="Movie")
    first, second, third = world.run(mode), world.run(mode), world.run(mode)
    assert (first.raised, first.counted) == ({}, {("place2book", "PUT"): 1})
    assert (second.writes, third.writes) == ([], [])
    assert rejected(world) == sorted(
        [(linked, "uuid_twice", '"Concert" / "Koncert"'), (new, "uuid_twice", '"Film" / "Movie"')]
    )
    assert (world.event_of(linked).fields.as_json(), world.link_shown(linked)) == (before, link)
    assert (world.ours()[linked].absences, new in world.ours()) == (0, False)
    world.site.edit(linked, state="Active")
    world.site.list_once()
    assert world.run().counted == {("place2book", "POST"): 1, world.written_back: 1}
    assert (rejected(world), world.event_of(new).fields.name) == ([], "Film")
    assert world.run().writes == []


def test_event_listed_twice_differently_keeps_its_link_though_staff_deleted_it(world: World) -> None:
    uuid = world.publish("Koncert", beside="Foredrag")
    link = world.link_shown(uuid)
    world.sandbox.place2book.delete(world.event_of(uuid).id)
    world.site.list_twice(uuid, title="Concert")
    assert (world.run().writes, world.run().writes, world.link_shown(uuid)) == ([], [], link)
    world.site.list_once()
    assert (world.run().writes, world.link_shown(uuid)) == ([world.written_back], None)


def test_event_listed_twice_alike_is_one(world: World) -> None:
    uuid = world.add("Koncert")
    world.site.list_twice(uuid, title="Koncert")
    assert world.run().counted == {("place2book", "POST"): 1, world.written_back: 1}
    assert (world.run().writes, rejected(world)) == ([], [])


def test_run_that_sees_an_event_twice_says_both_titles_to_staff(world: World) -> None:
    world.site.list_twice(world.add("Koncert"), title="Concert")
    text = make_report(world.engine, world.run().run_id, world.say).text
    assert 'Titler: "Concert" / "Koncert".' in text
