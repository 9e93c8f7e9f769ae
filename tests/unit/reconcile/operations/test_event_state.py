"""One event while its changes are carried out."""

from __future__ import annotations

import pytest

from billetbro.models import Change, Kind
from billetbro.reconcile.operations.operation import EventState
from tests.unit.reconcile.builders import linked, standing


@pytest.mark.parametrize(
    ("key", "price_id", "number"),
    [
        pytest.param("cat-1", None, 11, id="that was created"),
        pytest.param("cat-1", 11, 11, id="that was changed"),
        pytest.param("cat-2", 12, 12, id="that was deleted"),
        pytest.param(None, None, None, id="that is none"),
    ],
)
def test_price_of_a_change_has_its_number(key: str | None, price_id: int | None, number: int | None) -> None:
    change = Change(
        kind=Kind.CREATE_PRICE, uuid="a", title="", event_maker=5000, event_id=1, price_key=key, price_id=price_id
    )
    event = EventState(mapped=None, link=linked(), current=standing())

    assert event.price_of(change) == number


def test_answer_that_shows_no_prices_leaves_those_that_were_known() -> None:
    event = EventState(mapped=None, link=None, current=standing())

    assert event.update_current(standing(name="Nyt navn", prices=None)) == standing(name="Nyt navn") == event.current
