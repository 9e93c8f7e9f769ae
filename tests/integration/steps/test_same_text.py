"""What nobody can see is no difference: not to an editor's text, not to staff's, not to what was applied before."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from tests.integration.steps.harness import DAY, World

pytestmark = pytest.mark.thorough

TITLE = "Café på Åen"
TYPED = "Ca\u00adfe\u0301 på\u200b  A\u030aen\ufeff"
PRICE = {"currency": "DKK", "value": 100}
SHOWN: dict[str, Any] = {
    "description": f"Kom til {TITLE}",
    "body": f"<p>Kom til {TITLE}</p>",
    "ticket_categories": [{"title": TITLE, "price": PRICE}, {"title": "Barn", "price": PRICE}],
}
RETYPED: dict[str, Any] = {
    "title": TYPED,
    "description": f"Kom til {TYPED}",
    "body": f'<p lang="DA">Kom til {TYPED}</p>',
    "ticket_categories": [{"title": TYPED, "price": PRICE}, {"title": "Ba\u00adrn", "price": PRICE}],
}


def test_edit_that_nobody_can_see_is_silent(world: World) -> None:
    uuid = world.publish(TITLE, **SHOWN)
    before = world.event_of(uuid).fields.as_json()
    happened = world.after_edit(uuid, **RETYPED)
    assert (happened.raised, happened.writes, world.changes(happened)) == ({}, [], [])
    assert world.event_of(uuid).fields.as_json() == before


def test_staff_edit_that_nobody_can_see_is_silent(world: World) -> None:
    _, event = world.sell(TITLE, **SHOWN)
    world.sandbox.place2book.staff_edit(event.id, name=TYPED, description_short=f"Kom til {TYPED}")
    world.sandbox.place2book.staff_edit_price(event.id, next(iter(event.prices)), name=TYPED)
    happened = world.run()
    assert (happened.raised, happened.writes, world.changes(happened)) == ({}, [], [])


def test_texts_that_a_version_before_applied_as_they_were_typed_are_no_difference(world: World) -> None:
    """Put the database and Place2book as a version left them that sent and remembered what was typed."""
    _, event = world.sell(**RETYPED)
    body = str(event.fields.as_json()["description_long"])
    applied = {
        "name": TYPED,
        "description_short": f"Kom til {TYPED}",
        "description_long": body.replace("<p>K", '<p lang="DA">K'),
    }
    world.sandbox.place2book.staff_edit(event.id, **applied)
    world.sandbox.place2book.staff_edit_price(event.id, next(iter(event.prices)), name=TYPED)
    with world.engine.begin() as connection:
        renamed = {f"title:{TYPED}": {"price_id": next(iter(event.prices)), "name": TYPED, "value_ore": 10000}}
        connection.execute(
            text(
                "UPDATE sync.links SET title = :title, applied = applied || CAST(:applied AS jsonb),"
                " echo = echo || CAST(:applied AS jsonb),"
                " prices = (prices - CAST(:key AS text)) || CAST(:renamed AS jsonb)"
            ),
            {"title": TYPED, "applied": json.dumps(applied), "key": f"title:{TITLE}", "renamed": json.dumps(renamed)},
        )
    first, second = world.run(), world.run()
    assert ([first.raised, second.raised], first.writes + second.writes) == ([{}, {}], [])
    assert [kind for _, kind, _ in world.changes(first)] in ([], ["record"])
    assert (world.changes(second), len(event.prices)) == ([], 2)


def test_series_made_anew_with_a_title_retyped_moves_its_events(world: World) -> None:
    start = world.now().replace(microsecond=0) + 5 * DAY
    uuids = [world.add(TITLE, series="s1", start=start + week * 7 * DAY) for week in range(2)]
    world.run()
    before = {world.event_of(uuid).id for uuid in uuids}
    for uuid in uuids:
        world.site.edit(uuid, title=TYPED)
    world.site.redate_series("s1", [start + DAY, start + 8 * DAY])
    happened = world.run()
    assert (happened.raised, {event.id for event in world.sandbox.place2book.events}) == ({}, before)
    assert ("place2book", "POST") not in happened.writes


@pytest.mark.parametrize("name", [TYPED, TITLE])
def test_lost_create_is_found_by_a_name_of_another_form(world: World, name: str) -> None:
    world.add(TYPED)
    world.after_fault("place2book", "drop_after", "POST", times=1)
    (event,) = world.sandbox.place2book.events
    happened = world.after_staff_edit(event.id, name=name)
    assert (happened.raised, len(world.sandbox.place2book.events)) == ({}, 1)
    assert [link.event_id for link in world.ours().values()] == [event.id]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("Mad&vin", "Mad&vin"),
        ("Ida <ida@lib.example>", "Ida <ida@lib.example>"),
        ("a&lt;b, A&amp;amp;B", "a<b, A&amp;B"),
        ("&lt;em&gt;Nyt", "<em>Nyt"),
        ("Den <em>store</em> dag", "Den store dag"),
    ],
)
def test_plain_text_arrives_as_it_was_typed(world: World, typed: str, sent: str) -> None:
    uuid = world.publish(typed, description=typed)
    fields = world.event_of(uuid).fields
    assert (fields.name, fields.description_short) == (sent, sent)
