"""An event that is as last applied is not compared further: that never leaves anything out of a plan."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from billetbro.models import CurrentEvent, Link, Mapped, Mode
from billetbro.reconcile.planning.plan import Plan
from tests.unit.reconcile.builders import ADDRESS, ADULT, CHILD, EVENT, linked, ours, plan_of, price, standing, wanted
from tests.unit.reconcile.mapping.mapping_examples import NOW

COMPARED_FURTHER = {"of_an_earlier_version": "Skipper"}
"""Recorded as drift of a field that nobody owns: it leaves the plan as it is, and the event is compared whole."""

RENAMED = {"name": "Om spækhuggere"}
FIELDS: list[dict[str, Any]] = [
    {},
    RENAMED,
    {"description_long": "<p>Nyt</p>"},
    {"begin_at": EVENT.begin_at + timedelta(hours=1)},
    {"capacity": 1},
    {"passive": True},
    {"address": replace(ADDRESS, phone="12345678")},
]
AT_THE_SOURCE = [
    *FIELDS,
    *({"prices": prices} for prices in ((), (ADULT, CHILD), (CHILD,), (replace(ADULT, name="Pris"), ADULT))),
    {"prices": (replace(ADULT, value_ore=1),)},
]
IN_PLACE2BOOK = [
    *FIELDS,
    *({"prices": prices} for prices in (None, (), (price(value_ore=1),), (price(name="Pris"),), (price(12),))),
    {"prices": (price(), price(12, CHILD))},
    {"prices": (price(sold_tickets=3),), "deletable": False, "sale_close_at": NOW},
]
IN_THE_LINK: list[dict[str, Any]] = [
    {},
    {"sale_closed_at": NOW},
    {"event_maker": 5001},
    {"title": "Et andet navn"},
    {"echo": linked(event=replace(EVENT, **RENAMED)).applied},
    *({"prices": prices} for prices in ({}, {"cat-1": ours(), "cat-2": ours(12, CHILD)}, {"cat-9": ours()})),
    {"prices": {"cat-1": ours(ended_at=NOW)}},
    {"prices": {"cat-1": ours(value_ore=1)}},
]


def situation(source: dict[str, Any], there: dict[str, Any], link: dict[str, Any]) -> tuple[Mapped, Link, CurrentEvent]:
    """Return a linked event that is as last applied but for this at its source, in Place2book and in its link."""
    held = linked(**link)
    return wanted(event=replace(EVENT, **source)), held, standing(event_maker=held.event_maker, **there)


def compared(plan: Plan) -> tuple[object, ...]:
    """Return what a plan does."""
    return plan.changes, plan.held_back, plan.rejections, plan.absences


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.RESYNC])
def test_plan_is_the_same_where_an_event_is_compared_further(mode: Mode) -> None:
    silent = 0
    for differences in product(AT_THE_SOURCE, IN_PLACE2BOOK, IN_THE_LINK):
        mapped, link, there = situation(*differences)
        plan = plan_of([mapped], [link], [there], mode=mode)
        whole = plan_of([mapped], [replace(link, drift=COMPARED_FURTHER)], [there], mode=mode)
        assert compared(plan) == compared(whole), differences
        silent += compared(plan) == compared(Plan())
    assert silent > 1


def test_event_that_is_everywhere_as_last_applied_leaves_no_trace_in_a_plan() -> None:
    mapped, link, there = situation({}, {}, {})
    assert plan_of([mapped], [link], [there]) == Plan()
