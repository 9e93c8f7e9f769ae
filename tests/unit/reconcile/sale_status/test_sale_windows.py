"""Which buttons are looked at between two hourly runs: those whose sale opened or closed since they were last read."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from billetbro.models import CurrentEvent, LinkStatus, Outcome, SourceState
from billetbro.reconcile.sale_status.windows import MAY_LAG, STILL_TRIED, UNREAD, is_due, last_turn, next_turn
from tests.cases import cases
from tests.unit.reconcile.builders import END, linked, price, standing, unwanted, wanted
from tests.unit.reconcile.mapping.mapping_examples import NOW

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
READ = NOW - 30 * MINUTE
JUST, SOON = NOW - MINUTE, NOW + MINUTE
BEFORE, LATER = READ - MINUTE, NOW + timedelta(days=2)
ACTIVE, NOT_OPEN = SourceState.ACTIVE, SourceState.TICKET_SALE_NOT_OPEN
Window = tuple[datetime | None, datetime | None]


def on_sale(*windows: Window, event: Window = (None, None), **changes: Any) -> CurrentEvent:
    prices = tuple(price(number, sale_begin_at=begin, sale_end_at=end) for number, (begin, end) in enumerate(windows))
    return standing(sale_open_at=event[0], sale_close_at=event[1], **{"prices": prices, "paused": False} | changes)


TURNS = {
    "no windows at all": (on_sale((None, None)), None),
    "no prices, no window": (on_sale(), None),
    "price opened": (on_sale((JUST, None)), JUST),
    "price opens this second": (on_sale((NOW, None)), NOW),
    "price opens in a second": (on_sale((NOW + SECOND, None)), None),
    "price closed": (on_sale((None, JUST)), JUST),
    "price closes this second": (on_sale((None, NOW)), NOW),
    "price closes in a second": (on_sale((None, NOW + SECOND)), None),
    "event opened": (on_sale((None, None), event=(JUST, None)), JUST),
    "event closed": (on_sale((None, None), event=(None, JUST)), JUST),
    "event without prices opened": (on_sale(event=(JUST, None)), JUST),
    "event with prices that were not read closed": (on_sale(event=(None, JUST), prices=None), JUST),
    "event opened, its price later": (on_sale((SOON, None), event=(JUST, None)), None),
    "price opened before its event": (on_sale((JUST, None), event=(SOON, None)), None),
    "price open long before its event": (on_sale((BEFORE, None), event=(JUST, None)), JUST),
    "price outlives its event": (on_sale((None, LATER), event=(None, JUST)), JUST),
    "second price opened while one is open": (on_sale((None, None), (JUST, None)), None),
    "first price closed while one is open": (on_sale((None, JUST), (BEFORE, None)), None),
    "first price closed as the next opened": (on_sale((None, JUST), (JUST, None)), None),
    "last price closed": (on_sale((None, BEFORE), (None, JUST)), JUST),
    "first of two opened": (on_sale((JUST, None), (SOON, None)), JUST),
    "opened and closed again": (on_sale((READ + MINUTE, JUST)), JUST),
    "window that ends before it begins": (on_sale((NOW, JUST)), None),
    "closed with nothing to come, then a later price": (on_sale((None, JUST), (LATER, None)), JUST),
    "in another time zone": (on_sale((JUST.astimezone(timezone(timedelta(hours=2))), None)), JUST),
}


@pytest.mark.parametrize(("event", "turn"), TURNS.values(), ids=TURNS.keys())
def test_last_turn_is_when_the_windows_opened_or_closed_the_sale(event: CurrentEvent, turn: datetime | None) -> None:
    assert last_turn(event, NOW) == turn


def test_last_turn_of_danish_summer_time_is_the_same_moment() -> None:
    ten_in_denmark = datetime.fromisoformat("2026-07-01T10:00:00+02:00")
    event = on_sale((ten_in_denmark, None))
    eight = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
    assert (last_turn(event, eight - SECOND), last_turn(event, eight)) == (None, eight)


@cases(
    "windows expected",
    ("no-window", [], None),
    ("opened", [(JUST, None)], None),
    ("opens-this-second", [(NOW, None)], None),
    ("opens-in-a-second", [(NOW + SECOND, None)], NOW + SECOND),
    ("opens-and-closes", [(SOON, LATER)], SOON),
    ("open-until-later", [(JUST, LATER)], LATER),
    ("second-price-opens-while-one-is-open", [(None, LATER), (SOON, LATER)], LATER),
    ("next-opens-as-the-first-closes", [(None, SOON), (SOON, LATER)], LATER),
)
def test_next_turn_is_the_first_to_come(windows: list[Window], expected: datetime | None) -> None:
    assert next_turn(on_sale(*windows), NOW) == expected


@cases(
    "windows changes",
    ("opened", [(JUST, None)], {}),
    ("opens-this-second", [(NOW, None)], {}),
    ("closed", [(None, JUST)], {}),
    ("opened-a-second-after-the-read", [(READ + SECOND, None)], {}),
    ("opened-and-closed", [(READ + MINUTE, JUST)], {}),
    ("paused-when-it-was-read", [(JUST, None)], {"paused": True}),
    ("sold-out-when-it-was-read", [(JUST, None)], {"available_tickets": 0}),
    ("not-published-when-it-was-read", [(JUST, None)], {"state": "draft"}),
    ("not-active-when-it-was-read", [(JUST, None)], {"paused": None, "active": False}),
)
def test_event_whose_sale_turned_since_it_was_read_is_due(windows: list[Window], changes: dict[str, Any]) -> None:
    written = linked(state_written=ACTIVE)
    assert is_due(wanted(state=ACTIVE), written, on_sale(*windows, **changes), READ, NOW)


@cases("ago due", ("a-day", UNREAD, True), ("longer", UNREAD + SECOND, False))
def test_event_that_no_run_could_read_for_a_day_is_left_to_the_hourly_run(ago: timedelta, due: bool) -> None:
    told = on_sale((NOW - ago, JUST))
    assert is_due(wanted(state=ACTIVE), linked(state_written=ACTIVE), told, NOW - ago - SECOND, NOW) is due


@cases(
    "windows",
    ("no-window", []),
    ("opens-later", [(SOON, None)]),
    ("closes-later", [(None, SOON)]),
    ("opened-before-it-was-read", [(BEFORE, None)]),
    ("opened-as-it-was-read", [(READ, None)]),
    ("was-open-anyway", [(None, None), (JUST, None)]),
)
def test_event_whose_sale_has_not_turned_since_it_was_read_is_not_due(windows: list[Window]) -> None:
    assert not is_due(wanted(state=ACTIVE), linked(state_written=ACTIVE), on_sale(*windows), READ, NOW)


OPENED = on_sale((JUST, None))
NOT_OURS_TO_WRITE = {
    "deleted link": (wanted(), linked(status=LinkStatus.DELETED), OPENED),
    "retired link": (wanted(), linked(status=LinkStatus.RETIRED), OPENED),
    "ended at its source": (wanted(), linked(ends_at=NOW), OPENED),
    "held": (wanted(), linked(), on_sale((JUST, None), state="held")),
    "completed": (wanted(), linked(), on_sale((None, JUST), state="completed")),
    "passive in Place2book": (wanted(), linked(), on_sale((JUST, None), passive=True)),
    "cancelled": (wanted(state=SourceState.CANCELLED), linked(), OPENED),
    "occurred": (wanted(state=SourceState.OCCURRED), linked(), OPENED),
    **{
        outcome.value: (unwanted(outcome), linked(), OPENED)
        for outcome in (Outcome.SKIPPED, Outcome.OVER, Outcome.SOLD_ELSEWHERE, Outcome.CANCELLED, Outcome.PASSIVE_EVENT)
    },
}


@pytest.mark.parametrize(("mapped", "link", "told"), NOT_OURS_TO_WRITE.values(), ids=NOT_OURS_TO_WRITE.keys())
def test_event_that_no_state_is_written_to_is_never_due(mapped: Any, link: Any, told: CurrentEvent) -> None:
    assert not is_due(mapped, link, told, READ, NOW)


def test_event_that_runs_on_is_due_until_it_ends() -> None:
    told, link = on_sale((END - SECOND, None)), linked(state_written=NOT_OPEN)
    assert is_due(wanted(), link, told, READ, END - SECOND)
    assert not is_due(wanted(), link, told, READ, END)


@cases(
    "ago written due",
    ("read-but-not-written", MINUTE, NOT_OPEN, True),
    ("an-hour-ago-not-written", STILL_TRIED, NOT_OPEN, True),
    ("longer-ago-is-the-hourly-run's", STILL_TRIED + SECOND, NOT_OPEN, False),
    ("never-written", MINUTE, None, True),
    ("written", MINUTE, ACTIVE, False),
)
def test_state_that_was_not_written_is_tried_for_an_hour(
    ago: timedelta, written: SourceState | None, due: bool
) -> None:
    told, link = on_sale((NOW - ago, None)), linked(state_written=written)
    assert is_due(wanted(state=NOT_OPEN), link, told, NOW - SECOND, NOW) is due


@cases(
    "ago changes due",
    ("not-active-yet", MINUTE, {"paused": None, "active": False}, True),
    ("at-the-last", MAY_LAG, {"paused": None, "active": False}, True),
    ("staff-will-have-paused-it", MAY_LAG + SECOND, {"paused": None, "active": False}, False),
    ("known-to-be-paused", MINUTE, {"paused": True, "active": False}, False),
    ("active", MINUTE, {"paused": None, "active": True}, True),
    ("known-not-to-be-paused", MINUTE, {"paused": False, "active": False}, True),
)
def test_place2book_that_does_not_call_an_open_sale_active_yet_is_asked_again(
    ago: timedelta, changes: dict[str, Any], due: bool
) -> None:
    told, link = on_sale((NOW - ago, None), **changes), linked(state_written=NOT_OPEN)
    assert is_due(wanted(state=NOT_OPEN), link, told, NOW - SECOND, NOW) is due


def test_sale_that_closed_is_not_waited_for_to_be_active() -> None:
    told = on_sale((None, JUST), paused=None, active=False)
    assert not is_due(wanted(state=NOT_OPEN), linked(state_written=NOT_OPEN), told, NOW - SECOND, NOW)
