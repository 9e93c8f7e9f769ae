"""A Place2book that is not quite as documented: it rewrites what it is sent, ignores it, or does not show it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from billetbro.api.place2book.client import Place2bookClient
from billetbro.models import CurrentEvent
from sandbox import place2book as stand_in
from sandbox.place2book_rules import EventFields
from sandbox.place2book_state import Place2book
from tests.integration.steps.harness import HOUR, World

pytestmark = pytest.mark.slow

SERVER = "place2book"
LONG = "En meget lang titel på et foredrag om hvaler, havet og alt det andet 🐋"
CATEGORIES = [
    {"uuid": "c1", "title": "Voksne over atten år", "price": {"currency": "DKK", "value": 100}},
    {"uuid": "c2", "title": "Voksne over femogtres år", "price": {"currency": "DKK", "value": 60}},
]


def prices(world: World, uuid: str) -> list[tuple[str, int]]:
    return [(price.fields.name, price.fields.value) for price in world.event_of(uuid).prices.values()]


@pytest.mark.usefixtures("rewriting")
def test_event_that_place2book_rewrites_is_left_as_it_is_until_its_source_changes(world: World) -> None:
    uuid = world.add(LONG, body="<p>Kom!</p>", ticket_categories=CATEGORIES)
    assert (world.run().raised, prices(world, uuid)) == ({}, [("VOKSNE O", 10000), ("VOKSNE O", 6000)])
    assert (world.run().writes, world.open_rejections()) == ([], set())
    dearer = [{**CATEGORIES[0], "price": {"currency": "DKK", "value": 120}}, CATEGORIES[1]]
    assert world.after_edit(uuid, ticket_categories=dearer).writes == [(SERVER, "PUT")]
    assert prices(world, uuid) == [("VOKSNE O", 12000), ("VOKSNE O", 6000)]
    assert (world.run().writes, len(world.sandbox.place2book.events)) == ([], 1)


@pytest.mark.usefixtures("rewriting")
def test_create_whose_answer_was_lost_is_found_again_though_place2book_rewrote_everything(world: World) -> None:
    uuid = world.add(LONG, body="<p>Kom!</p>", ticket_categories=CATEGORIES)
    assert set(world.after_fault(SERVER, "drop_after", "POST", times=1).raised) == {"load"}
    assert world.run().raised == {}
    assert (len(world.sandbox.place2book.events), prices(world, uuid)) == (1, [("VOKSNE O", 10000), ("VOKSNE O", 6000)])
    assert [write for write in world.run().writes if write[0] == SERVER] == []


def test_price_that_became_another_is_set_right_by_the_next_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    read_prices = stand_in.read_prices
    monkeypatch.setattr(
        stand_in, "read_prices", lambda body: [replace(made, value=made.value // 100) for made in read_prices(body)]
    )
    uuid = world.publish("Koncert")
    assert prices(world, uuid) == [("Voksen", 100)]
    assert world.run().writes == [(SERVER, "PUT")]
    assert (prices(world, uuid), world.run().writes) == ([("Voksen", 10000)], [])


def test_update_of_a_price_that_place2book_ignores_is_no_success(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    uuid = world.publish("Koncert", price=100)
    category = {"uuid": "category of Koncert", "title": "Voksen", "price": {"currency": "DKK", "value": 200}}
    world.site.edit(uuid, ticket_categories=[category])
    with monkeypatch.context() as ignoring:
        ignoring.setattr(
            Place2book, "replace_price", lambda self, event_id, price_id, _: self.price(event_id, price_id)
        )
        run = world.run()
        assert ("Koncert", "update_price", "failed") in world.changes(run)
        assert world.open_rejections() == {("Koncert", "refused_by_place2book")}
        assert world.run().writes == []
    assert world.run(by_hand=True).writes == [(SERVER, "PUT")]
    assert (prices(world, uuid), world.open_rejections()) == ([("Voksen", 20000)], set())


def test_update_of_an_event_that_is_ignored_is_no_success(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    uuid = world.publish("Koncert", capacity=50)
    world.site.edit(uuid, ticket_capacity=60)
    with monkeypatch.context() as ignoring:
        ignoring.setattr(Place2book, "replace", lambda self, event_id, _: self.get(event_id))
        world.run()
        assert world.open_rejections() == {("Koncert", "refused_by_place2book")}
        assert world.ours()[uuid].applied["capacity"] == 50
    world.run(by_hand=True)
    assert (world.event_of(uuid).fields.capacity, world.open_rejections()) == (60, set())


def test_end_of_a_sale_that_place2book_ignores_is_no_success(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    uuid, event = world.sell("Koncert")
    world.sandbox.place2book.buy(event.id)
    world.site.edit(uuid, state="Cancelled")
    with monkeypatch.context() as ignoring:
        ignoring.setattr(Place2book, "replace", lambda self, event_id, _: self.get(event_id))
        world.run()
        assert world.ours()[uuid].sale_closed_at is None
        assert ("Koncert", "refused_by_place2book") in world.open_rejections()
    world.run(by_hand=True)
    assert event.sales_status(world.now() + HOUR) == "closed"
    assert world.open_rejections() == {("Koncert", "removed_but_sold")}


def test_end_of_a_prices_sale_that_is_ignored_is_no_success(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    uuid = world.publish("Koncert", ticket_categories=CATEGORIES)
    sold = next(iter(world.event_of(uuid).prices.values()))
    world.sandbox.place2book.buy(world.event_of(uuid).id, price_id=sold.id)
    world.site.edit(uuid, ticket_categories=CATEGORIES[1:])
    with monkeypatch.context() as ignoring:
        ignoring.setattr(
            Place2book, "replace_price", lambda self, event_id, price_id, _: self.price(event_id, price_id)
        )
        world.run()
        assert world.open_rejections() == {("Koncert", "refused_by_place2book"), ("Koncert", "price_has_sales")}
    world.run(by_hand=True)
    assert world.event_of(uuid).prices[sold.id].fields.sale_end_at is not None
    assert world.open_rejections() == {("Koncert", "price_has_sales")}


def test_event_whose_prices_place2book_does_not_show_is_kept_and_the_others_go_on(world: World) -> None:
    uuid, other = world.add("Koncert"), world.add("Foredrag")
    world.run()
    world.sandbox.faults.add(SERVER, "status", "GET", rf"/events/{world.event_of(uuid).id}/prices$", code=404)
    world.site.edit(uuid, ticket_manager_relevance=False)
    assert world.after_edit(other, title="Nyt foredrag").raised == {}
    assert sorted(event.fields.name for event in world.sandbox.place2book.events) == ["Koncert", "Nyt foredrag"]
    assert world.open_rejections() == {("Koncert", "removed_but_sold")}


def test_event_whose_prices_vanish_right_before_its_deletion_is_kept(world: World) -> None:
    uuid = world.publish("Koncert", beside="Foredrag")
    world.site.edit(uuid, ticket_manager_relevance=False)

    class ShowsNoPricesLater(Place2bookClient):
        def event(self, event_maker: int, event_id: int) -> CurrentEvent:
            world.sandbox.faults.add(SERVER, "status", "GET", rf"/events/{event_id}/prices$", times=1, code=404)
            return super().event(event_maker, event_id)

    world.place2book_client = ShowsNoPricesLater
    run = world.run(only=["extract", "transform", "load"])
    assert (run.writes, world.ours()[uuid].status) == ([], "live")


class ListsNothingCompleted(Place2bookClient):
    """A client of a Place2book whose list leaves out what is completed."""

    def event_rows(self, event_maker: int, *, begin_at_after: datetime | None = None) -> tuple[bytes, ...]:
        rows = super().event_rows(event_maker, begin_at_after=begin_at_after)
        return tuple(row for row in rows if self._is_listed(self.event_in(event_maker, row)))

    def _is_listed(self, event: CurrentEvent) -> bool:
        return event.state != "completed"


def test_completed_event_that_is_no_longer_listed_does_not_keep_the_library_waiting(world: World) -> None:
    uuid, other = world.add("Koncert"), world.add("Foredrag")
    world.run()
    world.sandbox.place2book.staff_edit(world.event_of(uuid).id, state="completed")
    world.place2book_client = ListsNothingCompleted
    assert world.after_edit(other, title="Nyt foredrag").raised == {}
    assert world.event_of(other).fields.name == "Nyt foredrag"


@pytest.mark.parametrize("code", [403, 410])
def test_event_that_place2book_will_not_show_us_is_missing_and_the_others_go_on(world: World, code: int) -> None:
    uuid, other = world.add("Koncert"), world.add("Foredrag")
    world.run()
    event = world.event_of(uuid)
    event.event_maker = 5100
    world.sandbox.faults.add(SERVER, "status", "GET", rf"/events/{event.id}$", code=code)
    assert world.after_edit(other, title="Nyt foredrag").raised == {}
    assert world.event_of(other).fields.name == "Nyt foredrag"
    assert world.open_rejections() == {("Koncert", "event_missing_in_place2book")}


def test_sales_link_that_comes_later_is_written_back_then(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    uuid = world.add("Koncert", state="TicketSaleNotOpen")
    as_json = stand_in.event_json

    def without_address(*args: Any, **named: Any) -> dict[str, object]:
        return {k: v for k, v in as_json(*args, **named).items() if k not in ("seccode", "links")}

    with monkeypatch.context() as silent:
        silent.setattr(stand_in, "event_json", without_address)
        assert (world.run().raised, world.link_shown(uuid), world.state_shown(uuid)) == ({}, None, "Active")
    assert world.run().writes == [("cms:solbjerg", "PATCH")]
    assert world.answers(world.link_shown(uuid))
    assert world.run().writes == []


def test_end_of_a_sale_that_place2book_keeps_in_minutes_is_undone_when_the_event_is_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_event = stand_in.read_event

    def in_minutes(body: dict[str, object], newer: Collection[str] = ()) -> EventFields:
        fields = read_event(body, newer)
        closes = fields.sale_close_at
        return replace(fields, sale_close_at=closes and closes.replace(second=0))

    monkeypatch.setattr(stand_in, "read_event", in_minutes)
    uuid, event = world.sell("Koncert")
    world.sandbox.place2book.buy(event.id)
    world.after_edit(uuid, state="Cancelled")
    assert event.sales_status(world.now() + HOUR) == "closed"
    world.after_edit(uuid, state="Active")
    assert event.fields.sale_close_at is None


@pytest.mark.parametrize("lookback_days", [0, 1])
def test_purchases_of_an_event_that_just_ended_are_read_with_any_lookback(world: World, lookback_days: int) -> None:
    world.configure(lookback_days=lookback_days)
    start = world.now() + HOUR
    uuid = world.publish("Koncert", start=start, end=start + HOUR)
    world.sandbox.place2book.buy(world.event_of(uuid).id, quantity=2)
    world.ahead += 3 * HOUR
    assert world.run().raised == {}
    assert tickets(world) == 2


def test_event_that_is_over_and_no_longer_listed_is_exported_on_and_not_taken_for_removed(world: World) -> None:
    start = world.now() + HOUR
    uuid = world.publish("Koncert", start=start, end=start + HOUR)
    event_id = world.event_of(uuid).id
    world.sandbox.place2book.buy(event_id, quantity=2)
    world.ahead += 3 * HOUR
    world.run()
    world.sandbox.place2book.staff_edit(event_id, state="completed")
    world.place2book_client = ListsNothingCompleted
    world.run()
    world.sandbox.place2book.purchases(event_id)[0].tickets.pop()
    world.ahead += 25 * HOUR
    assert (world.run().raised, world.rows("SELECT removed_at FROM warehouse.events")) == ({}, [{"removed_at": None}])
    assert world.rows("SELECT count(*) AS released FROM warehouse.tickets WHERE released_at IS NOT NULL") == [
        {"released": 1}
    ]


def tickets(world: World) -> int:
    rows: Sequence[dict[str, Any]] = world.rows("SELECT count(*) AS tickets FROM warehouse.tickets")
    return int(rows[0]["tickets"])
