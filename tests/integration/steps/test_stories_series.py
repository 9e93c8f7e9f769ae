"""A series whose dates are changed: its instances are made anew, and what was sold stays with them."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from tests.cases import cases
from tests.integration.steps.harness import DAY, World

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

WEEK = timedelta(days=7)


def series(world: World, days: Sequence[int], title: str = "Ukulele", uuid: str = "s1") -> dict[int, int]:
    begin = world.now().replace(microsecond=0, second=0)
    uuids = {day: world.add(title, series=uuid, start=begin + day * DAY) for day in days}
    world.run()
    events = {day: world.ours()[one].event_id for day, one in uuids.items()}
    for event_id in events.values():
        world.sandbox.place2book.buy(event_id)
    return events


def redated(world: World, days: Sequence[int], uuid: str = "s1") -> None:
    first = min(event.start for event in world.site.events if event.series == uuid)
    world.site.redate_series(uuid, [first + (day - 5) * DAY for day in days])


def by_day(world: World, uuid: str = "s1") -> dict[int, int]:
    now, ours = world.now(), world.ours()
    of_series = [event for event in world.site.events if event.series == uuid and event.uuid in ours]
    return {round((event.start - now) / DAY): ours[event.uuid].event_id for event in of_series}


@cases(
    "before after expected",
    ("each a day later", [5, 12], [6, 13], {6: 5, 13: 12}),
    ("shifted by a week", [5, 12, 19], [12, 19, 26], {12: 12, 19: 19, 26: 5}),
    ("one of them moved", [5, 12], [5, 20], {5: 5, 20: 12}),
    ("one fewer, at another time", [5, 12], [9], {9: 5}),
)
def test_series_made_anew_keeps_its_events_and_their_sales(
    world: World, before: list[int], after: list[int], expected: dict[int, int]
) -> None:
    events = series(world, before)
    redated(world, after)
    happened = world.run()
    assert (happened.raised, by_day(world)) == ({}, {day: events[came_from] for day, came_from in expected.items()})
    assert {e.id: e.sold() for e in world.sandbox.place2book.events} == dict.fromkeys(events.values(), 1)
    world.run()
    assert {e.id: e.sold() for e in world.sandbox.place2book.events} == dict.fromkeys(events.values(), 1)
    assert world.run().writes == []


def test_series_made_anew_with_one_more_creates_that_one_only(world: World) -> None:
    events = series(world, [5, 12])
    redated(world, [5, 12, 19])
    happened = world.run()
    assert happened.counted["place2book", "POST"] == 1
    found = by_day(world)
    assert ({5: found[5], 12: found[12]}, len(found), len(world.sandbox.place2book.events)) == (events, 3, 3)
    assert world.run().writes == []


def test_series_made_anew_with_one_fewer_ends_the_sale_of_the_one_that_is_left_over(world: World) -> None:
    events = series(world, [5, 12, 19])
    redated(world, [5, 12])
    world.run()
    world.run()
    assert by_day(world) == {5: events[5], 12: events[12]}
    left_over = world.sandbox.place2book.get(events[19])
    assert (left_over.sold(), left_over.fields.sale_close_at is not None) == (1, True)
    assert world.open_rejections() == {("Ukulele", "removed_but_sold")}
    assert world.run().writes == []


def test_series_of_one_that_becomes_several_keeps_its_event(world: World) -> None:
    events = series(world, [5])
    redated(world, [5, 12])
    world.run()
    assert (by_day(world)[5], len(world.sandbox.place2book.events)) == (events[5], 2)


def test_series_of_one_that_is_moved_keeps_its_uuid_and_its_event(world: World) -> None:
    events = series(world, [5])
    uuid = next(iter(world.ours()))
    redated(world, [9])
    happened = world.run()
    assert (happened.writes, by_day(world), list(world.ours())) == ([("place2book", "PUT")], {9: events[5]}, [uuid])


def test_two_series_with_the_same_title_are_never_mixed(world: World) -> None:
    first = series(world, [5, 12])
    second = series(world, [6, 13], uuid="s2")
    redated(world, [6, 13])
    world.site.redate_series("s2", [event.start + 2 * DAY for event in world.site.events if event.series == "s2"])
    world.run()
    assert (by_day(world, "s1"), by_day(world, "s2")) == ({6: first[5], 13: first[12]}, {8: second[6], 15: second[13]})
    assert world.run().writes == []


def test_event_with_the_same_title_and_start_outside_the_series_takes_nothing_of_it(world: World) -> None:
    events = series(world, [5, 12])
    start = world.event_of(next(iter(world.ours()))).fields.begin_at
    single = world.add("Ukulele", start=start)
    redated(world, [6, 13])
    world.run()
    assert by_day(world) == {6: events[5], 13: events[12]}
    assert world.ours()[single].event_id not in events.values()


def test_series_made_anew_while_its_create_answer_was_lost_is_created_once(world: World) -> None:
    start = world.now().replace(microsecond=0, second=0) + 5 * DAY
    for week in range(2):
        world.add("Ukulele", series="s1", start=start + week * WEEK)
    assert set(world.after_fault("place2book", "drop_after", "POST", times=2).raised) == {"load"}
    world.site.redate_series("s1", [start + DAY, start + DAY + WEEK])
    assert world.run().raised == {}
    assert sorted(e.fields.begin_at for e in world.sandbox.place2book.events) == [start + DAY, start + DAY + WEEK]
    assert world.run().writes == []


def test_series_made_anew_keeps_the_prices_that_staff_edited(world: World) -> None:
    events = series(world, [5, 12])
    for event_id in events.values():
        price = next(iter(world.sandbox.place2book.get(event_id).prices))
        world.sandbox.place2book.staff_edit_price(event_id, price, value=1234, name="Rabat")
    world.run()
    redated(world, [6, 13])
    for _ in range(2):
        assert world.run().raised == {}
        prices = [event.prices.values() for event in world.sandbox.place2book.events]
        assert [[(p.fields.name, p.fields.value) for p in each] for each in prices] == [[("Rabat", 1234)]] * 2
    assert world.run().writes == []
