"""What becomes of a linked event that goes away (behaviour 5)."""

from datetime import datetime, timedelta

import pytest

from billetbro.models import CurrentEvent, CurrentPrice, Link, LinkStatus, Mapped, Mode, Outcome
from billetbro.reconcile.planning.owned_fields import written_time
from billetbro.reconcile.planning.withdrawn_event import is_sold, reopened_sale, tickets_sold
from tests.cases import cases
from tests.unit.reconcile.builders import (
    SOLD,
    START,
    WEEK,
    WINDOW_START,
    at,
    linked,
    linked_at,
    plan_of,
    price,
    rejected,
    said,
    sold,
    standing,
    unwanted,
)
from tests.unit.reconcile.mapping.mapping_examples import NOW

CLOSED_AT = NOW - timedelta(days=2)
YESTERDAY = NOW - timedelta(days=1)
ONCE_ABSENT = linked(absences=1, counted_run="run-1")
DELETED = [("delete", "a", {"name": ("Foredrag om hvaler", None)})]
ENDED = [("end_sale", "a", {"sale_close_at": (None, written_time(NOW))})]
KEPT = [("a", "removed_but_sold", None, "3")]


@cases(
    "snapshot link unsold after_sales",
    ("gone", [], ONCE_ABSENT, DELETED, ENDED),
    ("cancelled", [unwanted(Outcome.CANCELLED)], linked(), DELETED, ENDED),
    ("not-relevant", [unwanted(Outcome.SKIPPED, code="not_relevant")], linked(), DELETED, []),
    ("no-ticket-event", [unwanted(Outcome.SKIPPED, code="no_ticket_categories")], linked(), DELETED, []),
    ("sold-elsewhere", [unwanted(Outcome.SOLD_ELSEWHERE)], linked(), DELETED, []),
)
def test_removal_deletes_what_is_not_sold_and_keeps_what_is(
    snapshot: list[Mapped], link: Link, unsold: object, after_sales: object
) -> None:
    plan = plan_of(snapshot, [link], [standing()])
    assert (said(plan.changes), rejected(plan)) == (unsold, [])
    plan = plan_of(snapshot, [link], [sold()])
    assert (said(plan.changes), rejected(plan)) == (after_sales, KEPT)


@cases("current", ("unsold", standing()), ("sold", sold()))
@cases(
    "link counted removed",
    ("first", linked(), 1, False),
    ("second", ONCE_ABSENT, 2, True),
    ("first-and-tried-again", linked(absences=1, counted_run="run-2"), 1, False),
    ("second-and-tried-again", linked(absences=2, counted_run="run-2"), 2, True),
    ("sixth", linked(absences=5, counted_run="run-1"), 6, True),
)
def test_removal_of_an_absent_event_waits_for_the_second_snapshot(
    link: Link, counted: int, removed: bool, current: CurrentEvent
) -> None:
    plan = plan_of([], [link], [current])
    assert plan.absences == {"a": counted}
    assert bool(plan.changes) is removed


@pytest.mark.parametrize(("absences", "removed"), [(0, False), (1, False), (2, True)], ids=["never", "once", "twice"])
def test_removal_in_a_run_limited_to_the_event_counts_for_nothing(absences: int, removed: bool) -> None:
    plan = plan_of([], [linked(absences=absences)], [standing()], events=frozenset({"a"}))
    assert (plan.absences, said(plan.changes)) == ({"a": absences}, DELETED if removed else [])


def test_removal_of_an_absent_event_waits_for_nothing_in_a_resync() -> None:
    assert said(plan_of([], [linked()], [standing()], mode=Mode.RESYNC).changes) == DELETED


@cases("current", ("unsold", standing()), ("sold", sold()))
@cases(
    "snapshot link",
    ("present", [unwanted(Outcome.OVER)], linked()),
    ("absent", [], linked(ends_at=NOW, absences=9)),
    ("not-relevant-and-ended", [unwanted(Outcome.SKIPPED, starts_at=YESTERDAY, ends_at=NOW)], linked()),
    ("elsewhere-and-ended", [unwanted(Outcome.SOLD_ELSEWHERE, starts_at=YESTERDAY, ends_at=NOW)], linked()),
    ("before-the-window", [], linked(starts_at=WINDOW_START - WEEK, ends_at=YESTERDAY)),
)
def test_removal_of_what_is_over_only_retires_it(snapshot: list[Mapped], link: Link, current: CurrentEvent) -> None:
    plan = plan_of(snapshot, [link], [current], mode=Mode.RESYNC)
    assert (said(plan.changes), plan.rejections, plan.absences) == ([("retire", "a", {})], [], {})


def test_removal_takes_an_end_before_a_start_ahead_for_a_mistake() -> None:
    mistaken = unwanted(Outcome.SKIPPED, ends_at=YESTERDAY)
    assert said(plan_of([mistaken], [linked()], [standing()]).changes) == DELETED


@cases(
    "snapshot link",
    ("starts-before-the-window", [], linked(starts_at=WINDOW_START - WEEK, absences=9)),
    ("retired", [], linked(status=LinkStatus.RETIRED, absences=9)),
    ("removed-before", [], linked(status=LinkStatus.DELETED, absences=9)),
    ("rejected", [unwanted(Outcome.REJECTED, code="capacity_missing")], linked(absences=9)),
)
@pytest.mark.parametrize("mode", list(Mode))
def test_removal_leaves_what_was_not_asked_for_or_is_unreadable(snapshot: list[Mapped], link: Link, mode: Mode) -> None:
    plan = plan_of(snapshot, [link], [standing()], mode=mode)
    assert (plan.changes, plan.absences) == ([], {})


def test_removal_waits_while_the_instance_made_anew_is_rejected() -> None:
    link = linked_at(START, absences=9)
    anew = at(START + WEEK, "b", outcome=Outcome.REJECTED, desired=None, code="capacity_missing")
    plan = plan_of([anew], [link], [standing()])
    assert (plan.changes, plan.absences) == ([], {})
    assert rejected(plan) == [("b", "capacity_missing", None, None)]


@cases("other", ("another-title", {"title": "Andet hold"}), ("another-series", {"series_uuid": "another"}))
def test_removal_does_not_wait_for_a_rejected_event_of_another_kind(other: dict[str, object]) -> None:
    anew = at(START + WEEK, "b", **{"outcome": Outcome.REJECTED, "desired": None} | other)
    plan = plan_of([anew], [linked_at(START, absences=1)], [standing()])
    assert said(plan.changes) == DELETED


@cases(
    "other expected",
    ("looks-the-same", {}, []),
    ("another-start", {"starts_at": START + WEEK}, DELETED),
    ("another-title", {"title": "Andet hold"}, DELETED),
    ("another-event-maker", {"event_maker": 5001}, DELETED),
)
def test_removal_waits_for_a_rejected_event_outside_a_series_only_when_it_looks_the_same(
    other: dict[str, object], expected: object
) -> None:
    anew = unwanted(Outcome.REJECTED, "b", **other)
    assert said(plan_of([anew], [ONCE_ABSENT], [standing()]).changes) == expected


def test_removal_does_not_wait_for_a_rejected_event_that_has_its_own_event() -> None:
    other = at(START + WEEK, "b", outcome=Outcome.REJECTED, desired=None)
    links = [linked_at(START, absences=1), linked_at(START + WEEK, "b", 2)]
    assert said(plan_of([other], links, [standing(), standing(2)]).changes) == DELETED


@pytest.mark.parametrize("snapshot", [[], [unwanted(Outcome.CANCELLED)]], ids=["gone", "cancelled"])
def test_removal_of_what_is_not_in_place2book_any_more_only_forgets_it(snapshot: list[Mapped]) -> None:
    plan = plan_of(snapshot, [ONCE_ABSENT], [])
    assert (said(plan.changes), plan.rejections) == ([("retire", "a", {})], [])


@cases(
    "link closes",
    ("closed-by-staff", linked(), CLOSED_AT),
    ("closes-now", linked(), NOW),
    ("ended-by-us", linked(sale_closed_at=CLOSED_AT), CLOSED_AT),
    ("opened-again-by-staff", linked(sale_closed_at=CLOSED_AT), None),
)
def test_removal_of_a_sold_event_ends_its_sale_once(link: Link, closes: datetime | None) -> None:
    plan = plan_of([unwanted(Outcome.CANCELLED)], [link], [sold(sale_close_at=closes)])
    assert (plan.changes, rejected(plan)) == ([], KEPT)


def test_removal_of_a_sold_event_ends_a_sale_that_would_close_later() -> None:
    later = START - timedelta(hours=1)
    plan = plan_of([unwanted(Outcome.CANCELLED)], [linked()], [sold(sale_close_at=later)])
    assert said(plan.changes) == [("end_sale", "a", {"sale_close_at": (written_time(later), written_time(NOW))})]


@cases(
    "changes found",
    ("not-deletable-and-no-sales-told", {"deletable": False}, "?"),
    ("prices-not-read", {"deletable": None, "prices": None}, "?"),
    ("deletable-and-prices-not-read", {"deletable": True, "prices": None}, "?"),
    ("nobody-can-tell", {"deletable": None, "prices": (price(sold_tickets=None, deletable=None),)}, "?"),
    ("a-price-with-sales", {"prices": (price(), price(12, sold_tickets=2))}, "2"),
)
def test_removal_counts_as_sold_what_cannot_be_told(changes: dict[str, object], found: str) -> None:
    plan = plan_of([unwanted(Outcome.CANCELLED)], [linked()], [standing(**changes)])
    assert [change.kind.value for change in plan.changes] == ["end_sale"]
    assert rejected(plan) == [("a", "removed_but_sold", None, found)]


@cases(
    "deletable prices expected",
    ("deletable-unsold", True, (price(),), False),
    ("unknown-unsold", None, (price(),), False),
    ("unknown-without-prices", None, (), False),
    ("not-deletable", False, (), True),
    ("deletable-sold", True, (SOLD,), True),
    ("prices-not-read", True, None, True),
)
def test_is_sold_tells(deletable: bool | None, prices: tuple[CurrentPrice, ...] | None, expected: bool) -> None:
    assert is_sold(standing(deletable=deletable, prices=prices)) is expected


def test_is_sold_of_an_event_nobody_has_seen_is_true() -> None:
    assert is_sold(None) is True


def test_tickets_sold_counts_every_price() -> None:
    prices = (SOLD, price(12, sold_tickets=None), price(13, sold_tickets=4))
    assert tickets_sold(standing(prices=prices)) == 7
    assert tickets_sold(standing(prices=None)) == 0


@cases("before", ("open", None), ("until-the-start", START))
def test_reopened_sale_gives_back_what_stood_before(before: datetime | None) -> None:
    link = linked(sale_closed_at=CLOSED_AT, sale_closed_before=before)
    change = reopened_sale(link, sold(sale_close_at=CLOSED_AT))
    assert change is not None
    assert said([change]) == [("reopen_sale", "a", {"sale_close_at": (written_time(CLOSED_AT), written_time(before))})]


@cases("closes", ("opened", None), ("another-end", START))
def test_reopened_sale_leaves_what_staff_set_since(closes: datetime | None) -> None:
    change = reopened_sale(linked(sale_closed_at=CLOSED_AT), sold(sale_close_at=closes))
    assert change is not None
    assert said([change]) == [("reopen_sale", "a", {})]


def test_reopened_sale_of_one_that_we_did_not_end_is_nothing() -> None:
    assert reopened_sale(linked(), sold(sale_close_at=CLOSED_AT)) is None
