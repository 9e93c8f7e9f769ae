"""What the ticket button says: the live client's rules in their order (facts: what the ticket button should say)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from billetbro.models import SaleState, SourceState
from billetbro.reconcile.sale_status.write_back import due_state, sale_state
from tests.cases import cases
from tests.unit.reconcile.builders import linked, price, standing, wanted
from tests.unit.reconcile.mapping.mapping_examples import NOW

PAST, SOON, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1), NOW + timedelta(days=2)
EMPTY = {"available_tickets": 0}
OVERSOLD = {"available_tickets": -2}
UPCOMING = {"prices": (price(sale_begin_at=SOON),)}


@cases(
    "changes expected",
    ("open", {}, SaleState.OPEN),
    ("held-before-all", {"state": "held", "active": False, **EMPTY}, SaleState.OVER),
    ("completed", {"state": "completed"}, SaleState.OVER),
    ("not-active-before-sold-out", {"active": False, **EMPTY}, SaleState.CLOSED),
    ("activity-unknown", {"active": None}, SaleState.OPEN),
    ("paused-before-sold-out", {"paused": True, "active": True, **EMPTY}, SaleState.CLOSED),
    ("not-paused-sold-out", {"paused": False, "active": False, **EMPTY}, SaleState.SOLD_OUT),
    ("not-paused-upcoming", {"paused": False, "active": False, **UPCOMING}, SaleState.UPCOMING),
    ("not-paused-open", {"paused": False, "active": False}, SaleState.OPEN),
    ("sold-out-before-windows", {**EMPTY, **UPCOMING}, SaleState.SOLD_OUT),
    ("waiting-list", {**EMPTY, "waiting_list": True}, SaleState.WAITING_LIST),
    ("more-sold-than-there-is-room-for", OVERSOLD, SaleState.SOLD_OUT),
    ("oversold-before-windows", {**OVERSOLD, **UPCOMING}, SaleState.SOLD_OUT),
    ("oversold-with-a-waiting-list", {**OVERSOLD, "waiting_list": True}, SaleState.WAITING_LIST),
    ("oversold-but-not-published", {**OVERSOLD, "state": "draft"}, SaleState.OPEN),
    ("one-left", {"available_tickets": 1}, SaleState.OPEN),
    ("waiting-list-with-tickets-left", {"waiting_list": True}, SaleState.OPEN),
    ("none-left-but-not-published", {**EMPTY, "state": "draft"}, SaleState.OPEN),
    ("count-unknown", {"available_tickets": None}, SaleState.OPEN),
)
def test_sale_state_takes_the_first_rule_that_fits(changes: dict[str, Any], expected: SaleState) -> None:
    assert sale_state(standing(**changes), NOW) is expected


@cases(
    "event prices expected",
    ("price-ended", (None, None), [(None, PAST)], SaleState.CLOSED),
    ("price-ends-now", (None, None), [(None, NOW)], SaleState.CLOSED),
    ("event-closed", (None, PAST), [(None, None)], SaleState.CLOSED),
    ("event-closes-now", (None, NOW), [(None, LATER)], SaleState.CLOSED),
    ("price-begins-later", (None, None), [(SOON, None)], SaleState.UPCOMING),
    ("price-begins-now", (None, None), [(NOW, None)], SaleState.OPEN),
    ("event-opens-later", (SOON, None), [(None, None)], SaleState.UPCOMING),
    ("event-opens-after-its-price", (SOON, None), [(PAST, None)], SaleState.UPCOMING),
    ("one-ended-one-to-come", (None, None), [(None, PAST), (SOON, None)], SaleState.UPCOMING),
    ("one-to-come-one-open", (None, None), [(SOON, None), (PAST, LATER)], SaleState.OPEN),
    ("price-ends-before-the-event-opens", (LATER, None), [(None, SOON)], SaleState.CLOSED),
    ("no-prices", (None, None), [], SaleState.OPEN),
    ("no-prices-event-opens-later", (SOON, None), [], SaleState.UPCOMING),
    ("no-prices-event-closed", (None, PAST), [], SaleState.CLOSED),
    ("within-both", (PAST, SOON), [(PAST, SOON)], SaleState.OPEN),
)
def test_sale_state_follows_the_sale_windows(
    event: tuple[datetime | None, datetime | None],
    prices: list[tuple[datetime | None, datetime | None]],
    expected: SaleState,
) -> None:
    windows = tuple(price(number, sale_begin_at=begin, sale_end_at=end) for number, (begin, end) in enumerate(prices))
    current = standing(sale_open_at=event[0], sale_close_at=event[1], prices=windows)
    assert sale_state(current, NOW) is expected


@cases(
    "changes expected",
    ("open", {}, SourceState.ACTIVE),
    ("sold-out", EMPTY, SourceState.SOLD_OUT),
    ("oversold", OVERSOLD, SourceState.SOLD_OUT),
    ("waiting-list", {**EMPTY, "waiting_list": True}, SourceState.SOLD_OUT),
    ("upcoming", UPCOMING, SourceState.TICKET_SALE_NOT_OPEN),
    ("closed-before-its-start", {"active": False}, SourceState.TICKET_SALE_NOT_OPEN),
    ("over", {"state": "held"}, None),
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
