"""Whoever wrote a text: what nobody can see makes no difference to what it is compared with (behaviour 2)."""

from dataclasses import replace
from typing import Any

import pytest

from billetbro.models import Link, Mode, SourceAddress, TicketCategory, Written
from billetbro.reconcile.mapping.event import map_event
from billetbro.reconcile.mapping.prices import prices_of
from billetbro.reconcile.planning.owned_fields import same_value
from billetbro.reconcile.planning.prices import PricePlan
from tests.cases import cases
from tests.unit.reconcile.builders import (
    ADULT,
    EVENT,
    SALES,
    START,
    WEEK,
    at,
    belongings,
    identities_of,
    linked,
    linked_at,
    ours,
    plan_of,
    price,
    price_plan,
    said,
    standing,
    wanted,
)
from tests.unit.reconcile.mapping.mapping_examples import EVENT as SOURCE_EVENT
from tests.unit.reconcile.mapping.mapping_examples import NOW, RULES

TITLE = "Café på Åen"
UNSEEN = {
    "soft hyphen": "Ca\u00adfé på Åen",
    "zero width": "\ufeffCafé på\u200b Åen\u2060",
    "direction": "\u202aCafé på Åen\u202c",
    "letters in two parts": "Cafe\u0301 pa\u030a A\u030aen",
    "white space": "Café  på\u00a0Åen ",
}
AS_TYPED = pytest.mark.parametrize("typed", UNSEEN.values(), ids=UNSEEN)
WANTED = replace(
    EVENT,
    name=TITLE,
    description_short=TITLE,
    description_long=f"<p>{TITLE}</p>",
    address=replace(EVENT.address, name=TITLE),
)


def with_texts(typed: str) -> Any:
    address = replace(EVENT.address, name=typed)
    return replace(
        EVENT, name=typed, description_short=typed, description_long=f"<p>{typed.strip()}</p>", address=address
    )


@AS_TYPED
def test_applied_texts_of_another_form_are_no_difference(typed: str) -> None:
    before = linked(event=with_texts(typed))
    for mode in Mode:
        assert plan_of([wanted(event=WANTED)], [before], [standing(event=with_texts(typed))], mode=mode).changes == []


@AS_TYPED
def test_edit_that_nobody_can_see_is_no_drift(typed: str) -> None:
    stands = standing(event=with_texts(typed), prices=(price(name="Vok\u00adsen"),))
    assert plan_of([wanted(event=WANTED)], [linked(event=WANTED)], [stands]).changes == []


@AS_TYPED
def test_edit_that_is_recorded_as_drift_is_not_again_in_another_form(typed: str) -> None:
    noted = linked(drift={"name": TITLE, "price.11.name": "A\u030aben"})
    stands = standing(name=typed, prices=(price(name="Åben"),))
    assert plan_of([wanted()], [noted], [stands]).changes == []


@AS_TYPED
def test_edit_that_staff_took_back_in_another_form_is_no_drift_any_more(typed: str) -> None:
    noted = linked(event=WANTED, drift={"name": "Andet"})
    plan = plan_of([wanted(event=WANTED)], [noted], [standing(event=replace(WANTED, name=typed))])
    assert said(plan.changes) == [("drift", "a", {"name": ("Andet", typed)})]


@AS_TYPED
def test_name_that_place2book_has_in_another_form_is_not_sent_again(typed: str) -> None:
    plan = plan_of([wanted(event=WANTED)], [linked()], [standing(event=with_texts(typed))])
    assert {kind for kind, _, _ in said(plan.changes)} == {"record"}


def test_text_that_reads_differently_is_a_difference() -> None:
    plan = plan_of([wanted(event=replace(EVENT, name="Café pa Åen"))], [linked(event=WANTED)], [standing(event=WANTED)])
    assert ("update", {"name"}) in [(kind, set(fields) & {"name"}) for kind, _, fields in said(plan.changes)]


@cases(
    "field one other same",
    ("attributes once sent", "description_long", '<p lang="DA" title="x">Hej</p>', "<p>Hej</p>", True),
    (
        "attributes beside one that counts",
        "description_long",
        '<a title="t" href="https://x.example">a</a>',
        '<a href="https://x.example">a</a>',
        True,
    ),
    ("new link", "description_long", '<a href="https://x.example">a</a>', '<a href="https://y.example">a</a>', False),
    ("a picture of staff's", "description_long", "<p>Hej</p>", "<p>Hej<img src=x></p>", False),
    ("line breaks", "description_long", "<p>a</p>\n<p>b</p>", "<p>a</p> <p>b</p>", True),
    ("no html", "name", 'a title="x"', "a", False),
    ("capitals", "name", "Koncert", "KONCERT", False),
    ("nothing and an empty text", "name", None, "", False),
    ("numbers", "capacity", 5, 5, True),
    ("a number and a text", "capacity", 5, "5", False),
    ("no limit", "capacity", "∞", 5, False),
)
def test_values_of_a_field_are_one_or_two(field: str, one: Written, other: Written, same: bool) -> None:
    assert same_value(field, one, other) is same
    assert same_value(field, other, one) is same


@AS_TYPED
@pytest.mark.parametrize("series", ["krea", None], ids=["series", "alone"])
def test_vanished_event_with_a_title_of_another_form_is_the_one_made_anew(typed: str, series: str | None) -> None:
    old = linked_at(START, "old", title=typed, series_uuid=series)
    new = at(START + WEEK if series else START, "new", title=TITLE, series_uuid=series)
    assert belongings(identities_of([new], [old], [standing(name="Andet")])) == {"new": ("moved", 1)}


@AS_TYPED
def test_rejected_instance_with_a_title_of_another_form_is_awaited(typed: str) -> None:
    old = linked_at(START, "old", title=typed, absences=1)
    rejected = replace(at(START + WEEK, "new", title=TITLE), outcome=_rejected(), desired=None, code="capacity_missing")
    assert plan_of([rejected], [old], [standing()]).changes == []


def _rejected() -> Any:
    return map_event(replace(SOURCE_EVENT, capacity=None), RULES, NOW).outcome


@AS_TYPED
def test_lost_create_is_found_by_a_name_of_another_form(typed: str) -> None:
    found = identities_of([wanted(event=WANTED)], [], [standing(name=typed)], begun=frozenset({"a"}))
    assert belongings(found) == {"a": ("adopted", 1)}


@AS_TYPED
def test_sales_link_goes_to_the_event_whose_title_reads_the_same(typed: str) -> None:
    elsewhen = replace(EVENT, name="Andet", begin_at=START - WEEK)
    claimants = [wanted("a", elsewhen, link=f"{SALES}sec1"), wanted("b", WANTED, link=f"\u200b{SALES}sec1\u00ad")]
    free = belongings(identities_of(claimants, [], [standing(name=typed, begin_at=START + WEEK)]))
    assert free == {"a": ("new", None), "b": ("adopted", 1)}
    vanished: Link = linked("old", title=typed, starts_at=START + WEEK, series_uuid=None)
    assert belongings(identities_of(claimants, [vanished], [standing()])) == {"a": ("new", None), "b": ("moved", 1)}


@pytest.mark.parametrize("name", ["Vok\u00adsen", "Voksen\u200b", " Voksen"])
def test_price_with_a_name_of_another_form_is_the_categorys(name: str) -> None:
    before = {"title:old": ours(name=name)}
    assert price_plan([ADULT], before, [price(name=name)]) == PricePlan(ours={"cat-1": ours(name=name)})
    assert price_plan([ADULT], {}, [price(name=name)], adopting=True) == PricePlan(ours={"cat-1": ours()})
    assert price_plan([ADULT], {"cat-1": ours(name=name)}, [price()], resync=True).changes == []


def test_category_without_a_uuid_is_known_by_its_title_in_the_normal_form() -> None:
    categories = [
        TicketCategory(title=title, amount=SOURCE_EVENT.ticket_categories[0].amount)
        for title in ("Voksen", "Vok\u00adsen\u200b", "A\u030aben")
    ]
    prices = prices_of(categories, RULES.price_unit, "DKK")
    assert isinstance(prices, tuple)
    assert [one.key for one in prices] == ["title:Voksen", "title:Voksen#2", "title:Åben"]


@pytest.mark.parametrize("branch", ["HAVNEN", "Hav\u00adnen", "\u200bHavnen ", "Havnen&#8203;"])
def test_branch_is_found_in_the_settings_however_it_is_typed(branch: str) -> None:
    assert map_event(replace(SOURCE_EVENT, branches=(branch,)), RULES, NOW).event_maker == 5001


def test_place_of_ours_is_known_however_it_is_typed() -> None:
    address = SourceAddress(room="solbjerg\u200b  Bibliotek")
    desired = map_event(replace(SOURCE_EVENT, address=address), RULES, NOW).desired
    assert (desired.address.name, desired.address.address1) == ("Solbjerg Bibliotek", "Bygaden 12")


@pytest.mark.parametrize("text", ["\u200b", "\ufeff \u00ad", "&#8203;", "&shy;&nbsp;", "<b>&#8203;</b>"])
def test_title_or_category_of_which_nothing_can_be_seen_is_missing(text: str) -> None:
    assert map_event(replace(SOURCE_EVENT, title=text), RULES, NOW).code == "title_missing"
    category = replace(SOURCE_EVENT.ticket_categories[0], title=text)
    assert map_event(replace(SOURCE_EVENT, ticket_categories=(category,)), RULES, NOW).code == "category_title_missing"


def test_link_of_which_nothing_can_be_seen_is_none() -> None:
    assert map_event(replace(SOURCE_EVENT, link="\u200b "), RULES, NOW).link is None


@AS_TYPED
def test_what_is_sent_is_what_can_be_seen(typed: str) -> None:
    address = replace(SOURCE_EVENT.address, place=typed) if SOURCE_EVENT.address else None
    desired = map_event(replace(SOURCE_EVENT, title=typed, description=typed, address=address), RULES, NOW).desired
    assert (desired.name, desired.description_short, desired.address.name) == (TITLE, TITLE, TITLE)
