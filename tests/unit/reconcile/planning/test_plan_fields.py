"""Who owns a field, and what Place2book will not accept (behaviour 3 and 6)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from billetbro.models import Address, Kind, Mode, TicketEvent, Written
from billetbro.reconcile.planning.owned_fields import written_time
from billetbro.reconcile.reasons import Why
from tests.cases import cases
from tests.unit.reconcile.builders import (
    ADDRESS,
    EVENT,
    SOLD,
    START,
    linked,
    plan_of,
    price,
    rejected,
    said,
    sold,
    standing,
    wanted,
)

HOUR = timedelta(hours=1)
NEW_ADDRESS = replace(ADDRESS, name="Havnen", address1="Kajen 1", phone="+45 00 00 50 01")
Fields = dict[str, tuple[Written, Written]]


def starting(begin_at: datetime) -> TicketEvent:
    return replace(EVENT, begin_at=begin_at, end_at=begin_at + 2 * HOUR)


def times(begin_at: datetime) -> Fields:
    return {
        "begin_at": (written_time(START), written_time(begin_at)),
        "end_at": (written_time(START + 2 * HOUR), written_time(begin_at + 2 * HOUR)),
    }


CHANGED = [
    pytest.param({"name": "Nyt"}, {"name": (EVENT.name, "Nyt")}, id="name"),
    pytest.param({"description_short": "x"}, {"description_short": (EVENT.description_short, "x")}, id="short"),
    pytest.param({"description_long": "x"}, {"description_long": (EVENT.description_long, "x")}, id="long"),
    pytest.param({"begin_at": START - HOUR}, {"begin_at": times(START - HOUR)["begin_at"]}, id="begin_at"),
    pytest.param({"end_at": START + 3 * HOUR}, {"end_at": times(START + HOUR)["end_at"]}, id="end_at"),
    pytest.param({"capacity": 50}, {"capacity": (40, 50)}, id="capacity"),
    pytest.param(
        {"address": NEW_ADDRESS},
        {
            "address.name": ("Solbjerg Bibliotek", "Havnen"),
            "address.address1": ("Bygaden 12", "Kajen 1"),
            "address.phone": ("", "+45 00 00 50 01"),
        },
        id="address",
    ),
]


@cases("current", ("unsold", standing()), ("sold", sold()))
@pytest.mark.parametrize(("change", "fields"), CHANGED)
def test_field_changed_at_the_source_is_updated_alone(change: dict[str, Any], fields: Fields, current: Any) -> None:
    plan = plan_of([wanted(event=replace(EVENT, **change))], [linked()], [current])
    assert (said(plan.changes), plan.rejections, plan.held_back) == ([("update", "a", fields)], [], [])


@pytest.mark.parametrize(("change", "fields"), CHANGED)
def test_field_edited_by_staff_is_drift_once_and_pushed_by_a_resync(change: dict[str, Any], fields: Fields) -> None:
    edited = standing(event=replace(EVENT, **change))
    first = plan_of([wanted()], [linked()], [edited])
    assert said(first.changes) == [("drift", "a", fields)]
    noted = linked(drift={name: new for name, (_, new) in fields.items()})
    assert plan_of([wanted()], [noted], [edited]).changes == []
    again = plan_of([wanted()], [noted], [edited], mode=Mode.RESYNC)
    assert said(again.changes) == [("update", "a", {name: (new, old) for name, (old, new) in fields.items()})]


def test_field_edited_by_staff_again_is_drift_again() -> None:
    plan = plan_of([wanted()], [linked(drift={"capacity": 50})], [standing(capacity=60)])
    assert said(plan.changes) == [("drift", "a", {"capacity": (40, 60)})]


NORMALISED = {"description_long": "<p>Normaliseret</p>"}


@pytest.mark.parametrize("mode", list(Mode))
@cases(
    "noted link current undone",
    ("field", {"capacity": 60}, {}, {}, {"capacity": (60, 40)}),
    ("price", {"price.11.value": 8000}, {}, {}, {"price.11.value": (8000, 7500)}),
    ("prices not read", {"price.11.value": 8000}, {}, {"prices": None}, {}),
    ("price that is gone", {"price.12.value": None}, {}, {}, {}),
    (
        "as normalised",
        {"description_long": "Andet"},
        {"echo": {**linked().echo, **NORMALISED}},
        NORMALISED,
        {"description_long": ("Andet", "<p>Normaliseret</p>")},
    ),
)
def test_field_whose_edit_staff_took_back_is_drift_no_more(
    noted: dict[str, Any], link: dict[str, Any], current: dict[str, Any], undone: Fields, mode: Mode
) -> None:
    plan = plan_of([wanted()], [linked(drift=noted, **link)], [standing(**current)], mode=mode)
    found = [(change.kind, change.why) for change in plan.changes]
    assert (said(plan.changes), found) == (
        ([("drift", "a", undone)], [(Kind.DRIFT, Why.UNDONE_BY_STAFF)]) if undone else ([], [])
    )


def test_field_edited_by_staff_stays_while_another_is_updated() -> None:
    plan = plan_of([wanted(event=replace(EVENT, name="Nyt"))], [linked()], [standing(capacity=60)])
    found = said(plan.changes)
    assert found == [("update", "a", {"name": (EVENT.name, "Nyt")}), ("drift", "a", {"capacity": (40, 60)})]


def test_field_edited_by_staff_gives_way_when_the_source_changes_it() -> None:
    edited = linked(drift={"capacity": 60})
    plan = plan_of([wanted(event=replace(EVENT, capacity=45))], [edited], [standing(capacity=60)])
    assert said(plan.changes) == [("update", "a", {"capacity": (60, 45)})]


def test_field_made_unlimited_by_staff_is_drift() -> None:
    plan = plan_of([wanted()], [linked()], [standing(capacity=None)])
    assert said(plan.changes) == [("drift", "a", {"capacity": (40, "∞")})]


def test_field_that_place2book_already_has_is_recorded_beside_the_update() -> None:
    event = replace(EVENT, name="Nyt", capacity=60)
    alone = plan_of([wanted(event=replace(EVENT, capacity=60))], [linked()], [standing(capacity=60)])
    assert said(alone.changes) == [("record", "a", {"capacity": (60, 60)})]
    both = plan_of([wanted(event=event)], [linked()], [standing(capacity=60)])
    found = said(both.changes)
    assert found == [("update", "a", {"name": (EVENT.name, "Nyt")}), ("record", "a", {"capacity": (60, 60)})]


@pytest.mark.parametrize("mode", list(Mode))
def test_field_that_place2book_normalised_is_no_difference(mode: Mode) -> None:
    link = linked(echo={**linked().echo, "description_long": "<p>Normaliseret</p>"})
    plan = plan_of([wanted()], [link], [standing(description_long="<p>Normaliseret</p>")], mode=mode)
    assert plan.changes == []


@pytest.mark.parametrize("mode", list(Mode))
def test_field_that_place2book_normalised_is_no_difference_beside_one_that_changed(mode: Mode) -> None:
    link = linked(echo={**linked().echo, "description_long": "<p>Normaliseret</p>"})
    there = standing(description_long="<p>Normaliseret</p>")
    plan = plan_of([wanted(event=replace(EVENT, capacity=60))], [link], [there], mode=mode)
    assert said(plan.changes) == [("update", "a", {"capacity": (40, 60)})]


def test_field_of_an_event_without_address_is_drift_once() -> None:
    plan = plan_of([wanted()], [linked()], [standing(address=None)])
    parts = ("name", "address1", "address2", "postal_code", "city", "phone", "country")
    assert said(plan.changes) == [("drift", "a", {f"address.{part}": (getattr(ADDRESS, part), None) for part in parts})]
    noted = linked(drift={f"address.{part}": None for part in parts})
    assert plan_of([wanted()], [noted], [standing(address=None)]).changes == []


def test_field_of_a_price_edited_by_staff_is_drift_once() -> None:
    edited = standing(prices=(price(value_ore=8000),))
    plan = plan_of([wanted()], [linked()], [edited])
    assert said(plan.changes) == [("drift", "a", {"price.11.value": (7500, 8000)})]
    assert plan_of([wanted()], [linked(drift={"price.11.value": 8000})], [edited]).changes == []


@cases(
    "begin_at locked",
    ("the-day-before", datetime(2026, 4, 13, 17, 0, tzinfo=UTC), True),
    ("the-day-before-in-copenhagen", datetime(2026, 4, 13, 21, 59, tzinfo=UTC), True),
    ("midnight-of-the-day-in-copenhagen", datetime(2026, 4, 13, 22, 0, tzinfo=UTC), False),
    ("earlier-the-same-day", START - HOUR, False),
    ("the-day-after", START + timedelta(days=1), False),
)
def test_earlier_date_after_a_sale_is_held_back(begin_at: datetime, locked: bool) -> None:
    event = replace(starting(begin_at), name="Nyt")
    plan = plan_of([wanted(event=event)], [linked()], [sold()])
    renamed: Fields = {"name": (EVENT.name, "Nyt")}
    moved = times(begin_at)
    assert said(plan.changes) == [("update", "a", renamed if locked else renamed | moved)]
    assert said(plan.held_back) == ([("update", "a", moved)] if locked else [])
    assert [held.why for held in plan.held_back] == (["begin_at_locked"] if locked else [])
    assert rejected(plan) == ([("a", "begin_at_locked", "begin_at", written_time(begin_at))] if locked else [])
    assert plan_of([wanted(event=event)], [linked()], [standing()]).held_back == []


def test_earlier_date_when_sales_are_unknown_is_held_back() -> None:
    unknown = standing(deletable=None, prices=(price(sold_tickets=None, deletable=None),))
    plan = plan_of([wanted(event=starting(START - timedelta(days=1)))], [linked()], [unknown])
    assert (plan.changes, [held.why for held in plan.held_back]) == ([], ["begin_at_locked"])


@cases(
    "change", ("earlier date", starting(START - timedelta(days=1))), ("fewer than are sold", replace(EVENT, capacity=2))
)
def test_change_that_would_be_held_back_but_staff_have_already_made_is_recorded(change: TicketEvent) -> None:
    plan = plan_of([wanted(event=change)], [linked()], [sold(event=change)])
    assert ([change.kind.value for change in plan.changes], plan.rejections) == (["record"], [])


@cases(
    "capacity prices held",
    ("below", 2, (SOLD,), True),
    ("as-many", 3, (SOLD,), False),
    ("below-the-sum", 4, (SOLD, price(12, sold_tickets=2)), True),
    ("nothing-sold", 1, (price(),), False),
)
def test_capacity_below_what_is_sold_is_held_back(capacity: int, prices: Any, held: bool) -> None:
    event = replace(EVENT, capacity=capacity, name="Nyt")
    plan = plan_of([wanted(event=event)], [linked()], [sold(prices=prices)])
    fields: Fields = {"name": (EVENT.name, "Nyt")}
    smaller: Fields = {"capacity": (40, capacity)}
    assert said(plan.changes) == [("update", "a", fields if held else fields | smaller)]
    assert said(plan.held_back) == ([("update", "a", smaller)] if held else [])
    total = str(sum(one.sold_tickets for one in prices))
    assert rejected(plan) == ([("a", "capacity_below_sold", "capacity", total)] if held else [])


def test_capacity_and_date_are_held_back_each_with_its_code() -> None:
    event = replace(starting(START - timedelta(days=1)), capacity=2)
    plan = plan_of([wanted(event=event)], [linked()], [sold()])
    assert plan.changes == []
    found = [(held.why, [field.field for field in held.fields]) for held in plan.held_back]
    assert found == [("begin_at_locked", ["begin_at", "end_at"]), ("capacity_below_sold", ["capacity"])]
    assert all(rejection.held_back for rejection in plan.rejections)


def test_held_back_capacity_of_a_resync_stays_known_as_drift() -> None:
    link = linked(event=replace(EVENT, capacity=2), drift={"capacity": 40})
    plan = plan_of([wanted(event=replace(EVENT, capacity=2))], [link], [sold()], mode=Mode.RESYNC)
    assert (plan.changes, [held.why for held in plan.held_back]) == ([], ["capacity_below_sold"])


def test_address_of_another_country_is_pushed() -> None:
    malmo = Address(name="Malmö", address1="Gatan 1", postal_code="21120", city="Malmö", country="SE")
    plan = plan_of([wanted(event=replace(EVENT, address=malmo))], [linked()], [standing()])
    assert said(plan.changes)[0][2]["address.country"] == ("DK", "SE")
