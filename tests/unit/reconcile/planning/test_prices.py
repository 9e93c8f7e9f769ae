"""The prices of a linked event against its ticket categories (behaviour 3 and 6), row by row of prices.py's table."""

from dataclasses import replace
from typing import Any

from billetbro.models import AppliedPrice, CurrentPrice, DesiredPrice
from billetbro.reconcile.matching.prices import prices_as_made
from billetbro.reconcile.planning.prices import PricePlan
from tests.cases import cases
from tests.unit.reconcile.builders import ADULT, CHILD, SOLD, ours, price, price_plan, said, touched_prices

FREE = DesiredPrice(key="cat-3", name="Gratis", value_ore=0)
DEARER = replace(ADULT, value_ore=9000)
RENAMED = replace(ADULT, name="Voksne")
NEW_UUID = replace(ADULT, key="cat-9")


@cases("wanted_price", ("with-a-price", CHILD), ("free", FREE))
def test_prices_of_a_new_category_are_created(wanted_price: DesiredPrice) -> None:
    plan = price_plan([ADULT, wanted_price], {"cat-1": ours()}, [price()])
    new = {"name": (None, wanted_price.name), "value": (None, wanted_price.value_ore)}
    assert said(plan.changes) == [("create_price", "a", new)]
    assert touched_prices(plan) == [("create_price", wanted_price.key, None)]


@cases(
    "desired applied stands expected",
    ("as last applied", [ADULT], {"cat-1": ours()}, [price(), price(12, of=CHILD)], {"cat-1": ours()}),
    ("with a lost answer", [ADULT], {}, [price(10, value_ore=9900), price(11)], {"cat-1": ours(11)}),
    ("not read", [DEARER, CHILD], {"cat-1": ours()}, None, {"cat-1": ours()}),
)
def test_prices_that_need_nothing_are_ours(desired: Any, applied: Any, stands: Any, expected: Any) -> None:
    assert price_plan(desired, applied, stands) == PricePlan(ours=expected)


@cases(
    "desired fields",
    ("another-value", DEARER, {"value": (7500, 9000)}),
    ("renamed", RENAMED, {"name": ("Voksen", "Voksne")}),
    ("now-free", replace(ADULT, value_ore=0), {"value": (7500, 0)}),
)
@cases("stands", ("unsold", price()), ("sold", SOLD))
def test_prices_changed_at_the_source_are_updated(
    desired: DesiredPrice, fields: dict[str, object], stands: CurrentPrice
) -> None:
    plan = price_plan([desired], {"cat-1": ours()}, [stands])
    assert said(plan.changes) == [("update_price", "a", fields)]
    assert touched_prices(plan) == [("update_price", "cat-1", 11)]
    assert plan.edited == []


@cases(
    "desired stands fields edited",
    ("value-edited", RENAMED, price(value_ore=6000), {"name": ("Voksen", "Voksne")}, {"price.11.value": (7500, 6000)}),
    (
        "name-edited",
        DEARER,
        price(name="Voksen (17+)"),
        {"value": (7500, 9000)},
        {"price.11.name": ("Voksen", "Voksen (17+)")},
    ),
)
def test_prices_edited_by_staff_keep_what_the_source_did_not_change(
    desired: DesiredPrice, stands: CurrentPrice, fields: dict[str, object], edited: dict[str, object]
) -> None:
    plan = price_plan([desired], {"cat-1": ours()}, [stands])
    assert said(plan.changes) == [("update_price", "a", fields)]
    assert {field.field: (field.old, field.new) for field in plan.edited} == edited


def test_prices_that_place2book_already_has_are_only_recorded() -> None:
    plan = price_plan([DEARER], {"cat-1": ours()}, [price(value_ore=9000)])
    assert said(plan.changes) == [("record", "a", {})]
    assert touched_prices(plan) == [("record", "cat-1", 11)]


@cases(
    "stands edited pushed",
    (
        "edited",
        [price(name="Voksen (17+)", value_ore=8000)],
        {"price.11.name": ("Voksen", "Voksen (17+)"), "price.11.value": (7500, 8000)},
        ("update_price", "a", {"name": ("Voksen (17+)", "Voksen"), "value": (8000, 7500)}),
    ),
    (
        "deleted",
        [],
        {"price.11.value": (7500, None)},
        ("create_price", "a", {"name": (None, "Voksen"), "value": (None, 7500)}),
    ),
)
def test_prices_edited_by_staff_are_left_alone_until_a_resync(
    stands: list[CurrentPrice], edited: dict[str, object], pushed: object
) -> None:
    plan = price_plan([ADULT], {"cat-1": ours()}, stands)
    assert plan.changes == []
    assert {field.field: (field.old, field.new) for field in plan.edited} == edited
    again = price_plan([ADULT], {"cat-1": ours()}, stands, resync=True)
    assert said(again.changes) == [pushed]
    assert again.edited == []


def test_prices_deleted_by_staff_are_created_again_when_the_category_changes() -> None:
    plan = price_plan([DEARER], {"cat-1": ours()}, [])
    assert said(plan.changes) == [("create_price", "a", {"name": (None, "Voksen"), "value": (None, 9000)})]
    assert plan.edited == []


def test_prices_renamed_and_in_another_order_stay_with_their_uuids() -> None:
    swapped = [replace(CHILD, name="Voksen"), replace(ADULT, name="Barn")]
    plan = price_plan(swapped, {"cat-1": ours(), "cat-2": ours(12, CHILD)}, [price(), price(12, CHILD)])
    assert said(plan.changes) == [
        ("update_price", "a", {"name": ("Barn", "Voksen")}),
        ("update_price", "a", {"name": ("Voksen", "Barn")}),
    ]
    assert touched_prices(plan) == [("update_price", "cat-2", 12), ("update_price", "cat-1", 11)]


@cases("stands", ("standing", [price()]), ("deleted-by-staff", []))
def test_prices_of_a_category_with_a_new_uuid_go_on_under_it(stands: list[CurrentPrice]) -> None:
    plan = price_plan([NEW_UUID], {"cat-1": ours()}, stands)
    assert (plan.changes, plan.rejections, plan.ours) == ([], [], {"cat-9": ours()})


def test_prices_of_a_category_with_a_new_uuid_and_value_are_updated() -> None:
    plan = price_plan([replace(NEW_UUID, value_ore=9000)], {"cat-1": ours()}, [SOLD])
    assert said(plan.changes) == [("update_price", "a", {"value": (7500, 9000)})]
    assert touched_prices(plan) == [("update_price", "cat-9", 11)]
    assert plan.ours == {"cat-9": ours()}


def test_prices_with_one_name_and_new_uuids_are_paired_by_value_first() -> None:
    low = DesiredPrice(key="new-low", name="Voksen", value_ore=5000)
    high = DesiredPrice(key="new-high", name="Voksen", value_ore=7500)
    before = {"old-high": ours(11), "old-low": ours(12, low)}
    plan = price_plan([low, high], before, [price(11), price(12, low)])
    assert (plan.changes, plan.ours) == ([], {"new-low": ours(12, low), "new-high": ours(11)})


def test_prices_with_one_name_and_lost_answers_are_paired_by_value() -> None:
    low = DesiredPrice(key="low", name="Voksen", value_ore=5000)
    plan = price_plan([low, ADULT], {}, [price(11), price(12, low)])
    assert (plan.changes, plan.ours) == ([], {"low": ours(12, low), "cat-1": ours(11)})


def test_prices_with_one_name_and_one_value_are_each_taken_once() -> None:
    twin = replace(ADULT, key="twin")
    plan = price_plan([ADULT, twin], {}, [price(11), price(12)])
    assert (plan.changes, plan.ours) == ([], {"cat-1": ours(11), "twin": ours(12)})


@cases("value", ("same-value", 7500), ("another-value", 9000))
def test_prices_of_a_new_category_like_a_known_one_are_created_beside_it(value: int) -> None:
    twin = replace(ADULT, key="twin", value_ore=value)
    for desired in ([twin, ADULT], [ADULT, twin]):
        plan = price_plan(desired, {"cat-1": ours()}, [price()])
        assert (touched_prices(plan), plan.ours) == ([("create_price", "twin", None)], {"cat-1": ours()})


def test_prices_that_staff_added_are_never_touched() -> None:
    staffs = price(77, of=DesiredPrice(key="", name="Personale", value_ore=100))
    plan = price_plan([DEARER], {"cat-1": ours()}, [price(), staffs], resync=True)
    assert touched_prices(plan) == [("update_price", "cat-1", 11)]


@cases(
    "desired stands expected edited",
    ("by-name", [ADULT], [price(value_ore=8000)], ours(), {"price.11.value": (7500, 8000)}),
    ("by-value", [ADULT], [price(name="Billet")], ours(), {"price.11.name": ("Voksen", "Billet")}),
)
def test_prices_of_an_adopted_event_are_taken_as_they_stand(
    desired: list[DesiredPrice], stands: list[CurrentPrice], expected: AppliedPrice, edited: object
) -> None:
    plan = price_plan(desired, {}, stands, adopting=True)
    assert (plan.changes, plan.ours) == ([], {"cat-1": expected})
    assert {field.field: (field.old, field.new) for field in plan.edited} == edited


def test_prices_of_an_adopted_event_of_one_value_are_not_guessed_among_several() -> None:
    plan = price_plan([ADULT], {}, [price(11, name="Pensionist"), price(12, name="Studerende")], adopting=True)
    assert touched_prices(plan) == [("create_price", "cat-1", None)]


def test_prices_of_an_adopted_event_with_other_names_are_paired_by_value_when_all_values_are_the_same() -> None:
    stands = [price(11, of=CHILD, name="Børn"), price(12, name="Alm.")]
    plan = price_plan([ADULT, CHILD], {}, stands, adopting=True)
    assert (plan.changes, plan.ours) == ([], {"cat-1": ours(12), "cat-2": ours(11, of=CHILD)})


def test_prices_as_made_have_the_value_that_stands_under_the_name_that_was_sent() -> None:
    stands = {11: price(11, value_ore=75)}
    assert prices_as_made([ADULT], stands) == {"cat-1": ours(11, value_ore=75)}


def test_prices_of_another_value_are_not_taken_as_ours_without_adoption() -> None:
    assert touched_prices(price_plan([ADULT], {}, [price(value_ore=8000)])) == [("create_price", "cat-1", None)]
    assert touched_prices(price_plan([ADULT], {}, [price(name="Billet")])) == [("create_price", "cat-1", None)]
