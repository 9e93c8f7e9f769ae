"""What holds whatever the source, Place2book's staff and buyers do, in whatever order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from billetbro.models import DesiredPrice, Kind, LinkStatus, Mapped, Mode, Outcome, TicketEvent
from billetbro.reconcile.planning.owned_fields import desired_fields
from tests.unit.reconcile.builders import ADULT, CHILD, EVENT, PASSIVE_EVENT, price, said, wanted
from tests.unit.reconcile.mapping.mapping_examples import NOW
from tests.unit.reconcile.planning.place2book_model import World

DAYS = st.integers(0, 5).map(lambda days: EVENT.begin_at + timedelta(days=days))
TITLES = st.sampled_from(["Foredrag om hvaler", "Krea-café"])
CATEGORIES = st.lists(
    st.builds(
        DesiredPrice,
        key=st.sampled_from(["k1", "k2", "k3", "k4"]),
        name=st.sampled_from(["Voksen", "Barn"]),
        value_ore=st.sampled_from([0, 2500, 7500]),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda category: category.key,
).map(tuple)
SERIES = st.sampled_from([None, "krea"])
PICK = st.integers(0, 9)
STAFFS_OWN = frozenset({"sale_open_at", "waiting_list", "state", "sale_close_at"})
PRICE_FIELDS = frozenset({"name", "value", "sale_end_at"})


@st.composite
def source_events(draw: st.DrawFn, uuid: str = "a") -> Mapped:
    begin_at, title = draw(DAYS), draw(TITLES)
    base = PASSIVE_EVENT if draw(PICK) == 0 else replace(EVENT, prices=draw(CATEGORIES))
    event = replace(base, name=title, begin_at=begin_at, end_at=begin_at + timedelta(hours=2))
    event = replace(event, capacity=draw(st.sampled_from([1, 2, 40])))
    return wanted(uuid, event, series_uuid=draw(SERIES))


def _source_uuid(world: World, pick: int) -> str | None:
    return sorted(world.source)[pick % len(world.source)] if world.source else None


def _shop_id(world: World, pick: int) -> int | None:
    return sorted(world.shop.events)[pick % len(world.shop.events)] if world.shop.events else None


def put(world: World, number: int, pick: int, mapped: Mapped) -> None:
    uuid = f"new-{number}"
    world.source[uuid] = replace(mapped, uuid=uuid)


def change(world: World, number: int, pick: int, mapped: Mapped) -> None:
    if uuid := _source_uuid(world, pick):
        world.source[uuid] = replace(mapped, uuid=uuid, link=world.source[uuid].link)


def drop(world: World, number: int, pick: int, mapped: Mapped) -> None:
    if uuid := _source_uuid(world, pick):
        del world.source[uuid]


def make_anew(world: World, number: int, pick: int, mapped: Mapped) -> None:
    shift = timedelta(days=pick % 3)
    for index, (uuid, old) in enumerate(sorted(world.source.items())):
        if old.series_uuid and old.desired:
            del world.source[uuid]
            times = {"begin_at": old.desired.begin_at + shift, "end_at": old.desired.end_at + shift}
            fresh = wanted(f"anew-{number}-{index}", replace(old.desired, **times), series_uuid=old.series_uuid)
            rejected = pick == 9 and index == 0
            if rejected:
                fresh = replace(fresh, outcome=Outcome.REJECTED, desired=None, code="capacity_missing")
            world.source[fresh.uuid] = fresh


def clone(world: World, number: int, pick: int, mapped: Mapped) -> None:
    if uuid := _source_uuid(world, pick):
        world.source[f"clone-{number}"] = replace(mapped, uuid=f"clone-{number}", link=world.source[uuid].link)


def withdraw(world: World, number: int, pick: int, mapped: Mapped) -> None:
    if uuid := _source_uuid(world, pick):
        outcome = (Outcome.CANCELLED, Outcome.SKIPPED, Outcome.REJECTED)[pick % 3]
        world.source[uuid] = replace(world.source[uuid], outcome=outcome, desired=None, code="capacity_missing")


def sell(world: World, number: int, pick: int, mapped: Mapped) -> None:
    event_id = _shop_id(world, pick)
    if event_id and (prices := world.shop.events[event_id].prices):
        first = replace(prices[0], sold_tickets=(prices[0].sold_tickets or 0) + 1)
        world.shop.put_prices(event_id, (first, *prices[1:]))


def edit(world: World, number: int, pick: int, mapped: Mapped) -> None:
    """Let staff edit an event in Place2book, add a price, or delete one or the whole when nothing is sold."""
    if not (event_id := _shop_id(world, pick)):
        return
    event = world.shop.events[event_id]
    prices, unsold = event.prices or (), not any(one.sold_tickets for one in event.prices or ())
    if pick % 5 == 0:
        world.shop.events[event_id] = replace(event, name="Rettet i Place2book", capacity=60)
    elif pick % 5 == 1:
        world.shop.put_prices(event_id, (*prices, price(10_000 + number, value_ore=100)))
    elif pick % 5 == 2 and prices:
        world.shop.put_prices(event_id, (replace(prices[0], value_ore=100), *prices[1:]))
    elif pick % 5 == 3 and unsold:
        world.shop.put_prices(event_id, prices[1:])
    elif pick % 5 == 4 and unsold:
        del world.shop.events[event_id]


Action = Callable[[World, int, int, Mapped], None]
Step = tuple[Action, int, Mapped, Mode | None]
ACTIONS: tuple[Action, ...] = (put, put, change, change, drop, make_anew, clone, withdraw, sell, edit)
RUNS = st.sampled_from([None, Mode.SYNC, Mode.SYNC, Mode.RESYNC])
STEPS = st.lists(st.tuples(st.sampled_from(ACTIONS), PICK, source_events(), RUNS), min_size=1, max_size=12)
STORIES = settings(max_examples=120, deadline=None)


def settle(world: World) -> None:
    world.sync()
    world.sync()


@given(STEPS)
@STORIES
def test_plan_of_any_story_converges_and_breaks_no_promise(steps: list[Step]) -> None:
    world = World()
    for number, (action, pick, mapped, mode) in enumerate(steps):
        action(world, number, pick, mapped)
        if mode:
            world.sync(mode)
    settle(world)
    world.shop.writes.clear()
    assert (said(world.sync().changes), world.shop.writes) == ([], [])
    live = [link.event_id for link in world.links.values() if link.status is LinkStatus.LIVE]
    assert len(live) == len(set(live))
    assert all(uuid == link.uuid for uuid, link in world.links.items())


@given(STEPS)
@STORIES
def test_plan_made_twice_is_the_same(steps: list[Step]) -> None:
    world = World()
    for number, (action, pick, mapped, mode) in enumerate(steps):
        action(world, number, pick, mapped)
        assert world.plan() == world.plan()
        if mode:
            world.sync(mode)


@given(STEPS)
@STORIES
def test_plan_never_writes_a_field_of_staffs(steps: list[Step]) -> None:
    world, allowed = World(), frozenset(desired_fields(EVENT))
    for number, (action, pick, mapped, mode) in enumerate(steps):
        action(world, number, pick, mapped)
        for planned in world.sync(mode or Mode.SYNC).changes:
            fields = {field.field for field in planned.fields}
            if planned.kind is Kind.UPDATE:
                assert fields <= allowed - STAFFS_OWN
            elif planned.kind is Kind.UPDATE_PRICE:
                assert fields <= PRICE_FIELDS
                assert planned.price_id is not None
                assert planned.price_id < 10_000


@given(source_events(), st.integers(1, 100), st.text(max_size=9), st.integers(0, 10_000))
def test_plan_never_wipes_what_staff_edited(mapped: Mapped, capacity: int, name: str, value: int) -> None:
    world = World(source={mapped.uuid: mapped})
    settle(world)
    event_id = world.links["a"].event_id
    event = world.shop.events[event_id]
    edited = tuple(replace(one, name=name, value_ore=value, sale_begin_at=NOW) for one in event.prices or ())
    world.shop.events[event_id] = replace(event, name=name, capacity=capacity, sale_open_at=NOW, prices=edited)
    before = dict(world.shop.events)
    world.shop.writes.clear()
    settle(world)
    assert (world.shop.events, world.shop.writes) == (before, [])


@given(source_events(), source_events())
def test_plan_of_a_changed_source_brings_place2book_to_it(before: Mapped, after: Mapped) -> None:
    world = World(source={"a": before})
    settle(world)
    world.source["a"] = after
    settle(world)
    event = world.shop.events[world.links["a"].event_id]
    stands = TicketEvent(
        **{name: getattr(event, name) for name in ("name", "description_short", "description_long")},
        **{name: getattr(event, name) for name in ("begin_at", "end_at", "capacity", "passive", "address")},
        prices=after.desired.prices,
    )
    assert stands == after.desired
    wanted_prices = sorted((one.name, one.value_ore) for one in after.desired.prices)
    assert sorted((one.name, one.value_ore) for one in event.prices or ()) == wanted_prices


def test_plan_of_two_titles_in_one_series_made_anew_keeps_each_its_sales() -> None:
    other = replace(EVENT, name="Krea-café", prices=(ADULT, CHILD))
    world = World(source={"x": wanted("x", EVENT, series_uuid="krea"), "y": wanted("y", other, series_uuid="krea")})
    settle(world)
    sold_at = {uuid: link.event_id for uuid, link in world.links.items()}
    for event_id in sold_at.values():
        first, *rest = world.shop.events[event_id].prices or ()
        world.shop.put_prices(event_id, (replace(first, sold_tickets=2), *rest))
    make_anew(world, 1, 1, wanted())
    settle(world)
    found = {link.title: link.event_id for link in world.links.values()}
    assert found == {EVENT.name: sold_at["x"], other.name: sold_at["y"]}
    assert set(world.shop.events) == set(sold_at.values())
