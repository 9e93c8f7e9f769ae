"""What the ticket button says: the live client's rules in their order (facts: what the ticket button should say)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from billetbro.models import SaleState, SourceState
from billetbro.reconcile.sale_status.write_back import due_state, sale_state
from tests.unit.reconcile.builders import linked, price, standing, wanted
from tests.unit.reconcile.mapping.mapping_examples import NOW

PAST, SOON, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1), NOW + timedelta(days=2)
EMPTY = {"available_tickets": 0}
OVERSOLD = {"available_tickets": -2}
UPCOMING = {"prices": (price(sale_begin_at=SOON),)}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, SaleState.OPEN, id="open"),
        pytest.param({"state": "held", "active": False, **EMPTY}, SaleState.OVER, id="held-before-all"),
        pytest.param({"state": "completed"}, SaleState.OVER, id="completed"),
        pytest.param({"active": False, **EMPTY}, SaleState.CLOSED, id="not-active-before-sold-out"),
        pytest.param({"active": None}, SaleState.OPEN, id="activity-unknown"),
        pytest.param({"paused": True, "active": True, **EMPTY}, SaleState.CLOSED, id="paused-before-sold-out"),
        pytest.param({"paused": False, "active": False, **EMPTY}, SaleState.SOLD_OUT, id="not-paused-sold-out"),
        pytest.param({"paused": False, "active": False, **UPCOMING}, SaleState.UPCOMING, id="not-paused-upcoming"),
        pytest.param({"paused": False, "active": False}, SaleState.OPEN, id="not-paused-open"),
        pytest.param({**EMPTY, **UPCOMING}, SaleState.SOLD_OUT, id="sold-out-before-windows"),
        pytest.param({**EMPTY, "waiting_list": True}, SaleState.WAITING_LIST, id="waiting-list"),
        pytest.param(OVERSOLD, SaleState.SOLD_OUT, id="more-sold-than-there-is-room-for"),
        pytest.param({**OVERSOLD, **UPCOMING}, SaleState.SOLD_OUT, id="oversold-before-windows"),
        pytest.param({**OVERSOLD, "waiting_list": True}, SaleState.WAITING_LIST, id="oversold-with-a-waiting-list"),
        pytest.param({**OVERSOLD, "state": "draft"}, SaleState.OPEN, id="oversold-but-not-published"),
        pytest.param({"available_tickets": 1}, SaleState.OPEN, id="one-left"),
        pytest.param({"waiting_list": True}, SaleState.OPEN, id="waiting-list-with-tickets-left"),
        pytest.param({**EMPTY, "state": "draft"}, SaleState.OPEN, id="none-left-but-not-published"),
        pytest.param({"available_tickets": None}, SaleState.OPEN, id="count-unknown"),
    ],
)
def test_sale_state_takes_the_first_rule_that_fits(changes: dict[str, Any], expected: SaleState) -> None:
    assert sale_state(standing(**changes), NOW) is expected


@pytest.mark.parametrize(
    ("event", "prices", "expected"),
    [
        pytest.param((None, None), [(None, PAST)], SaleState.CLOSED, id="price-ended"),
        pytest.param((None, None), [(None, NOW)], SaleState.CLOSED, id="price-ends-now"),
        pytest.param((None, PAST), [(None, None)], SaleState.CLOSED, id="event-closed"),
        pytest.param((None, NOW), [(None, LATER)], SaleState.CLOSED, id="event-closes-now"),
        pytest.param((None, None), [(SOON, None)], SaleState.UPCOMING, id="price-begins-later"),
        pytest.param((None, None), [(NOW, None)], SaleState.OPEN, id="price-begins-now"),
        pytest.param((SOON, None), [(None, None)], SaleState.UPCOMING, id="event-opens-later"),
        pytest.param((SOON, None), [(PAST, None)], SaleState.UPCOMING, id="event-opens-after-its-price"),
        pytest.param((None, None), [(None, PAST), (SOON, None)], SaleState.UPCOMING, id="one-ended-one-to-come"),
        pytest.param((None, None), [(SOON, None), (PAST, LATER)], SaleState.OPEN, id="one-to-come-one-open"),
        pytest.param((LATER, None), [(None, SOON)], SaleState.CLOSED, id="price-ends-before-the-event-opens"),
        pytest.param((None, None), [], SaleState.OPEN, id="no-prices"),
        pytest.param((SOON, None), [], SaleState.UPCOMING, id="no-prices-event-opens-later"),
        pytest.param((None, PAST), [], SaleState.CLOSED, id="no-prices-event-closed"),
        pytest.param((PAST, SOON), [(PAST, SOON)], SaleState.OPEN, id="within-both"),
    ],
)
def test_sale_state_follows_the_sale_windows(
    event: tuple[datetime | None, datetime | None],
    prices: list[tuple[datetime | None, datetime | None]],
    expected: SaleState,
) -> None:
    windows = tuple(price(number, sale_begin_at=begin, sale_end_at=end) for number, (begin, end) in enumerate(prices))
    current = standing(sale_open_at=event[0], sale_close_at=event[1], prices=windows)
    assert sale_state(current, NOW) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, SourceState.ACTIVE, id="open"),
        pytest.param(EMPTY, SourceState.SOLD_OUT, id="sold-out"),
        pytest.param(OVERSOLD, SourceState.SOLD_OUT, id="oversold"),
        pytest.param({**EMPTY, "waiting_list": True}, SourceState.SOLD_OUT, id="waiting-list"),
        pytest.param(UPCOMING, SourceState.TICKET_SALE_NOT_OPEN, id="upcoming"),
        pytest.param({"active": False}, SourceState.TICKET_SALE_NOT_OPEN, id="closed-before-its-start"),
        pytest.param({"state": "held"}, None, id="over"),
    ],
)
def test_due_state_is_in_the_sources_words(changes: dict[str, Any], expected: SourceState | None) -> None:
    assert due_state(wanted(state=SourceState.ACTIVE), linked(), standing(**changes), NOW) is expected


@pytest.mark.parametrize("state", [SourceState.CANCELLED, SourceState.OCCURRED])
def test_due_state_never_overwrites_what_is_final(state: SourceState) -> None:
    assert due_state(wanted(state=state), linked(), standing(), NOW) is None


def test_due_state_is_only_what_place2book_has_changed_to() -> None:
    by_hand = wanted(state=SourceState.SOLD_OUT)
    assert due_state(by_hand, linked(state_written=SourceState.ACTIVE), standing(), NOW) is None
    assert due_state(by_hand, linked(state_written=SourceState.ACTIVE), standing(**UPCOMING), NOW) is (
        SourceState.TICKET_SALE_NOT_OPEN
    )
