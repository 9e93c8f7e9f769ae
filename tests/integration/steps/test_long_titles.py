"""A title of megabytes, which some mistake of a source's or a server's made, is neither sent nor stored."""

from billetbro.api.schema_types import LONGEST_LINE
from tests.integration.steps.harness import World

ENDLESS = "Koncert " + "lang " * 20 * LONGEST_LINE


def test_title_without_end_is_rejected_and_keeps_nothing_else_from_sale(world: World) -> None:
    uuid, other = world.add(ENDLESS), world.add("Foredrag")
    run = world.run()
    assert (run.raised, {code for _, code in world.open_rejections()}) == ({}, {"unreadable"})
    assert [event.fields.name for event in world.sandbox.place2book.events] == ["Foredrag"]
    assert len(world.everything()) < 2 * len(ENDLESS)
    assert world.answers(world.link_shown(other))
    world.site.edit(uuid, title="Koncert")
    assert (world.run().raised, world.open_rejections()) == ({}, set())
    assert {event.fields.name for event in world.sandbox.place2book.events} == {"Foredrag", "Koncert"}


def test_title_that_becomes_endless_leaves_the_event_as_it_is(world: World) -> None:
    uuid, event = world.sell(beside="Foredrag")
    run = world.after_edit(uuid, title=ENDLESS)
    assert (run.raised, run.writes, event.fields.name) == ({}, [], "Koncert")
    assert {code for _, code in world.open_rejections()} == {"unreadable"}


def test_category_without_end_is_rejected(world: World) -> None:
    category = {"uuid": "1", "title": ENDLESS, "price": {"currency": "DKK", "value": 75}}
    world.add(ticket_categories=[category])
    run = world.run()
    assert (run.raised, run.writes, {code for _, code in world.open_rejections()}) == ({}, [], {"unreadable"})


def test_name_without_end_in_place2book_is_stored_cut(world: World) -> None:
    _, event = world.sell(beside="Foredrag")
    run = world.after_staff_edit(event.id, name=ENDLESS)
    assert (run.raised, run.writes) == ({}, [])
    assert len(world.everything()) < 10 * LONGEST_LINE
    assert "Koncert lang" in world.everything()
