"""Whether an event shows that a change whose answer was lost was carried out, and what the link is then."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from billetbro.models import CurrentEvent, Kind, Link, LinkStatus, WriteInDoubt, Written
from billetbro.reconcile.operations import operation_of
from billetbro.reconcile.planning.owned_fields import written_time
from tests.cases import cases
from tests.unit.reconcile.builders import CHILD, EVENT, START, linked, ours, price, standing

CLOSED, CLOSES = START - timedelta(days=2), START - timedelta(hours=1)
ENDS: tuple[Written, Written] = (written_time(CLOSES), written_time(CLOSED))
CHANGES: dict[Kind, dict[str, tuple[Written, Written]]] = {
    Kind.UPDATE: {"name": (EVENT.name, "Nyt navn"), "capacity": (40, 50)},
    Kind.DELETE: {"name": (EVENT.name, None)},
    Kind.END_SALE: {"sale_close_at": ENDS},
    Kind.REOPEN_SALE: {"sale_close_at": ENDS[::-1]},
    Kind.CREATE_PRICE: {"name": (None, "Barn"), "value": (None, 2500)},
    Kind.UPDATE_PRICE: {"value": (7500, 8000)},
    Kind.END_PRICE_SALE: {"sale_end_at": ENDS},
    Kind.DELETE_PRICE: {"name": ("Voksen", None), "value": (7500, None)},
}
BEFORE: dict[Kind, CurrentEvent] = {
    **{kind: standing(sale_close_at=CLOSES, prices=(price(sale_end_at=CLOSES),)) for kind in CHANGES},
    Kind.REOPEN_SALE: standing(sale_close_at=CLOSED),
}
DRIFT: dict[str, Written] = {"name": "Rettet", "price.11.value": 1, "price.12.value": 2}
LINKS: dict[Kind, Link] = {
    **{kind: linked(drift=DRIFT) for kind in CHANGES},
    Kind.REOPEN_SALE: linked(drift=DRIFT, sale_closed_at=CLOSED, sale_closed_before=CLOSES),
}


def begun(kind: Kind) -> WriteInDoubt:
    old, new = ({name: values[side] for name, values in CHANGES[kind].items()} for side in (0, 1))
    price_id = 11 if kind in (Kind.UPDATE_PRICE, Kind.END_PRICE_SALE, Kind.DELETE_PRICE) else None
    event: dict[str, Any] = {"event_maker": 5000, "event_id": 1, "price_id": price_id}
    return WriteInDoubt(change_id=1, kind=kind, uuid="a", title=EVENT.name, old=old, new=new, **event)


def confirmed(kind: Kind, current: CurrentEvent | None) -> Link | None:
    return operation_of(kind).confirm(begun(kind), LINKS[kind], current)


@pytest.mark.parametrize("kind", CHANGES)
def test_change_is_not_confirmed_by_an_event_that_stands_as_before(kind: Kind) -> None:
    assert confirmed(kind, BEFORE[kind]) is None


@pytest.mark.parametrize("kind", [kind for kind in CHANGES if kind is not Kind.DELETE])
def test_change_is_not_confirmed_by_an_event_that_is_gone(kind: Kind) -> None:
    assert confirmed(kind, None) is None


@cases(
    "kind current changes",
    (
        "update that staff went on from",
        Kind.UPDATE,
        standing(name="Nyt navn, rettet", capacity=50),
        {
            "applied": linked().applied | {"name": "Nyt navn, rettet", "capacity": 50},
            "echo": linked().echo | {"name": "Nyt navn, rettet", "capacity": 50},
            "drift": {"price.11.value": 1, "price.12.value": 2},
        },
    ),
    ("delete", Kind.DELETE, None, {"status": LinkStatus.DELETED}),
    ("ended", Kind.END_SALE, standing(sale_close_at=CLOSED), {"sale_closed_at": CLOSED, "sale_closed_before": CLOSES}),
    ("reopen", Kind.REOPEN_SALE, standing(sale_close_at=CLOSES), {"sale_closed_at": None, "sale_closed_before": None}),
    (
        "new price",
        Kind.CREATE_PRICE,
        standing(prices=(price(), price(12, CHILD))),
        {"prices": {"cat-1": ours(), "sent:12": ours(12, CHILD)}},
    ),
    (
        "changed price",
        Kind.UPDATE_PRICE,
        standing(prices=(price(value_ore=8000),)),
        {"prices": {"cat-1": ours(value_ore=8000)}, "drift": {"name": "Rettet", "price.12.value": 2}},
    ),
    (
        "end of a price's sale",
        Kind.END_PRICE_SALE,
        standing(prices=(price(sale_end_at=CLOSED),)),
        {"prices": {"cat-1": ours(ended_at=CLOSED, ended_before=CLOSES)}},
    ),
    ("gone", Kind.DELETE_PRICE, standing(prices=()), {"prices": {}, "drift": {"name": "Rettet", "price.12.value": 2}}),
)
def test_change_is_confirmed_by_what_stands_and_the_link_says_so(
    kind: Kind, current: CurrentEvent | None, changes: dict[str, Any]
) -> None:
    assert confirmed(kind, current) == replace(LINKS[kind], **changes)


def test_update_of_which_a_part_stands_as_before_was_not_carried_out() -> None:
    assert confirmed(Kind.UPDATE, standing(name="Nyt navn")) is None


def test_new_price_is_not_one_that_is_anothers() -> None:
    link = linked(prices={"cat-1": ours(), "cat-2": ours(12, CHILD)})

    assert (
        operation_of(Kind.CREATE_PRICE).confirm(begun(Kind.CREATE_PRICE), link, standing(prices=(price(12, CHILD),)))
        is None
    )


def test_price_is_not_deleted_while_nobody_can_tell() -> None:
    assert confirmed(Kind.DELETE_PRICE, standing(prices=None)) is None


def test_reopened_sale_that_sent_nothing_is_planned_again() -> None:
    nothing = replace(begun(Kind.REOPEN_SALE), old={}, new={})

    assert operation_of(Kind.REOPEN_SALE).confirm(nothing, LINKS[Kind.REOPEN_SALE], standing()) is None
