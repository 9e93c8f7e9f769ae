"""Prices whose ticket category is removed and comes back (behaviour 3 and 6): what is sold is kept."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from billetbro.models import AppliedPrice, DesiredPrice, Rejection
from billetbro.reconcile.planning.owned_fields import written_time
from billetbro.reconcile.planning.prices import PricePlan, price_is_sold
from tests.cases import cases
from tests.unit.reconcile.builders import ADULT, CHILD, SOLD, ours, price, price_plan, said, touched_prices
from tests.unit.reconcile.mapping.mapping_examples import NOW

ENDED = NOW - timedelta(days=2)
NEW_UUID = replace(ADULT, key="cat-9")


def test_prices_of_a_removed_category_without_sales_are_deleted() -> None:
    plan = price_plan([ADULT], {"cat-1": ours(), "cat-2": ours(12, CHILD)}, [SOLD, price(12, CHILD)])
    assert said(plan.changes) == [("delete_price", "a", {"name": ("Barn", None), "value": (2500, None)})]
    assert touched_prices(plan) == [("delete_price", "cat-2", 12)]
    assert plan.rejections == []


@cases(
    "unsure found",
    ("sold", {"sold_tickets": 2, "deletable": False}, "2"),
    ("sold-and-said-deletable", {"sold_tickets": 2, "deletable": True}, "2"),
    ("not-deletable", {"sold_tickets": 0, "deletable": False}, "0"),
    ("nobody-can-tell", {"sold_tickets": None, "deletable": None}, "?"),
)
def test_prices_of_a_removed_category_with_sales_are_kept_and_ended(unsure: dict[str, object], found: str) -> None:
    plan = price_plan([CHILD], {"cat-1": ours(), "cat-2": ours(12, CHILD)}, [price(**unsure), price(12, CHILD)])
    assert said(plan.changes) == [("end_price_sale", "a", {"sale_end_at": (None, written_time(NOW))})]
    assert touched_prices(plan) == [("end_price_sale", "cat-1", 11)]
    assert plan.rejections == [
        Rejection(uuid="a", title="Foredrag om hvaler", code="price_has_sales", field="Voksen", found=found)
    ]


@cases(
    "mine ends",
    ("ended-by-us", ours(ended_at=ENDED), ENDED),
    ("opened-again-by-staff", ours(ended_at=ENDED), None),
    ("ended-by-staff", ours(), ENDED),
    ("ends-now", ours(), NOW),
)
def test_prices_of_a_removed_category_are_ended_once(mine: AppliedPrice, ends: datetime | None) -> None:
    plan = price_plan([], {"cat-1": mine}, [replace(SOLD, sale_end_at=ends)])
    assert plan.changes == []
    assert [rejection.code for rejection in plan.rejections] == ["price_has_sales"]


def test_prices_of_a_removed_category_whose_sale_ends_later_are_ended_now() -> None:
    later = NOW + timedelta(days=3)
    plan = price_plan([], {"cat-1": ours()}, [replace(SOLD, sale_end_at=later)])
    ended = {"sale_end_at": (written_time(later), written_time(NOW))}
    assert said(plan.changes) == [("end_price_sale", "a", ended)]


def test_prices_of_a_removed_category_deleted_by_staff_are_forgotten() -> None:
    assert price_plan([], {"cat-1": ours()}, [price(12, CHILD)]) == PricePlan()


@cases("back", ("same-uuid", ADULT), ("new-uuid", NEW_UUID))
def test_prices_of_a_category_that_is_back_go_on_sale_again(back: DesiredPrice) -> None:
    plan = price_plan([back], {"cat-1": ours(ended_at=ENDED)}, [replace(SOLD, sale_end_at=ENDED)])
    assert said(plan.changes) == [("update_price", "a", {"sale_end_at": (written_time(ENDED), None)})]


def test_prices_of_a_category_that_is_back_get_the_end_that_staff_had_set_before_us() -> None:
    mine = ours(ended_at=ENDED, ended_before=NOW + timedelta(days=2))
    plan = price_plan([ADULT], {"cat-1": mine}, [replace(SOLD, sale_end_at=ENDED)])
    before = {"sale_end_at": (written_time(ENDED), written_time(NOW + timedelta(days=2)))}
    assert said(plan.changes) == [("update_price", "a", before)]


def test_prices_of_a_removed_category_sold_only_at_the_door_are_kept() -> None:
    plan = price_plan([], {"cat-1": ours()}, [price(sold_tickets=0, door_sales=1, deletable=None)])
    assert [change.kind.value for change in plan.changes] == ["end_price_sale"]


@cases("ends", ("opened", None), ("another-end", NOW + timedelta(days=1)))
def test_prices_of_a_category_that_is_back_keep_the_end_that_staff_set(ends: datetime | None) -> None:
    stands = replace(SOLD, sale_end_at=ends)
    plan = price_plan([ADULT], {"cat-1": ours(ended_at=ENDED)}, [stands])
    assert said(plan.changes) == [("record", "a", {})]


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
