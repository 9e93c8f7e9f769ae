"""The prices of a linked event against its ticket categories (behaviour 3 and 6), row by row of prices.py's table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from include.models import AppliedPrice, CurrentPrice, DesiredPrice, Rejection
from include.sync.fields import written_time
from include.sync.prices import PricePlan, plan_prices, price_is_sold
from tests.unit.sync.builders import ADULT, CHILD, SOLD, ours, price, said, standing, wanted
from tests.unit.sync.mapping_examples import NOW

FREE = DesiredPrice(key="cat-3", name="Gratis", value_ore=0)
ENDED = NOW - timedelta(days=2)
DEARER = replace(ADULT, value_ore=9000)
RENAMED = replace(ADULT, name="Voksne")
NEW_UUID = replace(ADULT, key="cat-9")


def planned(
    desired: Sequence[DesiredPrice],
    applied: Mapping[str, AppliedPrice],
    prices: Sequence[CurrentPrice] | None,
    *,
    resync: bool = False,
    adopting: bool = False,
) -> PricePlan:
    current = standing(prices=None if prices is None else tuple(prices))
    return plan_prices(wanted(), desired, applied, current, NOW, resync=resync, adopting=adopting)


def on(plan: PricePlan) -> list[tuple[str, str | None, int | None]]:
    """Return which price of which ticket category each change is about."""
    return [(change.kind.value, change.price_key, change.price_id) for change in plan.changes]


@pytest.mark.parametrize("wanted_price", [pytest.param(CHILD, id="with-a-price"), pytest.param(FREE, id="free")])
def test_prices_of_a_new_category_are_created(wanted_price: DesiredPrice) -> None:
    plan = planned([ADULT, wanted_price], {"cat-1": ours()}, [price()])
    new = {"name": (None, wanted_price.name), "value": (None, wanted_price.value_ore)}
    assert said(plan.changes) == [("create_price", "a", new)]
    assert on(plan) == [("create_price", wanted_price.key, None)]


def test_prices_as_last_applied_need_nothing() -> None:
    plan = planned([ADULT], {"cat-1": ours()}, [price(), price(12, of=CHILD)])
    assert plan == PricePlan(ours={"cat-1": ours()})


def test_prices_with_a_lost_answer_are_taken_as_ours() -> None:
    plan = planned([ADULT], {}, [price(10, value_ore=9900), price(11)])
    assert plan == PricePlan(ours={"cat-1": ours(11)})


@pytest.mark.parametrize(
    ("desired", "fields"),
    [
        pytest.param(DEARER, {"value": (7500, 9000)}, id="another-value"),
        pytest.param(RENAMED, {"name": ("Voksen", "Voksne")}, id="renamed"),
        pytest.param(replace(ADULT, value_ore=0), {"value": (7500, 0)}, id="now-free"),
    ],
)
@pytest.mark.parametrize("stands", [pytest.param(price(), id="unsold"), pytest.param(SOLD, id="sold")])
def test_prices_changed_at_the_source_are_updated(
    desired: DesiredPrice, fields: dict[str, object], stands: CurrentPrice
) -> None:
    plan = planned([desired], {"cat-1": ours()}, [stands])
    assert said(plan.changes) == [("update_price", "a", fields)]
    assert on(plan) == [("update_price", "cat-1", 11)]
    assert plan.edited == []


@pytest.mark.parametrize(
    ("desired", "stands", "fields", "edited"),
    [
        pytest.param(
            RENAMED,
            price(value_ore=6000),
            {"name": ("Voksen", "Voksne")},
            {"price.11.value": (7500, 6000)},
            id="value-edited-name-changed",
        ),
        pytest.param(
            DEARER,
            price(name="Voksen (17+)"),
            {"value": (7500, 9000)},
            {"price.11.name": ("Voksen", "Voksen (17+)")},
            id="name-edited-value-changed",
        ),
    ],
)
def test_prices_edited_by_staff_keep_what_the_source_did_not_change(
    desired: DesiredPrice, stands: CurrentPrice, fields: dict[str, object], edited: dict[str, object]
) -> None:
    plan = planned([desired], {"cat-1": ours()}, [stands])
    assert said(plan.changes) == [("update_price", "a", fields)]
    assert {field.field: (field.old, field.new) for field in plan.edited} == edited


def test_prices_that_place2book_already_has_are_only_recorded() -> None:
    plan = planned([DEARER], {"cat-1": ours()}, [price(value_ore=9000)])
    assert said(plan.changes) == [("record", "a", {})]
    assert on(plan) == [("record", "cat-1", 11)]


@pytest.mark.parametrize(
    ("stands", "edited", "pushed"),
    [
        pytest.param(
            [price(name="Voksen (17+)", value_ore=8000)],
            {"price.11.name": ("Voksen", "Voksen (17+)"), "price.11.value": (7500, 8000)},
            ("update_price", "a", {"name": ("Voksen (17+)", "Voksen"), "value": (8000, 7500)}),
            id="edited",
        ),
        pytest.param(
            [],
            {"price.11.value": (7500, None)},
            ("create_price", "a", {"name": (None, "Voksen"), "value": (None, 7500)}),
            id="deleted",
        ),
    ],
)
def test_prices_edited_by_staff_are_left_alone_until_a_resync(
    stands: list[CurrentPrice], edited: dict[str, object], pushed: object
) -> None:
    plan = planned([ADULT], {"cat-1": ours()}, stands)
    assert plan.changes == []
    assert {field.field: (field.old, field.new) for field in plan.edited} == edited
    again = planned([ADULT], {"cat-1": ours()}, stands, resync=True)
    assert said(again.changes) == [pushed]
    assert again.edited == []


def test_prices_deleted_by_staff_are_created_again_when_the_category_changes() -> None:
    plan = planned([DEARER], {"cat-1": ours()}, [])
    assert said(plan.changes) == [("create_price", "a", {"name": (None, "Voksen"), "value": (None, 9000)})]
    assert plan.edited == []


def test_prices_renamed_and_in_another_order_stay_with_their_uuids() -> None:
    swapped = [replace(CHILD, name="Voksen"), replace(ADULT, name="Barn")]
    plan = planned(swapped, {"cat-1": ours(), "cat-2": ours(12, CHILD)}, [price(), price(12, CHILD)])
    assert said(plan.changes) == [
        ("update_price", "a", {"name": ("Barn", "Voksen")}),
        ("update_price", "a", {"name": ("Voksen", "Barn")}),
    ]
    assert on(plan) == [("update_price", "cat-2", 12), ("update_price", "cat-1", 11)]


@pytest.mark.parametrize("stands", [pytest.param([price()], id="standing"), pytest.param([], id="deleted-by-staff")])
def test_prices_of_a_category_with_a_new_uuid_go_on_under_it(stands: list[CurrentPrice]) -> None:
    plan = planned([NEW_UUID], {"cat-1": ours()}, stands)
    assert (plan.changes, plan.rejections, plan.ours) == ([], [], {"cat-9": ours()})


def test_prices_of_a_category_with_a_new_uuid_and_value_are_updated() -> None:
    plan = planned([replace(NEW_UUID, value_ore=9000)], {"cat-1": ours()}, [SOLD])
    assert said(plan.changes) == [("update_price", "a", {"value": (7500, 9000)})]
    assert on(plan) == [("update_price", "cat-9", 11)]
    assert plan.ours == {"cat-9": ours()}


def test_prices_with_one_name_and_new_uuids_are_paired_by_value_first() -> None:
    low = DesiredPrice(key="new-low", name="Voksen", value_ore=5000)
    high = DesiredPrice(key="new-high", name="Voksen", value_ore=7500)
    before = {"old-high": ours(11), "old-low": ours(12, low)}
    plan = planned([low, high], before, [price(11), price(12, low)])
    assert (plan.changes, plan.ours) == ([], {"new-low": ours(12, low), "new-high": ours(11)})


def test_prices_with_one_name_and_lost_answers_are_paired_by_value() -> None:
    low = DesiredPrice(key="low", name="Voksen", value_ore=5000)
    plan = planned([low, ADULT], {}, [price(11), price(12, low)])
    assert (plan.changes, plan.ours) == ([], {"low": ours(12, low), "cat-1": ours(11)})


def test_prices_with_one_name_and_one_value_are_each_taken_once() -> None:
    twin = replace(ADULT, key="twin")
    plan = planned([ADULT, twin], {}, [price(11), price(12)])
    assert (plan.changes, plan.ours) == ([], {"cat-1": ours(11), "twin": ours(12)})


def test_prices_of_a_removed_category_without_sales_are_deleted() -> None:
    plan = planned([ADULT], {"cat-1": ours(), "cat-2": ours(12, CHILD)}, [SOLD, price(12, CHILD)])
    assert said(plan.changes) == [("delete_price", "a", {"name": ("Barn", None), "value": (2500, None)})]
    assert on(plan) == [("delete_price", "cat-2", 12)]
    assert plan.rejections == []


@pytest.mark.parametrize(
    ("unsure", "found"),
    [
        pytest.param({"sold_tickets": 2, "deletable": False}, "2", id="sold"),
        pytest.param({"sold_tickets": 2, "deletable": True}, "2", id="sold-and-said-deletable"),
        pytest.param({"sold_tickets": 0, "deletable": False}, "0", id="not-deletable"),
        pytest.param({"sold_tickets": None, "deletable": None}, "?", id="nobody-can-tell"),
    ],
)
def test_prices_of_a_removed_category_with_sales_are_kept_with_their_sale_ended(
    unsure: dict[str, object], found: str
) -> None:
    plan = planned([CHILD], {"cat-1": ours(), "cat-2": ours(12, CHILD)}, [price(**unsure), price(12, CHILD)])
    assert said(plan.changes) == [("end_price_sale", "a", {"sale_end_at": (None, written_time(NOW))})]
    assert on(plan) == [("end_price_sale", "cat-1", 11)]
    assert plan.rejections == [
        Rejection(uuid="a", title="Foredrag om hvaler", code="price_has_sales", field="Voksen", found=found)
    ]


@pytest.mark.parametrize(
    ("mine", "ends"),
    [
        pytest.param(ours(ended_at=ENDED), ENDED, id="ended-by-us"),
        pytest.param(ours(ended_at=ENDED), None, id="opened-again-by-staff"),
        pytest.param(ours(), ENDED, id="ended-by-staff"),
        pytest.param(ours(), NOW, id="ends-now"),
    ],
)
def test_prices_of_a_removed_category_are_ended_once(mine: AppliedPrice, ends: object) -> None:
    plan = planned([], {"cat-1": mine}, [replace(SOLD, sale_end_at=ends)])  # type: ignore[arg-type]
    assert plan.changes == []
    assert [rejection.code for rejection in plan.rejections] == ["price_has_sales"]


def test_prices_of_a_removed_category_whose_sale_ends_later_are_ended_now() -> None:
    later = NOW + timedelta(days=3)
    plan = planned([], {"cat-1": ours()}, [replace(SOLD, sale_end_at=later)])
    ended = {"sale_end_at": (written_time(later), written_time(NOW))}
    assert said(plan.changes) == [("end_price_sale", "a", ended)]


def test_prices_of_a_removed_category_deleted_by_staff_are_forgotten() -> None:
    assert planned([], {"cat-1": ours()}, [price(12, CHILD)]) == PricePlan()


@pytest.mark.parametrize("back", [pytest.param(ADULT, id="same-uuid"), pytest.param(NEW_UUID, id="new-uuid")])
def test_prices_of_a_category_that_is_back_go_on_sale_again(back: DesiredPrice) -> None:
    plan = planned([back], {"cat-1": ours(ended_at=ENDED)}, [replace(SOLD, sale_end_at=ENDED)])
    assert said(plan.changes) == [("update_price", "a", {"sale_end_at": (written_time(ENDED), None)})]


@pytest.mark.parametrize(
    "ends", [pytest.param(None, id="opened"), pytest.param(NOW + timedelta(days=1), id="another-end")]
)
def test_prices_of_a_category_that_is_back_keep_the_end_that_staff_set(ends: object) -> None:
    stands = replace(SOLD, sale_end_at=ends)  # type: ignore[arg-type]
    plan = planned([ADULT], {"cat-1": ours(ended_at=ENDED)}, [stands])
    assert said(plan.changes) == [("record", "a", {})]


def test_prices_that_staff_added_are_never_touched() -> None:
    staffs = price(77, of=DesiredPrice(key="", name="Personale", value_ore=100))
    plan = planned([DEARER], {"cat-1": ours()}, [price(), staffs], resync=True)
    assert on(plan) == [("update_price", "cat-1", 11)]


def test_prices_that_were_not_read_are_left_alone() -> None:
    assert planned([DEARER, CHILD], {"cat-1": ours()}, None) == PricePlan(ours={"cat-1": ours()})


@pytest.mark.parametrize(
    ("desired", "stands", "expected", "edited"),
    [
        pytest.param([ADULT], [price(value_ore=8000)], ours(), {"price.11.value": (7500, 8000)}, id="by-name"),
        pytest.param([ADULT], [price(name="Billet")], ours(), {"price.11.name": ("Voksen", "Billet")}, id="by-value"),
    ],
)
def test_prices_of_an_adopted_event_are_taken_as_they_stand(
    desired: list[DesiredPrice], stands: list[CurrentPrice], expected: AppliedPrice, edited: object
) -> None:
    plan = planned(desired, {}, stands, adopting=True)
    assert (plan.changes, plan.ours) == ([], {"cat-1": expected})
    assert {field.field: (field.old, field.new) for field in plan.edited} == edited


def test_prices_of_an_adopted_event_of_one_value_are_not_guessed_among_several() -> None:
    plan = planned([ADULT], {}, [price(11, name="Pensionist"), price(12, name="Studerende")], adopting=True)
    assert on(plan) == [("create_price", "cat-1", None)]


def test_prices_of_another_value_are_not_taken_as_ours_without_adoption() -> None:
    assert on(planned([ADULT], {}, [price(value_ore=8000)])) == [("create_price", "cat-1", None)]
    assert on(planned([ADULT], {}, [price(name="Billet")])) == [("create_price", "cat-1", None)]


@pytest.mark.parametrize(
    ("sold_tickets", "deletable", "expected"),
    [
        (0, True, False),
        (0, None, False),
        (None, True, False),
        (1, True, True),
        (1, None, True),
        (0, False, True),
        (None, False, True),
        (None, None, True),
    ],
)
def test_price_is_sold_unless_it_can_be_told(sold_tickets: int | None, deletable: bool | None, expected: bool) -> None:
    assert price_is_sold(price(sold_tickets=sold_tickets, deletable=deletable)) is expected
