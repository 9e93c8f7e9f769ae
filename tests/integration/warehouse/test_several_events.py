"""A purchase of two events counts for each its own, one that moved counts once, a ticket is who bought it last."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from billetbro.models import Answer, Purchase, Ticket, UnreadablePurchase
from billetbro.store.schema.warehouse_tables import additional_sales, answers, data_quality, purchases, tickets
from billetbro.warehouse.ingest.tombstones import mark_events_gone
from billetbro.warehouse.privacy.retention import remove_past
from billetbro.warehouse.privacy.retention_rule import Retention
from billetbro.warehouse.reports.month import Month
from billetbro.warehouse.reports.queries import read_rows
from tests.cases import cases
from tests.catalogues import english
from tests.integration.warehouse.examples import (
    ADULT,
    CURRENT,
    EVENT,
    FIRST,
    HOUR,
    LIBRARY,
    MONDAY,
    SECOND,
    Till,
    contents,
    export,
    exported,
    view,
)
from tests.integration.warehouse.personal import KEEP, NOTHING, given_answers, people

THERE = replace(
    EVENT,
    event_id=11,
    uuid="uuid-11",
    title="Andet foredrag",
    branch="Nordvig",
    current=replace(CURRENT, event_id=11, prices=(replace(ADULT, price_id=81, value_ore=5000),)),
)
BOTH = (EVENT, THERE)
TICKET = Ticket(ticket_id=905, price_id=81, amount_ore=5000)
WHOLE = FIRST.total_ore + TICKET.amount_ore
HERE_PART = replace(FIRST, total_ore=WHOLE)
THERE_PART = replace(FIRST, total_ore=WHOLE, tickets=(TICKET,))
MOVED = replace(FIRST, tickets=tuple(replace(ticket, price_id=81) for ticket in FIRST.tickets))
ORDERS = pytest.mark.parametrize("events", [BOTH, BOTH[::-1]], ids=["here first", "there first"])


def sold(engine: Engine) -> dict[object, tuple[object, ...]]:
    columns = ("purchases", "tickets_sold", "tickets_ore", "additional_sales_ore", "income_ore")
    rows = view(engine, "sales_by_event", "event_id")
    return {row["event_id"]: tuple(row[name] for name in columns) for row in rows}


def in_all(engine: Engine) -> tuple[set[object], set[object], set[object]]:
    days, codes = view(engine, "sales_by_day", "day"), view(engine, "buyers_by_postal_code", "zip_code")
    months = view(engine, "income_by_month", "month")
    return (
        {sum(int(str(row["purchases"])) for row in rows) for rows in (days, codes)},
        {
            sum(int(str(row[name])) for row in rows)
            for rows, name in ((days, "tickets_sold"), (codes, "tickets"), (months, "tickets"))
        },
        {
            sum(int(str(row[name])) for row in rows)
            for rows, name in ((days, "income_ore"), (codes, "income_ore"), (months, "income_ore"))
        },
    )


def problems(engine: Engine) -> set[tuple[object, ...]]:
    rows = contents(engine, data_quality, "event_id", "purchase_id", "problem", "resolved_at")
    return {tuple(row.values())[:3] for row in rows if row["resolved_at"] is None}


def standing(engine: Engine) -> dict[object, object]:
    rows = contents(engine, tickets, "ticket_id", "event_id", "released_at")
    return {row["ticket_id"]: row["event_id"] for row in rows if row["released_at"] is None}


@ORDERS
@cases(
    "here there",
    ("each tells the whole total", HERE_PART, THERE_PART),
    ("each tells a total of its own", FIRST, replace(THERE_PART, total_ore=5000)),
)
def test_purchase_of_two_events_counts_for_each_its_own(
    engine: Engine, events: Sequence[object], here: Purchase, there: Purchase
) -> None:
    till = Till({10: (here, SECOND), 11: (there,)})
    export(engine, till, events=events)  # type: ignore[arg-type]
    expected = {10: (2, 3, 15000, 2500, 17500), 11: (1, 1, 5000, 0, 5000)}
    assert (sold(engine), in_all(engine), problems(engine)) == (expected, ({2}, {4}, {22500}), set())
    assert [row["tickets_sold"] for row in view(engine, "sales_by_price", "price_id")] == [2, 1, 1]


@ORDERS
def test_purchase_of_two_events_read_again_at_one_changes_nothing(engine: Engine, events: Sequence[object]) -> None:
    till = Till({10: (HERE_PART, SECOND), 11: (THERE_PART,)})
    export(engine, till, events=events)  # type: ignore[arg-type]
    dates = contents(engine, purchases, "purchase_id", "event_id", "changed_at", "moved_at")
    for hours, one in enumerate((EVENT, THERE, EVENT), start=1):
        summary = export(engine, till, MONDAY + hours * HOUR, events=[one], force=True)
        assert (summary.purchases_changed, summary.tickets_released, summary.problems) == (0, 0, {})
    assert contents(engine, purchases, "purchase_id", "event_id", "changed_at", "moved_at") == dates
    assert standing(engine) == {901: 10, 902: 10, 905: 11, 911: 10}


def test_total_that_neither_event_nor_both_together_come_to_is_told_until_it_is_right(engine: Engine) -> None:
    wrong = {10: (replace(HERE_PART, total_ore=WHOLE + 1),), 11: (replace(THERE_PART, total_ore=WHOLE + 1),)}
    till = Till(wrong)
    assert export(engine, till, events=BOTH).problems == {"amounts_differ": 2}
    till.sold = {10: (HERE_PART,), 11: (THERE_PART,)}
    assert export(engine, till, MONDAY + HOUR, events=BOTH, force=True).problems == {}


def test_ticket_of_one_event_that_is_given_up_is_released_there_alone(engine: Engine) -> None:
    till = exported(engine, Till({10: (HERE_PART,), 11: (THERE_PART,)}), events=BOTH)
    less = replace(HERE_PART, total_ore=7500 + 5000, tickets=FIRST.tickets[:1])
    till.sold[10] = (replace(less, total_ore=7500 + 2500 + 5000),)
    assert export(engine, till, MONDAY + HOUR, events=[EVENT], force=True).tickets_released == 1
    assert (standing(engine), sold(engine)[10]) == ({901: 10, 905: 11}, (1, 1, 7500, 2500, 10000))


@ORDERS
def test_purchase_that_moves_leaves_no_problem_behind_and_counts_once(engine: Engine, events: Sequence[object]) -> None:
    till = Till({10: (FIRST, SECOND), 11: ()})
    export(engine, till, events=events)  # type: ignore[arg-type]
    till.sold = {10: (SECOND,), 11: (MOVED,)}
    for one in events:
        summary = export(engine, till, MONDAY + HOUR, events=[one], force=True)  # type: ignore[list-item]
    expected = {10: (1, 1, 7500, 0, 7500), 11: (1, 2, 7500, 2500, 10000)}
    assert (summary.failures, problems(engine)) == ((), set())
    assert (sold(engine), in_all(engine)) == (expected, ({2}, {3}, {17500}))
    again = export(engine, till, MONDAY + 2 * HOUR, events=events, force=True)  # type: ignore[arg-type]
    assert (again.purchases_changed, again.tickets_released, again.problems, sold(engine)) == (0, 0, {}, expected)


def test_purchase_that_moves_counts_once_while_the_event_that_it_left_is_not_read_again(engine: Engine) -> None:
    till = Till({10: (replace(FIRST, total_ore=10500), SECOND), 11: ()})
    assert export(engine, till, events=BOTH).problems == {"amounts_differ": 1}
    till.sold[11] = (MOVED,)
    export(engine, till, MONDAY + HOUR, events=[THERE], force=True)
    assert (problems(engine), sold(engine)) == (set(), {10: (1, 1, 7500, 0, 7500), 11: (1, 2, 7500, 2500, 10000)})
    assert contents(engine, purchases, "purchase_id", "event_id", "moved_at", "income_ore") == [
        {"purchase_id": 900, "event_id": 10, "moved_at": MONDAY + HOUR, "income_ore": 0},
        {"purchase_id": 900, "event_id": 11, "moved_at": None, "income_ore": 10000},
        {"purchase_id": 910, "event_id": 10, "moved_at": None, "income_ore": 7500},
    ]


@ORDERS
def test_purchase_that_moves_with_new_tickets_counts_once(engine: Engine, events: Sequence[object]) -> None:
    till = Till({10: (FIRST, SECOND), 11: ()})
    export(engine, till, events=events)  # type: ignore[arg-type]
    anew = tuple(replace(one, ticket_id=one.ticket_id + 50, additional_sales=()) for one in MOVED.tickets)
    till.sold = {10: (SECOND,), 11: (replace(MOVED, total_ore=7500, tickets=anew),)}
    export(engine, till, MONDAY + HOUR, events=events, force=True)  # type: ignore[arg-type]
    assert (problems(engine), in_all(engine)) == (set(), ({2}, {3}, {15000}))


def test_purchase_that_moves_and_comes_back_counts_where_it_is(engine: Engine) -> None:
    till = exported(engine, Till({10: (FIRST, SECOND), 11: ()}), events=BOTH)
    for hours, listed in enumerate(({10: (SECOND,), 11: (MOVED,)}, {10: (FIRST, SECOND), 11: ()}), start=1):
        till.sold = dict(listed)
        export(engine, till, MONDAY + hours * HOUR, events=BOTH, force=True)
    assert (problems(engine), sold(engine)[10]) == (set(), (2, 3, 15000, 2500, 17500))
    assert (sold(engine)[11], in_all(engine)) == ((0, 0, 0, 0, 0), ({2}, {3}, {17500}))


def test_problem_that_an_older_version_left_behind_at_another_event_is_resolved(engine: Engine) -> None:
    till = exported(engine, Till({10: (SECOND,), 11: (MOVED,)}), events=BOTH)
    left = {"problem": "not_listed", "found_rows": 1, "first_seen_at": MONDAY, "last_seen_at": MONDAY}
    with engine.begin() as connection:
        for purchase_id in (900, 999):
            connection.execute(
                data_quality.insert().values(library=LIBRARY, event_id=10, purchase_id=purchase_id, **left)
            )
    export(engine, till, MONDAY + HOUR, events=[THERE], force=True)
    assert problems(engine) == {(10, 999, "not_listed")}


def test_month_of_a_purchase_of_two_events_counts_for_each_its_own(engine: Engine) -> None:
    export(engine, Till({10: (HERE_PART, SECOND), 11: (THERE_PART,)}), events=BOTH)
    rows = read_rows(engine, LIBRARY, Month(2026, 3), ZoneInfo("Europe/Copenhagen"))
    found = {event: sum(row.income_ore for row in rows.sales if row.event_id == event) for event in (10, 11)}
    assert found == {10: 17500, 11: 5000}
    assert {row.event_id: (row.tickets, row.income_ore) for row in rows.events} == {10: (3, 17500), 11: (1, 5000)}


def test_event_whose_every_purchase_moved_is_believed_to_list_none(engine: Engine) -> None:
    till = exported(engine, Till({10: (FIRST,), 11: ()}), events=BOTH)
    till.sold = {10: (), 11: (MOVED,)}
    first = export(engine, till, MONDAY + HOUR, events=BOTH, force=True)
    assert ([english(one) for one in first.failures], first.problems) == (
        ["'Foredrag' (Place2book event 10): Place2book lists no purchases, although 1 were listed before."],
        {},
    )
    second = export(engine, till, MONDAY + 2 * HOUR, events=BOTH, force=True)
    assert (second.failures, problems(engine), in_all(engine)) == ((), set(), ({1}, {2}, {10000}))


def test_event_whose_every_purchase_moved_with_new_tickets_is_believed_to_list_none(engine: Engine) -> None:
    till = exported(engine, Till({10: (FIRST,), 11: ()}), events=BOTH)
    anew = replace(MOVED, total_ore=7500, tickets=(replace(MOVED.tickets[0], ticket_id=951, additional_sales=()),))
    till.sold = {10: (), 11: (anew,)}
    summary = export(engine, till, MONDAY + HOUR, events=BOTH[::-1], force=True)
    assert (summary.failures, problems(engine), in_all(engine)) == ((), set(), ({1}, {1}, {7500}))


def test_event_whose_every_purchase_went_to_and_fro_is_believed_to_list_none(engine: Engine) -> None:
    till = Till({10: (FIRST,), 11: ()})
    for hours, listed in enumerate(({10: (FIRST,), 11: ()}, {10: (), 11: (MOVED,)}, {10: (FIRST,), 11: ()})):
        till.sold = dict(listed)
        export(engine, till, MONDAY + hours * HOUR, events=BOTH[::-1], force=True)
    till.sold = {10: (), 11: (MOVED,)}
    summary = export(engine, till, MONDAY + 4 * HOUR, events=BOTH[::-1], force=True)
    assert (summary.failures, problems(engine), in_all(engine)) == ((), set(), ({1}, {2}, {10000}))


def test_purchase_of_one_event_counts_with_its_total(engine: Engine) -> None:
    export(engine, Till({10: (replace(FIRST, total_ore=10500), SECOND)}))
    assert sold(engine) == {10: (2, 3, 15000, 2500, 18000)}
    export(engine, Till({10: (replace(FIRST, total_ore=10600), SECOND)}), MONDAY + HOUR, force=True)
    assert sold(engine) == {10: (2, 3, 15000, 2500, 18100)}


def test_event_that_staff_delete_after_its_purchases_moved_leaves_nothing_to_count(engine: Engine) -> None:
    till = exported(engine, Till({10: (FIRST, SECOND), 11: ()}), events=BOTH)
    anew = tuple(replace(one, ticket_id=one.ticket_id + 50, additional_sales=()) for one in MOVED.tickets)
    till.sold[11] = (replace(MOVED, total_ore=7500, tickets=anew),)
    export(engine, till, MONDAY + HOUR, events=[THERE], force=True)
    mark_events_gone(engine, LIBRARY, [10], MONDAY + 2 * HOUR)
    assert {event: row[-1] for event, row in sold(engine).items()} == {10: 7500, 11: 7500}
    assert {event: row[1] for event, row in sold(engine).items()} == {10: 1, 11: 2}


def test_purchase_that_cannot_be_read_at_one_of_its_events_has_not_moved(engine: Engine) -> None:
    till = exported(engine, Till({10: (HERE_PART, SECOND), 11: (THERE_PART,)}), events=BOTH)
    till.sold[10] = (UnreadablePurchase(purchase_id=900), SECOND)
    for hours in (1, 2):
        export(engine, till, MONDAY + hours * HOUR, events=BOTH, force=True)
    assert problems(engine) == {(10, 900, "unreadable")}
    assert (standing(engine)[901], in_all(engine)) == (10, ({2}, {4}, {22500}))


def test_purchase_that_is_listed_nowhere_any_more_is_told(engine: Engine) -> None:
    till = Till({10: (HERE_PART, SECOND), 11: (THERE_PART, replace(SECOND, purchase_id=930, tickets=()))})
    export(engine, till, events=BOTH)
    till.sold = {10: (SECOND,), 11: (replace(SECOND, purchase_id=930, tickets=()),)}
    export(engine, till, MONDAY + HOUR, events=BOTH, force=True)
    assert (11, 900, "not_listed") in problems(engine)


CANCELLED = replace(FIRST, transaction_type="cancel")
AGAIN = replace(
    SECOND, purchase_id=920, total_ore=7500, tickets=(replace(FIRST.tickets[0], additional_sales=()), FIRST.tickets[1])
)


@pytest.mark.parametrize("listed", [(CANCELLED, AGAIN), (AGAIN, CANCELLED)], ids=["cancelled first", "completed first"])
@pytest.mark.parametrize("before", [(FIRST,), ()], ids=["seen before", "not seen before"])
def test_ticket_that_was_cancelled_and_sold_again_is_the_completed_purchases(
    engine: Engine, listed: tuple[Purchase, ...], before: tuple[Purchase, ...]
) -> None:
    till = exported(engine, Till({10: before}))
    till.sold[10] = listed
    for hours in (1, 2):
        summary = export(engine, till, MONDAY + hours * HOUR, force=True)
        assert (summary.problems, sold(engine)[10]) == ({}, (1, 2, 7500, 0, 7500))
    owners = contents(engine, tickets, "ticket_id", "purchase_id", "released_at")
    assert owners == [{"ticket_id": one, "purchase_id": 920, "released_at": None} for one in (901, 902)]
    assert [row["released_at"] is not None for row in contents(engine, additional_sales, "released_at")] == [
        True for _ in before
    ]


@ORDERS
@pytest.mark.parametrize("number", [900, 920], ids=["the same purchase", "another purchase"])
def test_ticket_that_was_cancelled_here_and_is_sold_there_is_the_other_events(
    engine: Engine, events: Sequence[object], number: int
) -> None:
    till = Till({10: (FIRST, SECOND), 11: ()})
    export(engine, till, events=events)  # type: ignore[arg-type]
    till.sold = {10: (CANCELLED, SECOND), 11: (replace(MOVED, purchase_id=number),)}
    for hours in (1, 2):
        export(engine, till, MONDAY + hours * HOUR, events=events, force=True)  # type: ignore[arg-type]
        assert (standing(engine), problems(engine)) == ({901: 11, 902: 11, 911: 10}, set())
        assert (sold(engine)[11], in_all(engine)) == ((1, 2, 7500, 2500, 10000), ({2}, {3}, {17500}))


def test_answer_of_a_purchase_of_two_events_is_emptied_when_neither_lists_it_any_more(engine: Engine) -> None:
    both = {10: (HERE_PART,), 11: (THERE_PART,)}
    till = exported(engine, Till(dict(both)), events=BOTH, privacy=KEEP)
    told = ["Plakat", "Nødder"]
    assert sorted(map(str, given_answers(engine))) == sorted(told)
    till.sold[10] = (replace(HERE_PART, answers=()),)
    export(engine, till, MONDAY + HOUR, events=[EVENT], privacy=KEEP, force=True)
    assert sorted(map(str, given_answers(engine))) == sorted(told)
    till.sold[11] = (replace(THERE_PART, answers=(Answer(name="Hørt om os", value=None),)),)
    export(engine, till, MONDAY + 2 * HOUR, events=[THERE], privacy=KEEP, force=True)
    found = contents(engine, answers, "ticket_id", "value")
    assert found == [{"ticket_id": None, "value": None}, {"ticket_id": 901, "value": "Nødder"}]


@pytest.mark.parametrize(("days", "kept"), [(9, True), (40, False)], ids=["before the later one", "after both"])
def test_retention_of_a_purchase_of_two_events_goes_by_the_later(engine: Engine, days: int, kept: bool) -> None:
    later = replace(THERE, begin_at=MONDAY + timedelta(days=30), end_at=MONDAY + timedelta(days=30, hours=1))
    export(engine, Till({10: (HERE_PART,), 11: (THERE_PART,)}), events=[EVENT, later], privacy=KEEP)
    remove_past(engine, LIBRARY, Retention(days=1), MONDAY + timedelta(days=days), None)
    told = [row["email"] for row in contents(engine, purchases, "email")]
    assert told == (["test.testesen@example.com"] * 2 if kept else [None, None])
    assert (people(engine)[900] == NOTHING) is not kept
