"""What an hour asks and does (behaviour 11): as little as possible, and all that is needed."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from billetbro.models import Mode
from billetbro.steps.request import RunRequest
from billetbro.steps.transform import transform
from tests.integration.steps.harness import DAY, HOUR, Happened, World

PRICES = re.compile(r"/events/(\d+)/prices")
LIST = "/event_makers/5000/events"
UNCHANGED = "SELECT library FROM sync.runs WHERE run_id = :run AND unchanged ORDER BY library"
VERSIONS = """
    SELECT 'source' AS place, uuid AS row, xmin::text AS version FROM sync.source_events
    UNION ALL SELECT 'ticket event', event_id::text, xmin::text FROM sync.ticket_events
    UNION ALL SELECT 'link', uuid, xmin::text FROM sync.links
    UNION ALL SELECT 'rejection', id::text, xmin::text FROM sync.rejections
    UNION ALL SELECT 'change', id::text, xmin::text FROM sync.changes
    UNION ALL SELECT 'settled', library, xmin::text FROM sync.settled
    UNION ALL SELECT 'login', library, xmin::text FROM sync.logins
    UNION ALL SELECT 'exported', event_id::text, xmin::text FROM warehouse.events
    ORDER BY 1, 2
"""


def prices_read(happened: Happened) -> list[int]:
    """Return the Place2book events whose prices a run has read, in order of their numbers."""
    found = [PRICES.search(r.path) for r in happened.requests if r.method == "GET"]
    return sorted(int(match[1]) for match in found if match)


def asked(happened: Happened) -> dict[tuple[str, str], int]:
    """Return how often a run has asked for what."""
    return dict(Counter((r.server, r.path) for r in happened.requests))


def unchanged(world: World, happened: Happened) -> list[str]:
    """Return the libraries in which a run's load found nothing new."""
    return [row["library"] for row in world.rows(UNCHANGED, run=happened.run_id)]


def quiet(world: World, *titles: str) -> list[int]:
    """Publish these events, run until nothing is left to do, and return their numbers in Place2book."""
    uuids = [world.add(title) for title in titles]
    for _ in range(3):
        happened = world.run()
    assert (happened.raised, unchanged(world, happened)) == ({}, ["solbjerg"])
    return [world.ours()[uuid].event_id for uuid in uuids]


def test_quiet_hour_asks_for_the_lists_and_nothing_else(seeded: World) -> None:
    for _ in range(3):
        seeded.run()
    happened = seeded.run()
    lists = [r for r in happened.requests if (r.server, r.path) == ("place2book", LIST)]
    assert {r.query["page"] for r in lists} == {"1"}
    assert happened.raised == {}
    assert set(asked(happened).values()) == {1}
    assert {server for server, _ in asked(happened)} == {"cms:solbjerg", "cms:nordvig", "place2book"}
    assert prices_read(happened) == []


def test_quiet_hour_reads_a_list_of_many_events_page_by_page(world: World) -> None:
    for number in range(201):
        world.add(f"Arrangement {number}")
    for _ in range(3):
        world.run()
    assert asked(world.run()) == {("cms:solbjerg", "/api/v1/events"): 1, ("place2book", LIST): 2}


def test_quiet_hour_writes_the_row_of_its_run_and_no_other(seeded: World) -> None:
    for _ in range(3):
        seeded.run()
    before = seeded.rows(VERSIONS)
    happened = seeded.run()
    assert (happened.raised, seeded.rows(VERSIONS)) == ({}, before)
    assert seeded.rows("SELECT count(*) AS runs FROM sync.runs WHERE run_id = :run", run=happened.run_id) == [
        {"runs": len(seeded.libraries)}
    ]


def a_sale(world: World, event_id: int) -> None:
    world.sandbox.place2book.buy(event_id)


def a_pause(world: World, event_id: int) -> None:
    world.sandbox.place2book.pause(event_id)


def a_waiting_list(world: World, event_id: int) -> None:
    world.sandbox.place2book.staff_edit(event_id, waiting_list=True)


def a_field_that_nobody_knows(world: World, event_id: int) -> None:
    world.sandbox.place2book.staff_edit(event_id, bank_account_id=77)


NEWS = [a_sale, a_pause, a_waiting_list, a_field_that_nobody_knows]


@pytest.mark.parametrize("change", NEWS)
def test_prices_are_read_of_the_event_whose_row_has_changed(world: World, change: Callable[[World, int], None]) -> None:
    first, _ = quiet(world, "Koncert", "Foredrag")
    change(world, first)
    assert prices_read(world.run()) == [first]
    assert prices_read(world.run()) == []


def test_prices_are_read_before_a_change_of_their_event_is_planned(world: World) -> None:
    first, second = quiet(world, "Koncert", "Foredrag")
    (price,) = world.sandbox.place2book.prices(first)
    world.sandbox.place2book.staff_edit_price(first, price.id, value=12_300)
    uuid = next(uuid for uuid, link in world.ours().items() if link.event_id == first)
    happened = world.after_edit(uuid, title="Stor koncert")
    assert happened.raised == {}
    assert set(prices_read(happened)) == {first}
    assert second not in prices_read(happened)
    drift = world.rows("SELECT fields FROM sync.changes WHERE run_id = :run AND kind = 'drift'", run=happened.run_id)
    assert [(field["old"], field["new"]) for row in drift for field in row["fields"]] == [(10_000, 12_300)]
    assert world.sandbox.place2book.price(first, price.id).fields.value == 12_300


def test_prices_are_read_when_a_sale_window_opens(world: World) -> None:
    first, _ = quiet(world, "Koncert", "Foredrag")
    world.after_staff_edit(first, sale_open_at=(world.now() + 3 * HOUR).isoformat())
    world.run()
    assert prices_read(world.run()) == []
    happened = world.run_at(4 * HOUR)
    assert first in prices_read(happened)
    assert unchanged(world, happened) == []
    assert world.state_shown(next(u for u, link in world.ours().items() if link.event_id == first)) == "Active"


def test_prices_of_an_event_without_a_limit_are_read_every_hour(world: World) -> None:
    first, _ = quiet(world, "Koncert", "Foredrag")
    world.after_staff_edit(first, capacity="∞")
    assert [prices_read(world.run()) for _ in range(3)] == [[first]] * 3


def test_prices_of_each_event_are_read_once_a_day_a_share_of_them_each_hour(world: World) -> None:
    event_ids = quiet(world, *(f"Arrangement {number}" for number in range(12)))
    began = world.ahead
    hours = [prices_read(world.run_at(began + number * HOUR)) for number in range(1, 24)]
    assert sorted(event for hour in hours for event in hour) == sorted(event_ids)
    assert max(map(len, hours)) <= 1


def test_prices_that_were_not_read_for_a_day_are_read_in_any_hour(world: World) -> None:
    event_ids = quiet(world, "Koncert", "Foredrag")
    assert prices_read(world.run_at(23 * HOUR + timedelta(minutes=1))) == sorted(event_ids)


def test_price_that_staff_edited_is_seen_within_a_day(world: World) -> None:
    (event_id,) = quiet(world, "Koncert")
    (price,) = world.sandbox.place2book.prices(event_id)
    world.sandbox.place2book.staff_edit_price(event_id, price.id, value=12_300)
    runs = [world.run_at(number * HOUR) for number in range(1, 25)]
    drift = world.rows("SELECT run_id, fields FROM sync.changes WHERE kind = 'drift'")
    assert [(field["old"], field["new"]) for row in drift for field in row["fields"]] == [(10_000, 12_300)]
    assert {row["run_id"] for row in drift} <= {run.run_id for run in runs}


def resync(world: World, _: str) -> Happened:
    return world.run(Mode.RESYNC)


def for_some_events(world: World, uuid: str) -> Happened:
    return world.run(events=[uuid])


def with_all_prices(world: World, _: str) -> Happened:
    return world.run(read_all_prices=True)


def plan_with_all_prices(world: World, _: str) -> Happened:
    return world.run(Mode.PLAN, by_hand=True, read_all_prices=True)


@pytest.mark.parametrize("run", [resync, for_some_events, with_all_prices, plan_with_all_prices])
def test_prices_are_read_at_once_where_a_person_asks(world: World, run: Callable[[World, str], Happened]) -> None:
    (event_id,) = quiet(world, "Koncert")
    (uuid,) = world.ours()
    assert set(prices_read(run(world, uuid))) == {event_id}


def test_plan_goes_by_the_prices_last_read(world: World) -> None:
    quiet(world, "Koncert")
    assert prices_read(world.run(Mode.PLAN, by_hand=True)) == []


def test_hour_after_a_quiet_one_is_quiet_until_the_day_changes(world: World) -> None:
    quiet(world, "Koncert")
    tomorrow = [world.run_at(DAY), world.run(), world.run()]
    assert [unchanged(world, run) for run in tomorrow[:2]] == [[], ["solbjerg"]]


def by_hand(world: World) -> Happened:
    return world.run(by_hand=True)


def after_a_row_of_ours(world: World) -> Happened:
    with world.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sync.links SET absences = absences")
    return world.run()


def after_an_edit(world: World) -> Happened:
    return world.after_edit(next(iter(world.ours())), description="Ny tekst")


def after_a_sale(world: World) -> Happened:
    return world.after_sale(next(iter(world.ours().values())).event_id)


def after_a_setting(world: World) -> Happened:
    world.configure(contact_phone="12345678")
    return world.run()


NOT_QUIET = [by_hand, after_a_row_of_ours, after_an_edit, after_a_sale, after_a_setting]


@pytest.mark.parametrize("run", NOT_QUIET)
def test_load_compares_everything_when_something_can_be_new(world: World, run: Callable[[World], Happened]) -> None:
    quiet(world, "Koncert", "Foredrag")
    happened = run(world)
    assert (happened.raised, unchanged(world, happened)) == ({}, [])


def test_write_back_that_failed_leaves_no_quiet_hour(world: World) -> None:
    uuid = world.add("Koncert")
    world.sandbox.faults.add("cms:solbjerg", "status", "PATCH", f"/events/{uuid}")
    runs = [world.run() for _ in range(4)]
    assert [unchanged(world, run) for run in runs] == [[]] * 4
    world.sandbox.faults.clear()
    world.run()
    assert world.answers(world.link_shown(uuid))


def test_write_back_that_the_source_did_not_keep_is_sent_again(world: World) -> None:
    (event_id,) = quiet(world, "Koncert")
    (uuid,) = world.ours()
    before = world.link_shown(uuid)
    world.site.edit(uuid, external_data={})
    happened = world.run()
    world.site.edit(uuid, external_data={})
    again = world.run()
    assert [run.counted for run in (happened, again)] == [{world.written_back: 1}] * 2
    assert world.link_shown(uuid) == before
    assert event_id == world.ours()[uuid].event_id


def test_rejection_that_stands_leaves_the_hour_quiet(world: World) -> None:
    world.add("Uden pladser", ticket_capacity=None)
    quiet(world, "Koncert")
    assert unchanged(world, world.run()) == ["solbjerg"]
    assert world.open_rejections() == {("Uden pladser", "capacity_missing")}


def test_export_reads_the_purchases_of_what_was_sold_and_no_others(world: World) -> None:
    first, _ = quiet(world, "Koncert", "Foredrag")
    happened = world.after_sale(first, quantity=2)
    read = [r.path for r in happened.requests if r.path.endswith("/purchases")]
    assert read == [f"/event_makers/5000/events/{first}/purchases"]
    assert world.rows("SELECT count(*) AS sold FROM warehouse.tickets") == [{"sold": 2}]


def test_prices_that_were_refused_are_asked_for_again(world: World) -> None:
    (event_id,) = quiet(world, "Koncert")
    world.sandbox.faults.add("place2book", "status", "GET", f"/events/{event_id}/prices", code=403)
    world.after_sale(event_id)
    happened = world.after_repair()
    assert (happened.raised, set(prices_read(happened))) == ({}, {event_id})


def mapped_anew(world: World) -> dict[str, int]:
    """Return how many events are mapped, by outcome, when the library's latest snapshot is looked at once more."""
    request = RunRequest(run_id=world.rows("SELECT run_id FROM sync.runs ORDER BY id DESC LIMIT 1")[0]["run_id"])
    with world.place2book() as client:
        return dict(transform(world.library_run(request), client.host))


def test_events_are_mapped_again_only_where_they_can_be_mapped_differently(world: World) -> None:
    quiet(world, "Koncert", "Foredrag")
    assert mapped_anew(world) == {}
    world.configure(contact_phone="12345678")
    assert mapped_anew(world) == {"ticket_event": 2}
    assert mapped_anew(world) == {}
    world.ahead = 400 * DAY
    assert mapped_anew(world) == {"over": 2}
    assert mapped_anew(world) == {}


def statuses(happened: Happened) -> list[int | None]:
    """Return how a website's list was answered in a run."""
    return [r.status for r in happened.requests if r.server == "cms:solbjerg" and r.method == "GET"]


def test_list_that_the_website_says_is_the_same_is_not_sent_again(world: World) -> None:
    world.site.tells_versions = True
    quiet(world, "Koncert", "Foredrag")
    before = world.rows(VERSIONS)
    happened = world.run()
    assert (happened.raised, statuses(happened), unchanged(world, happened)) == ({}, [304], ["solbjerg"])
    assert world.rows(VERSIONS) == before
    edited = world.after_edit(next(iter(world.ours())), ticket_capacity=60)
    assert (edited.raised, statuses(edited)) == ({}, [200])
    assert {event.fields.capacity for event in world.sandbox.place2book.events} == {50, 60}


def test_list_is_asked_for_whole_after_something_was_written_back(world: World) -> None:
    world.site.tells_versions = True
    (event_id,) = quiet(world, "Koncert")
    world.after_sale(event_id, quantity=50)
    assert statuses(world.run()) == [200]
    assert statuses(world.run()) == [304]


def test_list_is_asked_for_whole_when_the_day_changes(world: World) -> None:
    world.site.tells_versions = True
    quiet(world, "Koncert")
    assert [statuses(run) for run in (world.run_at(DAY), world.run())] == [[200], [304]]


def test_list_that_is_the_same_again_is_asked_for_whole_after_a_write_that_was_not_kept(world: World) -> None:
    world.site.tells_versions = True
    quiet(world, "Koncert", "Foredrag")
    uuid = next(iter(world.ours()))
    link, frozen = world.link_shown(uuid), world.now()
    world.sandbox.clock = lambda: frozen
    world.after_edit(uuid, external_data={})
    happened = world.after_edit(uuid, external_data={})
    assert (happened.raised, statuses(happened), world.link_shown(uuid)) == ({}, [200], link)
    assert {found.absences for found in world.ours().values()} == {0}


def test_write_back_that_never_began_leaves_no_quiet_hour(world: World) -> None:
    (event_id,) = quiet(world, "Koncert")
    (uuid,) = world.ours()
    world.sandbox.place2book.buy(event_id, quantity=50)
    world.run(only=("extract", "transform", "load"))
    happened = world.run()
    assert (happened.raised, unchanged(world, happened), world.state_shown(uuid)) == ({}, [], "SoldOut")
