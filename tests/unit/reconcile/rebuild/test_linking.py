"""Where a pair differs, and what the link that follows makes of the next plan (behaviour 14)."""

from dataclasses import replace

from billetbro.models import CurrentEvent, DesiredPrice, FieldChange, Link, Mapped, TicketEvent
from billetbro.reconcile.rebuild.linking import Winner, differences, linked_again
from billetbro.reconcile.rebuild.pairs import Evidence, Pair
from tests.unit.reconcile.builders import (
    ADULT,
    CHILD,
    EVENT,
    Said,
    linked,
    ours,
    plan_of,
    price,
    said,
    standing,
    wanted,
)

DEARER = replace(EVENT, prices=(replace(ADULT, value_ore=25000),))


def pair(desired: TicketEvent, current: CurrentEvent, link: Link | None = None) -> Pair:
    evidence = Evidence.LINKED if link else Evidence.PAGE
    return Pair(mapped=wanted(event=desired), current=current, evidence=evidence, link=link)


def told(of: Pair) -> list[tuple[str, object, object]]:
    return [(change.field, change.old, change.new) for change in differences(of)]


def next_plan(of: Pair, winner: Winner) -> list[Said]:
    return said(plan_of([of.mapped], [linked_again(of, winner)], [of.current]).changes)


def test_equal_events_need_no_decision_and_plan_nothing() -> None:
    same = pair(EVENT, standing())
    assert (differences(same), next_plan(same, Winner.SOURCE), next_plan(same, Winner.PLACE2BOOK)) == ((), [], [])


def test_source_that_wins_is_sent_by_the_next_run() -> None:
    of = pair(replace(DEARER, capacity=60), standing())
    assert told(of) == [("capacity", 40, 60), ("price.11.value", 7500, 25000)]
    assert next_plan(of, Winner.SOURCE) == [
        ("update", "a", {"capacity": (40, 60)}),
        ("update_price", "a", {"value": (7500, 25000)}),
    ]


def test_place2book_that_wins_is_an_edit_by_staff_from_then_on() -> None:
    of = pair(replace(DEARER, capacity=60), standing())
    assert next_plan(of, Winner.PLACE2BOOK) == [
        ("drift", "a", {"capacity": (60, 40), "price.11.value": (25000, 7500)}),
    ]


def test_category_without_a_price_is_created_where_the_source_wins() -> None:
    of = pair(replace(EVENT, prices=(ADULT, CHILD)), standing())
    assert told(of) == [("price.Barn", None, 2500)]
    assert next_plan(of, Winner.SOURCE) == [("create_price", "a", {"name": (None, "Barn"), "value": (None, 2500)})]


def test_price_without_a_category_stays_whoever_wins() -> None:
    of = pair(EVENT, standing(prices=(price(), price(12, CHILD))))
    assert told(of) == [("price.12.value", 2500, None)]
    assert (next_plan(of, Winner.SOURCE), next_plan(of, Winner.PLACE2BOOK)) == ([], [])


def test_only_category_and_only_price_left_belong_together() -> None:
    other = DesiredPrice(key="cat-9", name="Alle", value_ore=100)
    of = pair(replace(EVENT, prices=(other,)), standing())
    assert told(of) == [("price.11.name", "Voksen", "Alle"), ("price.11.value", 7500, 100)]
    assert next_plan(of, Winner.SOURCE) == [
        ("update_price", "a", {"name": ("Voksen", "Alle"), "value": (7500, 100)}),
    ]


def test_linked_event_asks_about_what_would_be_sent_and_not_about_known_edits() -> None:
    desired = replace(DEARER, capacity=60, name="Nyt navn")
    link = linked(applied={**linked().applied, "capacity": 60}, prices={"cat-1": ours()})
    of = pair(desired, standing(capacity=41, prices=(price(value_ore=9900),)), link)
    assert told(of) == [("name", EVENT.name, "Nyt navn"), ("price.11.value", 9900, 25000)]
    assert linked_again(of, Winner.SOURCE) is link
    kept = next_plan(of, Winner.PLACE2BOOK)
    assert kept == [
        (
            "drift",
            "a",
            {"name": ("Nyt navn", EVENT.name), "capacity": (60, 41), "price.11.value": (25000, 9900)},
        )
    ]


def test_linked_event_as_it_was_asks_about_nothing() -> None:
    assert differences(pair(EVENT, standing(), linked())) == ()


def test_event_that_is_no_longer_wanted_is_linked_as_it_is() -> None:
    cancelled: Mapped = replace(wanted(), desired=None)
    link = linked_again(Pair(mapped=cancelled, current=standing(), evidence=Evidence.PAGE), Winner.PLACE2BOOK)
    assert (link.event_id, link.applied["name"], dict(link.prices)) == (1, EVENT.name, {})


def test_text_in_another_form_is_no_difference() -> None:
    assert differences(pair(EVENT, standing(name=f" {EVENT.name}\u200b"))) == ()
    assert FieldChange(field="name", old="Andet", new=EVENT.name) in differences(pair(EVENT, standing(name="Andet")))
