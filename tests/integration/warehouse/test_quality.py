"""What does not add up or cannot be read is kept as it is, and counted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from billetbro.messages.catalogue import Translator
from billetbro.models import Purchase, UnreadablePurchase
from billetbro.store.schema.warehouse_tables import data_quality, purchases, tickets
from tests.cases import cases
from tests.integration.warehouse.examples import (
    ADULT,
    FIRST,
    HOUR,
    MONDAY,
    SECOND,
    Till,
    contents,
    export,
    exported,
    standing,
)

LATER = MONDAY + HOUR
UNPRICED = replace(FIRST, tickets=(FIRST.tickets[0], replace(FIRST.tickets[1], price_id=99)))
IN_PART = replace(FIRST, tickets=FIRST.tickets[:1], unreadable_parts=1)
COLUMNS = ("purchase_id", "problem", "found_rows", "expected_ore", "found_ore", "first_seen_at", "resolved_at")


def problems(engine: Engine) -> list[tuple[object, ...]]:
    rows = [tuple(row.values()) for row in contents(engine, data_quality, *COLUMNS)]
    return sorted(rows, key=lambda row: (row[0] or 0, row[1]))


def released(engine: Engine) -> dict[object, object]:
    return {row["ticket_id"]: row["released_at"] for row in contents(engine, tickets, "ticket_id", "released_at")}


@cases(
    "listed found",
    ("all is well", (FIRST, SECOND), []),
    (
        "more was paid than tickets and coffee cost",
        (replace(FIRST, total_ore=10500), SECOND),
        [(900, "amounts_differ", 2, 10500, 10000)],
    ),
    ("paid for no tickets", (replace(FIRST, tickets=()), SECOND), [(900, "amounts_differ", 0, 10000, 0)]),
    ("cancelled", (replace(FIRST, total_ore=5, transaction_type="cancel"),), []),
    ("a price that the event does not have", (UNPRICED,), [(900, "unknown_price", 1, None, None)]),
    ("a free ticket that is not understood", (IN_PART, SECOND), [(900, "unreadable", 1, None, None)]),
    (
        "times that are not understood",
        (replace(FIRST, created_at=None, unreadable_times=2), SECOND),
        [(900, "unreadable", 2, None, None)],
    ),
    (
        "purchases that are not understood",
        (FIRST, UnreadablePurchase(purchase_id=910), UnreadablePurchase(purchase_id=None)),
        [(None, "unreadable", 1, None, None), (910, "unreadable", 1, None, None)],
    ),
)
def test_export_notes_what_is_wrong_with_a_purchase(
    engine: Engine, listed: Sequence[Purchase | UnreadablePurchase], found: list[tuple[object, ...]]
) -> None:
    summary = export(engine, Till({10: listed}))
    assert problems(engine) == [(*one, MONDAY, None) for one in found]
    counted = {problem: len([1 for one in found if one[1] == problem]) for _, problem, *_ in found}
    assert (summary.problems, summary.failures) == (counted, ())


def test_export_problem_that_is_gone_is_resolved_and_one_that_is_back_is_open_again(engine: Engine) -> None:
    wrong = (replace(FIRST, total_ore=1), SECOND)
    till = exported(engine, Till({10: wrong}))
    till.sold[10] = (FIRST, SECOND)
    assert export(engine, till, LATER, force=True).problems == {}
    assert problems(engine) == [(900, "amounts_differ", 2, 1, 10000, MONDAY, LATER)]
    till.sold[10] = wrong
    assert export(engine, till, LATER + HOUR, force=True).problems == {"amounts_differ": 1}
    assert problems(engine) == [(900, "amounts_differ", 2, 1, 10000, MONDAY, None)]


def test_export_price_that_is_only_deleted_is_no_problem(engine: Engine) -> None:
    till = exported(engine, Till())
    assert export(engine, till, LATER, events=[standing(prices=(ADULT,))]).problems == {}


def test_export_coffee_that_was_taken_back_no_longer_counts_as_paid(engine: Engine) -> None:
    till = exported(engine, Till({10: (FIRST,)}))
    till.sold[10] = (replace(FIRST, tickets=(replace(FIRST.tickets[0], additional_sales=()), FIRST.tickets[1])),)
    export(engine, till, LATER, force=True)
    assert problems(engine) == [(900, "amounts_differ", 2, 10000, 7500, LATER, None)]


def test_export_purchase_no_longer_listed_is_noted(engine: Engine) -> None:
    till = exported(engine, Till())
    till.sold[10] = (FIRST,)
    assert export(engine, till, LATER, force=True).problems == {"amounts_differ": 1, "not_listed": 1}
    found = problems(engine)
    assert found == [(910, "amounts_differ", 0, 7500, 0, LATER, None), (910, "not_listed", 1, None, None, LATER, None)]


@cases(
    "listed second_released_at noted",
    ("a ticket of it", (IN_PART, SECOND), None, {}),
    ("all of it", (UnreadablePurchase(purchase_id=900),), LATER, {"amounts_differ": 1, "not_listed": 1}),
    ("even its id", (UnreadablePurchase(purchase_id=None),), None, {}),
)
def test_export_what_cannot_be_read_any_more_is_not_taken_for_released(
    engine: Engine, listed: Sequence[Purchase | UnreadablePurchase], second_released_at, noted: dict[str, int]
) -> None:
    till = exported(engine, Till())
    till.sold[10] = listed
    summary = export(engine, till, LATER, force=True)
    assert summary.problems == noted | {"unreadable": 1}
    assert released(engine) == {901: None, 902: None, 911: second_released_at}
    assert len(contents(engine, purchases, "purchase_id")) == 2


def test_export_time_that_cannot_be_read_any_more_stays_as_it_was_and_holds_nothing_else_back(engine: Engine) -> None:
    till = exported(engine, Till())
    untimed = replace(FIRST, created_at=None, unreadable_times=1, tickets=FIRST.tickets[:1])
    till.sold[10] = (untimed, SECOND)
    summary = export(engine, till, LATER, force=True)
    assert (summary.tickets_released, summary.problems) == (1, {"unreadable": 1})
    bought = contents(engine, purchases, "purchase_id", "created_at", "changed_at")
    assert bought[0] == {"purchase_id": 900, "created_at": FIRST.created_at, "changed_at": MONDAY}
    till.sold[10] = (replace(untimed, created_at=LATER, unreadable_times=0), SECOND)
    assert export(engine, till, LATER + HOUR, force=True).problems == {}
    assert contents(engine, purchases, "created_at")[0] == {"created_at": LATER}


def test_export_list_of_which_nothing_can_be_read_is_not_believed(engine: Engine) -> None:
    till = exported(engine, Till())
    till.sold[10] = (UnreadablePurchase(purchase_id=900), UnreadablePurchase(purchase_id=910))
    summary = export(engine, till, MONDAY + timedelta(days=1))
    assert [Translator("en").say(failure) for failure in summary.failures] == [
        "'Foredrag' (Place2book event 10): Place2book lists 2 purchases, none of which can be read."
    ]
    assert released(engine) == {901: None, 902: None, 911: None}
