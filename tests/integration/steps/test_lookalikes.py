"""Events that look like one of ours, though we did not begin to create them: never joined by a second one unasked."""

from collections.abc import Iterator
from typing import Any

import pytest

from billetbro.models import LookalikeChoice, Mode
from billetbro.store.database import connect
from billetbro.store.lookalikes import Said, choose, read_undecided
from demo.environment import make_live
from sandbox.place2book_records import Event
from sandbox.place2book_rules import read_event, read_price
from tests.cases import cases
from tests.integration.steps.harness import DAY, World

pytestmark = pytest.mark.slow

ADDRESS = {"name": "Salen", "address1": "Torvet 1", "postal_code": "2735", "city": "Solbjerg", "country": "DK"}
ALIKE = {("Koncert", "looks_like_existing")}


def by_hand(world: World, **fields: Any) -> Event:
    """Let somebody create an event in Place2book with the name and start of a source event to come."""
    start = (world.now() + 10 * DAY).replace(microsecond=0, second=0, minute=0)
    body = {
        "name": "Koncert",
        "begin_at": start.isoformat(),
        "end_at": (start + DAY / 12).isoformat(),
        "capacity": 80,
        "address": {**ADDRESS, "phone": ""},
        "sale_close_at": start.isoformat(),
        "bank_account_id": 7,
    }
    price = read_price({"name": "Voksen", "value": 25000, "maximum_count": 4})
    return world.sandbox.place2book.create(5000, read_event(body | fields), [price], None)


def planned_like(world: World, event: Event, title: str = "Koncert", **fields: Any) -> str:
    start, end = event.fields.begin_at, event.fields.end_at
    return world.add(title, start=start, end=end, **fields)


def say(world: World, uuid: str, choice: LookalikeChoice) -> None:
    with world.engine.begin() as connection:
        assert choose(connection, "solbjerg", uuid, Said(choice=choice, by="vagt", at=world.now())) == 1


@pytest.fixture
def alike(world: World) -> tuple[str, Event]:
    """Give a source event, and the event in Place2book that looks like it, after a run."""
    event = by_hand(world)
    uuid = planned_like(world, event)
    happened = world.run()
    assert (happened.raised, happened.writes, world.sandbox.place2book.events) == ({}, [], [event])
    return uuid, event


def test_event_that_looks_like_one_is_not_joined_by_a_second_and_told(world: World, alike: tuple[str, Event]) -> None:
    assert world.open_rejections() == ALIKE
    [row] = world.rows("SELECT found FROM sync.rejections")
    assert row["found"].endswith(f"/da/sw2/sales/{alike[1].seccode}")
    for _ in range(2):
        assert (world.run().writes, world.open_rejections()) == ([], ALIKE)


def test_event_that_a_person_adopts_is_taken_as_it_is(world: World, alike: tuple[str, Event]) -> None:
    uuid, event = alike
    before = event.fields.as_json()
    say(world, uuid, LookalikeChoice.ADOPT)
    happened = world.run()
    assert (happened.raised, happened.counted) == ({}, {("cms:solbjerg", "PATCH"): 1})
    assert (world.ours()[uuid].event_id, event.fields.as_json(), world.open_rejections()) == (event.id, before, set())
    assert world.sandbox.place2book.events == [event]
    [change] = world.rows("SELECT kind, why FROM sync.changes WHERE kind = 'adopt'")
    assert change["why"] == "chosen_by_person"
    assert (world.run().writes, world.after_edit(uuid, ticket_capacity=60).raised) == ([], {})
    assert event.fields.capacity == 60


def test_event_that_a_person_calls_another_is_joined_by_one_of_ours(world: World, alike: tuple[str, Event]) -> None:
    uuid, event = alike
    say(world, uuid, LookalikeChoice.ANOTHER)
    happened = world.run()
    assert (happened.raised, world.open_rejections()) == ({}, set())
    assert (len(world.sandbox.place2book.events), world.event_of(uuid) is event) == (2, False)
    assert world.run().writes == []


def test_event_that_is_gone_again_keeps_nothing_waiting(world: World, alike: tuple[str, Event]) -> None:
    uuid, event = alike
    world.sandbox.place2book.delete(event.id)
    world.run()
    assert (world.open_rejections(), world.answers(world.link_shown(uuid))) == (set(), True)
    assert world.rows("SELECT * FROM sync.lookalikes") == []


def test_event_whose_sales_link_the_editor_enters_is_adopted(world: World, alike: tuple[str, Event]) -> None:
    uuid, event = alike
    link = f"https://www.place2book.com/da/sw2/sales/{event.seccode}"
    world.after_edit(uuid, external_data={"url": link, "admin_url": None})
    assert (world.ours()[uuid].event_id, world.open_rejections()) == (event.id, set())


def test_second_event_that_looks_the_same_is_asked_about_too(world: World, alike: tuple[str, Event]) -> None:
    uuid, _ = alike
    say(world, uuid, LookalikeChoice.ANOTHER)
    other = by_hand(world)
    assert (world.run().writes, world.open_rejections()) == ([], ALIKE)
    with world.engine.connect() as connection:
        assert [one.event_id for one in read_undecided(connection, "solbjerg", uuid)] == [other.id]


def test_two_source_events_that_look_alike_are_not_both_adopted(world: World, alike: tuple[str, Event]) -> None:
    uuid, event = alike
    second = planned_like(world, event)
    assert world.run().writes == []
    say(world, uuid, LookalikeChoice.ADOPT)
    world.run()
    assert (world.event_of(uuid), world.event_of(second) is event) == (event, False)
    assert len(world.sandbox.place2book.events) == 2


def test_plan_tells_of_what_looks_alike_and_creates_nothing(world: World) -> None:
    planned_like(world, by_hand(world))
    happened = world.run(Mode.PLAN)
    assert (happened.raised, world.changes(happened)) == ({}, [])
    [row] = world.rows("SELECT planned_rejections FROM sync.runs")
    assert [one["code"] for one in row["planned_rejections"]] == ["looks_like_existing"]


@cases(
    "fields",
    ("of another start", {"begin_at": "2049-01-01T19:00:00+01:00", "end_at": "2049-01-01T21:00:00+01:00"}),
    ("of another name", {"name": "Koncert for børn"}),
)
def test_event_that_does_not_look_alike_keeps_nothing_waiting(world: World, fields: dict[str, str]) -> None:
    like = by_hand(world)
    other = by_hand(world, **fields)
    world.sandbox.place2book.delete(like.id)
    uuid = planned_like(world, like)
    assert (world.run().raised, world.open_rejections()) == ({}, set())
    assert world.event_of(uuid) is not other


def test_event_renamed_that_names_the_page_is_recognised(world: World) -> None:
    mark = '<p><a href="https://www.solbjerg.example/arrangementer/koncert">Læs mere</a></p>'
    event = by_hand(world, name="Udsolgt? Koncert", description_long=mark)
    planned_like(world, event, url="https://www.solbjerg.example/arrangementer/koncert")
    assert (world.run().writes, world.open_rejections()) == ([], ALIKE)


def test_resync_does_not_create_again_what_staff_made_anew(world: World) -> None:
    uuid, event = world.sell("Koncert")
    staffs = by_hand(world, begin_at=event.fields.begin_at.isoformat(), end_at=event.fields.end_at.isoformat())
    world.sandbox.place2book.delete(event.id)
    world.run()
    world.run(Mode.RESYNC)
    assert (world.open_rejections(), world.sandbox.place2book.events) == (ALIKE, [staffs])
    say(world, uuid, LookalikeChoice.ADOPT)
    world.run()
    assert (world.ours()[uuid].event_id, world.open_rejections()) == (staffs.id, set())


@pytest.fixture
def other(world: World, migrated_database_url: str) -> Iterator[World]:
    """Give a second installation, live too, for the same website and the same event maker."""
    engine = connect(migrated_database_url)
    make_live(engine, ["solbjerg"])
    yield World(world.sandbox, engine, world.libraries)
    engine.dispose()
    # What it sent stands in its own tables, not in those of the first.
    world.sandbox.log.clear()


def test_second_installation_waits_while_the_first_has_not_shown_its_link_yet(world: World, other: World) -> None:
    uuid = world.add("Koncert")
    world.run(only=["extract", "transform", "load"])
    assert (other.run().writes, other.open_rejections()) == ([], ALIKE)
    world.run()
    assert len(world.sandbox.place2book.events) == 1
    assert world.answers(world.link_shown(uuid))


@pytest.fixture
def both(world: World, other: World) -> tuple[str, dict[str, str]]:
    """Let two installations create the same event in the same moment; give the link of each."""
    uuid = world.add("Koncert")
    create = other.place2book_client

    class Slow(create):  # type: ignore[misc, valid-type]
        """A client that is so slow that the other installation is done first."""

        def create_event(self, *of: Any) -> Any:
            assert world.run().raised == {}
            return super().create_event(*of)

    other.place2book_client = Slow
    assert other.run().raised == {}
    other.place2book_client = create
    return uuid, {"first": world.ours()[uuid].sales_location, "second": other.ours()[uuid].sales_location}


def test_two_live_installations_do_not_take_turns_and_both_tell(
    world: World, other: World, both: tuple[str, dict[str, str]]
) -> None:
    uuid, links = both
    assert (len(set(links.values())), world.link_shown(uuid)) == (2, links["second"])
    for _ in range(2):
        assert ([world.run().writes, other.run().writes], world.link_shown(uuid)) == ([[], []], links["second"])
    page = ("Koncert", "same_source_page")
    assert (world.open_rejections(), other.open_rejections()) == ({("Koncert", "link_replaced"), page}, {page})


def test_person_who_deletes_one_of_the_two_ends_it(
    world: World, other: World, both: tuple[str, dict[str, str]]
) -> None:
    uuid, links = both
    world.sandbox.place2book.delete(world.ours()[uuid].event_id)
    for one in (world, other, world, other):
        one.run()
    assert (world.link_shown(uuid), other.open_rejections()) == (links["second"], set())
    assert world.answers(world.link_shown(uuid))


def test_what_a_person_called_another_is_not_told_again(
    world: World, other: World, both: tuple[str, dict[str, str]]
) -> None:
    other.run()
    say(other, both[0], LookalikeChoice.ANOTHER)
    for _ in range(2):
        assert (other.run(by_hand=True).writes, other.open_rejections()) == ([], set())
