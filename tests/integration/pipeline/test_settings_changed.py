"""What becomes of linked and sold events when somebody changes libraries.yaml between two runs."""

from __future__ import annotations

from typing import Any

import pytest

from include.models import Mode
from include.sandbox.place2book_records import Event
from include.settings import Library
from tests.integration.pipeline.harness import DAY, HOUR, Happened, World
from tests.integration.pipeline.venue import EACH_SOURCE, LINKS, VENUE, in_yesplan

pytestmark = pytest.mark.slow

PLACE2BOOK = "place2book"


def names(world: World) -> list[str]:
    """Return the names of all events that stand in Place2book."""
    return sorted(event.fields.name for event in world.sandbox.place2book.events)


def programme(world: World, count: int = 5, **fields: Any) -> list[str]:
    """Publish some events of different titles and starts, the same ones wherever it is called."""
    start = (world.now() + 10 * DAY).replace(minute=0, second=0, microsecond=0)
    return [world.add(f"Koncert {number}", start=start + number * HOUR, **fields) for number in range(count)]


def in_place2book(happened: Happened) -> list[str]:
    """Return the methods of the requests that were meant to change something in Place2book."""
    return sorted(method for server, method in happened.writes if server == PLACE2BOOK)


@pytest.mark.parametrize("first", ["dpl_cms", "yesplan"])
def test_library_that_gets_another_source_keeps_what_is_sold_and_sells_nothing_twice(
    website: World, first: str
) -> None:
    world, of_website = website, website.libraries["solbjerg"]
    sources = {"dpl_cms": of_website, "yesplan": in_yesplan(of_website)}
    second = next(kind for kind in sources if kind != first)
    world.libraries["solbjerg"] = sources[first]
    before = [world.event_of(uuid) for uuid in published(world)]
    world.sandbox.place2book.buy(before[0].id)
    world.libraries["solbjerg"] = sources[second]
    uuids = programme(world)
    late = world.add("Koncert 9")
    assert world.run().raised == {}
    assert [world.event_of(uuid) for uuid in uuids] == before
    assert names(world) == [*(f"Koncert {number}" for number in range(5)), "Koncert 9"]
    assert all(world.answers(world.link_shown(uuid)) for uuid in [*uuids, late])
    assert (world.run().writes, world.open_rejections()) == ([], set())


def published(world: World) -> list[str]:
    """Publish the programme and run once."""
    uuids = programme(world)
    assert world.run().raised == {}
    return uuids


def venue_with(world: World, **custom_data: object) -> None:
    """Give the library the theatre's Yesplan as its source, with these keywords."""
    world.libraries["solbjerg"] = in_yesplan(world.libraries["solbjerg"], **custom_data)


def sold_at(event: Event) -> dict[str, tuple[int, bool]]:
    """Return value and whether the sale goes on of each price, by name."""
    return {
        price.fields.name: (price.fields.value, price.fields.sale_end_at is None) for price in event.prices.values()
    }


@pytest.mark.parametrize(
    ("prices", "expected", "methods"),
    [
        pytest.param(
            {"Billet": "price_adult", "Barn": "price_child"},
            {"Billet": (10000, True), "Barn": (5000, True)},
            ["PUT"],
            id="renamed",
        ),
        pytest.param(
            {"Voksen": "price_new", "Barn": "price_child"},
            {"Voksen": (10000, True), "Barn": (5000, True)},
            [],
            id="in-another-field",
        ),
        pytest.param(
            {"Billet": "price_new", "Barn": "price_child"},
            {"Voksen": (10000, False), "Billet": (10000, True), "Barn": (5000, True)},
            ["POST", "PUT"],
            id="another-one",
        ),
        pytest.param({"Voksen": "price_adult"}, {"Voksen": (10000, True)}, ["DELETE"], id="removed"),
        pytest.param(
            {"Barn": "price_child"}, {"Voksen": (10000, False), "Barn": (5000, True)}, ["PUT"], id="removed-though-sold"
        ),
        pytest.param(
            {"Voksen": "price_adult", "Barn": "price_child", "Studerende": "price_child"},
            {"Voksen": (10000, True), "Barn": (5000, True), "Studerende": (5000, True)},
            ["POST"],
            id="a-third-of-the-same-field",
        ),
    ],
)
def test_price_of_a_venue_is_known_by_its_field_and_its_name_when_the_settings_change(
    website: World, prices: dict[str, str], expected: dict[str, tuple[int, bool]], methods: list[str]
) -> None:
    world, told = website, {"Voksen": "price_adult", "Barn": "price_child"}
    venue_with(world, prices=told)
    categories = [{"title": title, "price": {"value": value}} for title, value in (("Voksen", 100), ("Barn", 50))]
    uuid = world.add("Koncert", ticket_categories=categories)
    world.run()
    event = world.event_of(uuid)
    world.sandbox.place2book.buy(event.id)
    world.sandbox.yesplan[VENUE].edit(uuid, price_new="100")
    venue_with(world, prices=prices)
    assert (in_place2book(world.run()), sold_at(event), world.run().writes) == (methods, expected, [])
    venue_with(world, prices=told)
    assert world.run().raised == {}
    ours = {name: at for name, at in sold_at(event).items() if name in told}
    assert (ours, world.run().writes, world.open_rejections()) == (
        {"Voksen": (10000, True), "Barn": (5000, True)},
        [],
        set(),
    )


@pytest.fixture(params=EACH_SOURCE)
def source(request: pytest.FixtureRequest) -> str:
    """Name each kind of source in turn."""
    return str(request.param)


def shows_another_programme(world: World) -> tuple[list[str], list[str]]:
    """Publish and sell a programme, then show another one instead, as the wrong connection would."""
    ours = published(world)
    world.sandbox.place2book.buy(world.event_of(ours[0]).id)
    world.run()
    for uuid in ours:
        world.site.edit(uuid, published=False)
    return ours, [world.add(f"Fremmed {number}") for number in range(3)]


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.RESYNC])
def test_source_that_shows_none_of_the_linked_events_changes_nothing_until_it_shows_them_again(
    world: World, mode: Mode
) -> None:
    ours, foreign = shows_another_programme(world)
    before = names(world)
    for _ in range(3):
        happened = world.run(mode)
        assert (happened.raised, happened.writes, names(world)) == ({}, [], before)
        assert world.record(happened).removals_blocked == (
            "Listen indeholder intet af det, der er koblet (5 arrangementer), og ligner en anden kildes: intet er "
            "oprettet eller fjernet. / The list holds nothing of what is linked (5 events), and looks like another "
            "source's: nothing was created or removed."
        )
    for uuid in ours:
        world.site.edit(uuid, published=True)
    for uuid in foreign:
        world.site.remove(uuid)
    happened = world.run()
    assert (happened.writes, world.record(happened).removals_blocked) == ([], None)
    assert (world.open_rejections(), world.run().writes) == (set(), [])


def test_source_that_shows_none_of_the_linked_events_is_believed_when_somebody_says_so(world: World) -> None:
    shows_another_programme(world)
    plan = [(title, status) for title, kind, status in world.changes(world.run(Mode.PLAN)) if kind == "create"]
    assert sorted(plan) == [(f"Fremmed {number}", "held_back") for number in range(3)]
    for _ in range(2):
        world.run()
    assert world.run(by_hand=True, allow_mass_removal=True).raised == {}
    assert names(world) == ["Fremmed 0", "Fremmed 1", "Fremmed 2", "Koncert 0"]
    assert world.open_rejections() == {("Koncert 0", "removed_but_sold")}
    happened = world.run()
    assert (happened.writes, world.record(happened).removals_blocked) == ([], None)


def test_library_under_another_id_is_told_to_take_the_one_before(world: World) -> None:
    published(world)
    linked, before = world.ours(), world.libraries.pop("solbjerg")
    world.libraries["solbjerg_ny"] = before.model_copy(update={"id": "solbjerg_ny"})
    for mode in (Mode.PLAN, Mode.SYNC, Mode.RESYNC):
        happened = world.run(mode)
        assert {step: (type(error).__name__, str(error)) for step, error in happened.raised.items()} == {
            "load": (
                "SettingsProblem",
                "Library 'solbjerg_ny' shows 5 of the events that are linked for 'solbjerg', which seems to be the id "
                "that it had before. What is sold is known by the id: give it the one before in libraries.yaml, and "
                "change its name only.",
            )
        }
        assert (happened.writes, world.ours("solbjerg_ny")) == ([], {})
    world.libraries = {"solbjerg": before.model_copy(update={"name": "Solbjergs nye bibliotek"})}
    happened = world.run()
    assert (happened.raised, happened.writes, world.ours().keys()) == ({}, [], linked.keys())


def test_event_that_another_library_has_linked_for_an_event_maker_that_is_ours_now_is_not_ours(website: World) -> None:
    world = website
    theirs = world.event_of(published(world)[0])
    shown = {"url": f"{world.sandbox.place2book_url}/da/sw2/sales/{theirs.seccode}", "admin_url": None}
    gone = world.libraries.pop("solbjerg").model_dump(mode="json")
    source = {"type": "dpl_cms", "conn_id": "cms_nordvig", "price_unit": "kroner"}
    world.libraries["nordvig"] = Library.model_validate({**gone, "id": "nordvig", "source": source})
    site = world.sandbox.cms["nordvig"]
    category = {"title": "Voksen", "price": {"currency": "DKK", "value": 100}}
    told = {"ticket_manager_relevance": True, "ticket_categories": [category], "ticket_capacity": 9}
    named = site.add(title="Andet", external_data=shown, **told)
    alike = site.add(title="Koncert 0", start=theirs.fields.begin_at, **told)
    happened = world.run()
    assert (happened.raised, list(world.ours("nordvig"))) == ({}, [alike])
    assert world.ours("nordvig")[alike].event_id != theirs.id
    assert (world.open_rejections(), named in world.ours("nordvig")) == ({("Andet", "unknown_sales_link")}, False)


def test_create_whose_answer_was_lost_is_found_at_the_event_maker_that_it_was_sent_to(world: World) -> None:
    uuid = world.add("Koncert")
    world.sandbox.faults.add(PLACE2BOOK, "drop_after", "POST", times=1)
    assert set(world.run().raised) == {"load"}
    world.configure(place2book={"event_maker": 5101})
    happened = world.run()
    assert (happened.raised, in_place2book(happened), world.event_of(uuid).event_maker) == ({}, [], 5000)
    assert (names(world), world.open_rejections()) == (["Koncert"], {("Koncert", "moved_event_maker")})


@pytest.mark.parametrize("field", ["sale_state", "admin_link", "sales_link"])
def test_keyword_that_is_named_instead_of_another_is_filled_once(
    website: World, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    world = website
    venue_with(world)
    uuid = world.add("Koncert")
    world.run()
    venue = world.sandbox.yesplan[VENUE]
    shown = venue.get(uuid).custom[LINKS[field]]
    monkeypatch.setattr(venue, "writable", venue.writable | {"web_page"})
    venue_with(world, **{field: "web_page"})
    assert (world.run().counted, venue.get(uuid).custom["web_page"]) == ({world.written_back: 1}, shown)
    assert world.run().writes == []


def test_word_of_the_staffs_under_another_keyword_stays_until_the_sale_changes(
    website: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = website
    venue_with(world)
    uuid = world.add("Koncert", capacity=1)
    world.run()
    venue = world.sandbox.yesplan[VENUE]
    monkeypatch.setattr(venue, "writable", venue.writable | {"web_page"})
    venue.edit(uuid, web_page="Ring til os")
    venue_with(world, sale_state="web_page")
    assert (world.run().writes, venue.get(uuid).custom["web_page"]) == ([], "Ring til os")
    world.sandbox.place2book.buy(world.event_of(uuid).id)
    world.run()
    assert (venue.get(uuid).custom["web_page"], world.run().writes) == ("Udsolgt", [])
