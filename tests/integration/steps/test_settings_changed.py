"""What becomes of linked and sold events when somebody changes libraries.yaml between two runs."""

import pytest

from billetbro.models import Mode
from billetbro.settings.libraries import Library
from tests.cases import cases
from tests.integration.steps.harness import DAY, PLACE2BOOK, World
from tests.integration.steps.programme import in_place2book, names, programme, published
from tests.integration.steps.venue import each_source, in_yesplan

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

source = each_source


@pytest.mark.parametrize("first", ["dpl_cms", "yesplan"])
def test_library_with_another_source_keeps_what_is_sold_and_sells_nothing_twice(website: World, first: str) -> None:
    world, of_website = website, website.libraries["solbjerg"]
    sources = {"dpl_cms": of_website, "yesplan": in_yesplan(of_website)}
    second = next(kind for kind in sources if kind != first)
    world.libraries["solbjerg"] = sources[first]
    before = [world.event_of(uuid) for uuid in published(world)]
    world.sandbox.place2book.buy(before[0].id)
    world.libraries["solbjerg"] = sources[second]
    uuids = programme(world)
    late = world.add("Koncert 9")
    assert (world.run().raised, [world.event_of(uuid) for uuid in uuids]) == ({}, before)
    assert names(world) == [*(f"Koncert {number}" for number in range(5)), "Koncert 9"]
    assert all(world.answers(world.link_shown(uuid)) for uuid in [*uuids, late])
    assert (world.run().writes, world.open_rejections()) == ([], set())


def test_source_that_shows_another_programme_removes_nothing_of_what_is_linked(world: World) -> None:
    ours = published(world)
    for uuid in ours:
        world.site.edit(uuid, published=False)
    world.add("Fremmed")
    before = names(world)
    for _ in range(3):
        happened = world.run()
        assert (happened.raised, [name for name in before if name not in names(world)]) == ({}, [])
    assert (world.record(happened).removals_blocked is None, "Fremmed" in names(world)) == (False, True)
    for uuid in ours:
        world.site.edit(uuid, published=True)
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
                "SettingsError",
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
    assert set(world.after_fault(PLACE2BOOK, "drop_after", "POST", times=1).raised) == {"load"}
    world.configure(place2book={"event_maker": 5101})
    happened = world.run()
    assert (happened.raised, in_place2book(happened), world.event_of(uuid).event_maker) == ({}, [], 5000)
    assert (names(world), world.open_rejections()) == (["Koncert"], {("Koncert", "moved_event_maker")})


@cases(
    "changed methods",
    ("phone", {"contact_phone": "+45 00 00 99 00"}, ["PUT", "PUT"]),
    (
        "address",
        {"fallback_address": {"name": "Nyt hus", "address1": "Vej 1", "postal_code": "2700", "city": "By"}},
        ["PUT", "PUT"],
    ),
    ("new-events", {"new_events": {"mute": False, "kultunaut_export": True}}, []),
    ("kultunaut", {"kultunaut": {"age_groups": {"Børn": "Alle"}, "categories": {"Musik": "Jazz"}}}, []),
    ("time-zone", {"timezone": "America/New_York"}, []),
    ("looks-back-less", {"lookback_days": 0}, []),
    ("looks-back-further", {"lookback_days": 365}, []),
    ("no-removals", {"max_removals": {"count": 0, "percent": 0}}, []),
    ("unpriced-events", {"import_unpriced_events": True}, []),
)
def test_setting_that_changes_updates_what_shows_it_once_and_nothing_else(
    world: World, changed: dict[str, object], methods: list[str]
) -> None:
    uuids = published(world, 2)
    events = [world.event_of(uuid) for uuid in uuids]
    world.after_sale(events[0].id)
    world.configure(**changed)
    happened = world.run()
    assert (happened.raised, in_place2book(happened), world.open_rejections()) == ({}, methods, set())
    assert ([world.event_of(uuid) for uuid in uuids], world.run().writes) == (events, [])


def test_library_that_is_put_back_after_weeks_goes_on_where_it_was(world: World) -> None:
    start = world.now().replace(minute=0, second=0, microsecond=0)
    over, later = world.add("Koncert", start=start + 5 * DAY), world.add("Foredrag", start=start + 40 * DAY)
    gone = world.publish("Teater", start=start + 41 * DAY)
    world.sandbox.place2book.buy(world.event_of(over).id)
    event = world.event_of(later)
    world.site.edit(later, title="Stort foredrag")
    world.site.remove(gone)
    happened = world.run_at(25 * DAY)
    assert (happened.raised, in_place2book(happened), event.fields.name) == ({}, ["PUT"], "Stort foredrag")
    assert (world.ours()[over].status, world.ours()[later].event_id) == ("retired", event.id)
    assert world.rows("SELECT count(*) AS bought FROM warehouse.purchases") == [{"bought": 1}]
    assert (in_place2book(world.run()), names(world)) == (["DELETE"], ["Koncert", "Stort foredrag"])
