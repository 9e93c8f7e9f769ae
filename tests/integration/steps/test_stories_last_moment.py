"""What happens at the last moment, or at the edge of what is looked at."""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar

import pytest

from billetbro.api.place2book.client import Place2bookClient
from billetbro.models import CurrentEvent, Mode
from sandbox.place2book_state import Place2book
from tests.integration.steps.harness import DAY, HOUR, World

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

SERVER = "place2book"


class BoughtInBetween(Place2bookClient):
    """A client in whose runs somebody buys a ticket after everything was read, and before a deletion."""

    shop: ClassVar[Place2book]

    def event(self, event_maker: int, event_id: int) -> CurrentEvent:
        self.shop.buy(event_id)
        return super().event(event_maker, event_id)


class ListsNothingThatIsOver(Place2bookClient):
    """A client of a Place2book that does not list what is over there."""

    now: ClassVar[datetime]

    def event_rows(self, event_maker: int, *, begin_at_after: datetime | None = None) -> tuple[bytes, ...]:
        rows = super().event_rows(event_maker, begin_at_after=begin_at_after)
        return tuple(row for row in rows if self._is_listed(self.event_in(event_maker, row)))

    def _is_listed(self, event: CurrentEvent) -> bool:
        return event.end_at is None or event.end_at > self.now


def test_ticket_that_is_sold_right_before_a_deletion_keeps_the_event(world: World) -> None:
    uuid, event = world.sell("Koncert", beside="Foredrag")
    world.site.edit(uuid, state="Cancelled")
    BoughtInBetween.shop = world.sandbox.place2book
    world.place2book_client = BoughtInBetween
    first = world.run()
    assert ((SERVER, "DELETE") in first.writes, event.sold(), world.ours()[uuid].status) == (False, 1, "live")
    world.place2book_client = Place2bookClient
    second = world.run()
    found = ([write for write in second.writes if write[0] == SERVER], event.fields.sale_close_at is not None)
    assert found == ([(SERVER, "PUT")], True)
    assert world.open_rejections() == {("Koncert", "removed_but_sold")}
    assert world.run().writes == []


def test_event_that_is_over_in_place2book_and_not_listed_there_does_not_stop_the_library(world: World) -> None:
    uuid, other = world.add("Koncert"), world.add("Foredrag")
    world.run()
    begun = world.now().replace(microsecond=0) - 2 * HOUR
    over = {"begin_at": begun.isoformat(), "end_at": (begun + HOUR).isoformat()}
    world.sandbox.place2book.staff_edit(world.event_of(uuid).id, **over)
    ListsNothingThatIsOver.now = world.now()
    world.place2book_client = ListsNothingThatIsOver
    assert world.after_edit(other, title="Nyt foredrag").raised == {}
    assert world.event_of(other).fields.name == "Nyt foredrag"


def test_exhibition_that_began_within_the_window_is_still_followed(world: World) -> None:
    uuid = world.publish("Udstilling", start=world.now() + HOUR, end=world.now() + 40 * DAY)
    world.ahead = 20 * DAY
    world.site.edit(uuid, title="Stor udstilling")
    assert (world.run().writes, world.event_of(uuid).fields.name) == ([(SERVER, "PUT")], "Stor udstilling")


def test_absence_of_an_instance_is_not_counted_on_for_the_one_made_anew(world: World) -> None:
    start = world.now().replace(microsecond=0) + 5 * DAY
    old = [world.add("Ukulele", series="s1", start=start + number * DAY) for number in range(2)]
    world.publish("Foredrag")
    for uuid in old:
        world.site.unpublish(uuid)
    world.run()
    assert [world.ours()[uuid].absences for uuid in old] == [1, 1]
    anew = world.site.redate_series("s1", [start + HOUR, start + DAY + HOUR])
    world.run()
    assert {uuid: world.ours()[uuid].absences for uuid in anew} == dict.fromkeys(anew, 0)
    for uuid in anew:
        world.site.unpublish(uuid)
    assert (world.run().writes, len(world.sandbox.place2book.events)) == ([], 3)
    assert world.run().writes == [(SERVER, "DELETE")] * 2


def test_refused_create_is_tried_again_when_the_settings_of_new_events_change(world: World) -> None:
    world.add("Koncert", audiences=["Børn"])
    world.sandbox.faults.add(SERVER, "status", "POST", code=422, body='{"message": "not like this"}')
    assert (world.run().writes, world.run().writes) == ([(SERVER, "POST")], [])
    world.configure(new_events={"mute": False})
    assert (world.run().writes, world.run().writes) == ([(SERVER, "POST")], [])
    world.configure(kultunaut={"age_groups": {"Børn": "Alle"}})
    assert (world.run().writes, world.run().writes) == ([(SERVER, "POST")], [])


def test_create_whose_answer_was_lost_is_found_by_name_and_start_where_nothing_else_tells_it(world: World) -> None:
    uuid = world.add("Koncert", url=None)
    world.after_fault(SERVER, "drop_after", "POST", times=1)
    made = world.sandbox.place2book.find("Koncert")
    assert made.fields.extra["description_long"] == ""
    begins = made.fields.begin_at + 9 * DAY
    run = world.after_edit(uuid, title="Stor koncert", start=begins, end=begins + HOUR)
    assert (run.raised, world.event_of(uuid).id, made.fields.name) == ({}, made.id, "Stor koncert")
    assert (len(world.sandbox.place2book.events), world.run().writes) == (1, [])


def test_what_staff_entered_moves_with_the_event(world: World) -> None:
    """A moved event keeps what is not the source's: compare the whole of it."""
    start = world.now().replace(microsecond=0) + 5 * DAY
    old = [world.add("Ukulele", series="s1", start=start + number * DAY) for number in range(2)]
    world.run()
    events = [world.event_of(uuid) for uuid in old]
    for event in events:
        world.sandbox.place2book.staff_edit(event.id, bank_account_id=7, sale_open_at="2020-01-01T08:00:00Z")
    before = [replace(event.fields, begin_at=start, end_at=None, extra={}) for event in events]
    world.site.redate_series("s1", [start + HOUR, start + DAY + HOUR])
    world.run()
    assert [replace(event.fields, begin_at=start, end_at=None, extra={}) for event in events] == before
    assert [event.fields.extra["bank_account_id"] for event in events] == [7, 7]


def test_resync_reads_every_purchase_again_and_an_ordinary_run_none_that_did_not_change(world: World) -> None:
    uuids = [world.add("Koncert"), world.add("Foredrag")]
    world.run()
    read = [
        sorted(request.path for request in world.run(mode).requests if request.path.endswith("/purchases"))
        for mode in (Mode.SYNC, Mode.RESYNC)
    ]
    events = [world.event_of(uuid).id for uuid in uuids]
    assert read == [[], sorted(f"/event_makers/5000/events/{event}/purchases" for event in events)]


def test_event_that_was_over_for_days_and_is_given_new_dates_keeps_its_place2book_event(world: World) -> None:
    world.configure(lookback_days=1)
    uuid = world.add("Koncert", start=world.now() + HOUR)
    world.publish("Foredrag", start=world.now() + 40 * DAY)
    event = world.event_of(uuid)
    world.run_at(5 * DAY)
    assert world.ours()[uuid].status == "retired"
    begins = world.now().replace(microsecond=0) + 10 * DAY
    world.after_edit(uuid, start=begins, end=begins + HOUR)
    assert (world.ours()[uuid].status, world.event_of(uuid).id, event.fields.begin_at) == ("live", event.id, begins)
    assert (len(world.sandbox.place2book.events), world.open_rejections(), world.run().writes) == (2, set(), [])


def test_run_limited_to_some_events_leaves_every_count_of_absences_as_it_is(world: World) -> None:
    gone, other = world.add("Koncert"), world.add("Foredrag")
    world.run()
    world.site.remove(gone)
    world.run()
    for events in ([other], [gone]):
        assert (world.run(events=events).writes, world.ours()[gone].absences) == ([], 1)
    assert world.run().writes == [(SERVER, "DELETE")]
