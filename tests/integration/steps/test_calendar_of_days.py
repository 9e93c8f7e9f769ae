"""Whole runs from day to day: what takes all day keeps its event, its link and its sale until it is over.

Every hour of every kind of day is in tests/unit/reconcile/mapping/test_calendar_of_days.py.
"""

from datetime import UTC, date, datetime, time, timedelta

from sandbox.moments import DENMARK
from tests.cases import cases
from tests.integration.steps.harness import DAY, HOUR, World

YEAR = 365 * DAY
WITHOUT_PURCHASES = ("extract", "transform", "load", "writeback")
TICKETS: dict[str, object] = {
    "ticket_manager_relevance": True,
    "branches": ["Solbjerg Bibliotek"],
    "ticket_capacity": 20,
    "ticket_categories": [{"uuid": "adult", "title": "Voksen", "price": {"currency": "DKK", "value": 50}}],
}


def go_to(world: World, day: date, hour: time = time(12)) -> None:
    world.ahead = datetime.combine(day, hour, DENMARK) - datetime.now(UTC)


def run(world: World) -> list[tuple[str, str]]:
    happened = world.run(only=WITHOUT_PURCHASES)
    assert happened.raised == {}
    return happened.writes


def standing(world: World) -> list[tuple[str, bool]]:
    events = world.sandbox.place2book.events
    return sorted((event.fields.name, event.fields.sale_close_at is not None) for event in events)


@cases(
    "first lookback_days upgraded_after",
    ("summer, from today, an older site", date(2027, 7, 6), 0, YEAR),
    ("winter, from today, a newer site", date(2027, 1, 12), 0, 0 * DAY),
    ("winter time begins, from yesterday, upgraded meanwhile", date(2027, 10, 31), 1, 3 * DAY),
    ("summer time begins, 60 days back, upgraded meanwhile", date(2027, 3, 28), 60, 62 * DAY),
)
def test_all_day_event_is_sold_until_its_end(
    world: World, first: date, lookback_days: int, upgraded_after: timedelta
) -> None:
    world.configure(lookback_days=lookback_days)
    days = lookback_days + 4
    go_to(world, first - DAY)
    long_runs = [
        world.site.add_all_day(first, first + (days - 1) * DAY, title=f"Udstilling {n}", **TICKETS) for n in "12"
    ]
    one_day = [world.site.add_all_day(first, title=f"Bogsalg {n}", **TICKETS) for n in "12"]
    world.add("Foredrag", start=world.now() + 200 * DAY)
    assert run(world).count(("place2book", "POST")) == 5
    links = {uuid: world.link_shown(uuid) for uuid in (*long_runs, *one_day)}
    for uuid in (long_runs[0], one_day[0]):
        world.sandbox.place2book.buy(world.event_of(uuid).id)
    run(world)
    before = standing(world)
    near = [*range(3), *range(lookback_days, lookback_days + 3), *range(days - 1, days + 1)]
    for day, hour in [
        (first + n * DAY, hour) for n in sorted(set(near)) for hour in (time(0, 10), time(1, 30), time(23))
    ]:
        go_to(world, day, hour)
        world.site.running_reach = YEAR if day - first >= upgraded_after else None
        assert [request for request in run(world) if request[0] == "place2book"] == []
        over = {uuid for uuid in links if world.site.get(uuid).end <= world.now()}
        assert {uuid for uuid in links if world.ours()[uuid].status == "retired"} == over
        assert {uuid: world.link_shown(uuid) for uuid in links} == links
    assert (standing(world), {kind for _, kind, _ in world.changes()}) == (before, {"create", "write_back", "retire"})


def running_on_a_newer_site(world: World, **fields: object) -> str:
    """Publish an exhibition that began before what is asked for, and a talk, at a site that lists what runs."""
    world.configure(lookback_days=0)
    go_to(world, date(2027, 7, 6))
    world.site.running_reach = YEAR
    world.add("Foredrag", start=world.now() + 20 * DAY)
    return world.site.add_all_day(date(2027, 6, 20), date(2027, 8, 1), title="Udstilling", **{**TICKETS, **fields})


def test_running_exhibition_whose_create_answer_is_lost_is_created_once(world: World) -> None:
    uuid = running_on_a_newer_site(world)
    world.sandbox.faults.add("place2book", "drop_after", "POST", times=1)
    world.run(only=WITHOUT_PURCHASES)
    for _ in range(3):
        run(world)
    assert standing(world) == [("Foredrag", False), ("Udstilling", False)]
    assert world.link_shown(uuid) == world.ours()[uuid].sales_location


def test_create_whose_answer_was_lost_days_ago_is_found_though_its_site_tells_no_more_of_it(world: World) -> None:
    world.configure(lookback_days=0)
    go_to(world, date(2027, 7, 6))
    world.add("Foredrag", start=world.now() + 20 * DAY)
    run(world)
    uuid = world.site.add_all_day(date(2027, 7, 6), date(2027, 8, 1), title="Udstilling", **TICKETS)
    world.sandbox.faults.add("place2book", "drop_after", "POST", times=1)
    world.run(only=WITHOUT_PURCHASES)
    go_to(world, date(2027, 7, 16))
    run(world)
    assert world.ours()[uuid].status == "live"
    world.site.running_reach = YEAR
    run(world)
    assert standing(world) == [("Foredrag", False), ("Udstilling", False)]
    assert world.link_shown(uuid) == world.ours()[uuid].sales_location


def test_running_exhibition_that_is_made_anew_keeps_its_event_and_its_tickets(world: World) -> None:
    old = running_on_a_newer_site(world, series="series")
    again = world.site.add_all_day(date(2027, 9, 1), date(2027, 9, 9), title="Udstilling", series="series", **TICKETS)
    run(world)
    sold_at = {uuid: world.event_of(uuid).id for uuid in (old, again)}
    for event in sold_at.values():
        world.sandbox.place2book.buy(event)
    starts = [world.site.get(old).start, world.site.get(again).start + 7 * DAY]
    fresh = world.site.redate_series("series", starts)
    world.site.edit(fresh[1], end=starts[1] + 9 * DAY)
    assert ("place2book", "POST") not in run(world)
    assert [world.event_of(uuid).id for uuid in fresh] == [sold_at[old], sold_at[again]]
    assert standing(world) == [("Foredrag", False), ("Udstilling", False), ("Udstilling", False)]


def test_exhibition_that_is_over_by_what_was_known_keeps_its_event_when_it_is_listed_again(world: World) -> None:
    """An older site no longer tells of it, so that its extension is only seen after the upgrade."""
    world.configure(lookback_days=0)
    go_to(world, date(2027, 7, 6))
    world.add("Foredrag", start=world.now() + 60 * DAY)
    uuid = world.site.add_all_day(date(2027, 7, 7), date(2027, 7, 20), title="Udstilling", **TICKETS)
    run(world)
    link = world.link_shown(uuid)
    go_to(world, date(2027, 7, 12))
    world.site.edit(uuid, end=datetime(2027, 8, 15, 21, 59, 59, tzinfo=UTC))
    run(world)
    go_to(world, date(2027, 7, 25))
    run(world)
    assert world.ours()[uuid].status == "retired"
    world.site.running_reach = YEAR
    assert ("place2book", "POST") not in run(world)
    assert (world.ours()[uuid].status, world.link_shown(uuid)) == ("live", link)
    assert world.event_of(uuid).fields.end_at == datetime(2027, 8, 15, 21, 59, 59, tzinfo=UTC)
    assert (run(world), standing(world)) == ([], [("Foredrag", False), ("Udstilling", False)])


@cases(
    "first reach",
    ("runs for days", date(2027, 6, 20), YEAR),
    ("began on the day that is asked for besides", date(2027, 7, 6), None),
)
def test_what_is_listed_besides_is_kept_in_step(world: World, first: date, reach: timedelta | None) -> None:
    world.configure(lookback_days=0)
    go_to(world, date(2027, 7, 6))
    world.site.running_reach = reach
    uuid = world.site.add_all_day(first, date(2027, 8, 1), title="Udstilling", **TICKETS)
    run(world)
    go_to(world, date(2027, 7, 7) if reach else date(2027, 7, 6), time(23, 30))
    world.site.edit(uuid, title="Udstilling i salen")
    assert run(world) == [("place2book", "PUT")]
    world.site.edit(uuid, state="Cancelled")
    assert (run(world), standing(world)) == ([("place2book", "DELETE"), ("cms:solbjerg", "PATCH")], [])


def test_exhibition_that_is_listed_now_and_then_is_never_taken_for_gone(world: World) -> None:
    uuid = running_on_a_newer_site(world)
    run(world)
    for number in range(6):
        world.site.running_reach = (None, YEAR, 2 * DAY)[number % 3]
        world.ahead += HOUR
        assert (run(world), world.ours()[uuid].absences) == ([], 0)
    assert standing(world) == [("Foredrag", False), ("Udstilling", False)]
