"""What an export stores, and what it leaves as it is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from billetbro.errors import NotFound, Refused, ServerError, Unreachable, WrongCredentials
from billetbro.store.schema.warehouse_tables import events, prices, purchases, tickets
from billetbro.warehouse.ingest.purchases import ExportSummary
from tests.cases import cases
from tests.catalogues import english
from tests.integration.warehouse.examples import (
    BOUGHT_AT,
    EVENT,
    FIRST,
    HOUR,
    LIBRARY,
    MONDAY,
    SECOND,
    Till,
    another,
    contents,
    everything,
    export,
    exported,
    standing,
)

NOTHING_DUE = ExportSummary(events_looked_at=1)


def test_export_first_time_stores_everything(engine: Engine) -> None:
    summary = export(engine, Till())
    seen = {"library": LIBRARY, "first_seen_at": MONDAY, "last_seen_at": MONDAY, "changed_at": MONDAY}
    assert summary == ExportSummary(
        events_looked_at=1, events_exported=1, reasons={"never_exported": 1}, purchases_new=2
    )
    assert contents(engine, events) == [
        seen
        | {
            "event_id": 10,
            "event_maker": 5000,
            "source_uuid": "5f0c",
            "title": "Foredrag",
            "branch": "Hovedbiblioteket",
            "category": "Foredrag",
            "begin_at": EVENT.begin_at,
            "end_at": EVENT.end_at,
            "capacity": 100,
            "available_tickets": 97,
            "ended": False,
            "exported_at": MONDAY,
            "removed_at": None,
            "waiting_list": False,
        }
    ]
    assert contents(engine, prices, "price_id", "event_id", "name", "value_ore", "sold_tickets", "removed_at") == [
        {"price_id": 71, "event_id": 10, "name": "Voksen", "value_ore": 7500, "sold_tickets": 2, "removed_at": None},
        {"price_id": 72, "event_id": 10, "name": "Barn", "value_ore": 0, "sold_tickets": 1, "removed_at": None},
    ]
    of_both = {"event_id": 10, "cancelled_at": None}
    assert contents(engine, purchases, "purchase_id", "event_id", "created_at", "total_ore", "cancelled_at") == [
        of_both | {"purchase_id": 900, "created_at": BOUGHT_AT, "total_ore": 10000},
        of_both | {"purchase_id": 910, "created_at": BOUGHT_AT + timedelta(hours=14), "total_ore": 7500},
    ]
    common = seen | {"released_at": None, "event_id": 10}
    names = ("ticket_id", "purchase_id", "price_id", "amount_ore", "arrived_at", "seating")
    told = [(901, 900, 71, 7500, None, "Række 1"), (902, 900, 72, 0, None, None), (911, 910, 71, 7500, MONDAY, None)]
    assert contents(engine, tickets) == [common | dict(zip(names, row, strict=True)) for row in told]


def test_export_repeated_with_nothing_new_does_not_read(engine: Engine) -> None:
    till = exported(engine, Till())
    assert (export(engine, till, MONDAY + HOUR), till.asked) == (NOTHING_DUE, [(5000, 10)])


@pytest.mark.parametrize("later", [HOUR, timedelta(0)], ids=["an hour later", "at the same moment"])
def test_export_forced_with_nothing_new_moves_only_when_it_was_seen(engine: Engine, later: timedelta) -> None:
    moving = ("last_seen_at", "exported_at")
    till = exported(engine, Till())
    before = everything(engine, without=moving)
    assert export(engine, till, MONDAY + later, force=True) == ExportSummary(
        events_looked_at=1, events_exported=1, reasons={"forced": 1}
    )
    assert everything(engine, without=moving) == before
    assert {row["last_seen_at"] for rows in everything(engine).values() for row in rows} == {MONDAY + later}


@cases(
    "event now reason",
    ("a ticket sold", standing(available_tickets=96), MONDAY + HOUR, "available_changed"),
    (
        "a refund and a sale at another price",
        standing(
            prices=tuple(
                replace(price, sold_tickets=sold)
                for price, sold in zip(EVENT.current.prices or (), (1, 2), strict=True)
            )
        ),
        MONDAY + HOUR,
        "sold_changed",
    ),
    ("unlimited", standing(capacity=None), MONDAY + HOUR, "unlimited"),
    ("a day later", EVENT, MONDAY + timedelta(days=1), "daily"),
    ("it ended", EVENT, MONDAY + timedelta(days=7, hours=2), "ended"),
    ("place2book says held", standing(state="held"), MONDAY + HOUR, "ended"),
    ("it has only a start", replace(EVENT, end_at=None, begin_at=MONDAY), MONDAY + HOUR, "ended"),
)
def test_export_event_that_is_due_is_read_once(engine: Engine, event, now, reason: str) -> None:
    till = exported(engine, Till())
    assert export(engine, till, now, events=[event]).reasons == {reason: 1}
    again = export(engine, till, now + timedelta(minutes=5), events=[event])
    assert again.reasons == ({"unlimited": 1} if reason == "unlimited" else {})


def test_export_changed_purchase_is_updated_and_counted(engine: Engine) -> None:
    till = exported(engine, Till())
    till.sold[10] = (replace(FIRST, total_ore=12000), SECOND)
    summary = export(engine, till, MONDAY + HOUR, force=True)
    assert (summary.purchases_new, summary.purchases_changed, summary.purchases_cancelled) == (0, 1, 0)
    assert contents(engine, purchases, "purchase_id", "total_ore", "first_seen_at") == [
        {"purchase_id": 900, "total_ore": 12000, "first_seen_at": MONDAY},
        {"purchase_id": 910, "total_ore": 7500, "first_seen_at": MONDAY},
    ]


def test_export_arrival_that_is_cleared_again_is_cleared(engine: Engine) -> None:
    till = exported(engine, Till())
    till.sold[10] = (FIRST, replace(SECOND, tickets=(replace(SECOND.tickets[0], arrived_at=None),)))
    export(engine, till, MONDAY + HOUR, force=True)
    assert [row["arrived_at"] for row in contents(engine, tickets, "arrived_at")] == [None, None, None]


def test_export_link_moved_to_a_new_uuid_keeps_the_event(engine: Engine) -> None:
    export(engine, Till())
    export(engine, Till(), MONDAY + HOUR, events=[replace(EVENT, uuid="made-anew")], force=True)
    assert contents(engine, events, "event_id", "source_uuid", "first_seen_at") == [
        {"event_id": 10, "source_uuid": "made-anew", "first_seen_at": MONDAY}
    ]


def test_export_ids_beyond_what_a_float_can_hold_are_exact(engine: Engine) -> None:
    beyond = 2**53 + 1
    large = replace(FIRST, purchase_id=beyond, tickets=(replace(FIRST.tickets[0], ticket_id=beyond + 2),))
    export(engine, Till({10: (large, SECOND)}))
    assert [row["purchase_id"] for row in contents(engine, purchases, "purchase_id")] == [910, beyond]
    assert [row["ticket_id"] for row in contents(engine, tickets, "ticket_id")] == [911, beyond + 2]


def test_export_passive_event_is_never_read(engine: Engine) -> None:
    till = Till()
    assert export(engine, till, events=[standing(passive=True)], force=True) == ExportSummary()
    assert (till.asked, contents(engine, events)) == ([], [])


def test_export_event_without_purchases_is_stored(engine: Engine) -> None:
    assert export(engine, Till({})).events_exported == 1
    assert (len(contents(engine, events)), contents(engine, purchases)) == (1, [])


def test_export_empty_list_of_an_event_with_purchases_is_not_believed(engine: Engine) -> None:
    export(engine, Till())
    stood = contents(engine, tickets)
    summary = export(engine, Till({}), MONDAY + HOUR, force=True)
    assert [english(one) for one in summary.failures] == [
        "'Foredrag' (Place2book event 10): Place2book lists no purchases, although 2 were listed before."
    ]
    assert contents(engine, tickets) == stood


def test_export_with_place2book_down_stops_asking_and_says_how_many_are_left(engine: Engine) -> None:
    down = [replace(EVENT, uuid=f"u{number}", event_id=number) for number in range(20, 26)]
    till = Till({}, {number: Unreachable("Place2book does not answer.") for number in range(20, 26)})
    summary = export(engine, till, events=down)
    assert till.asked == [(5000, 20), (5000, 21), (5000, 22)]
    assert (summary.events_exported, english(summary.failures[-1])) == (0, "3 further events were not asked for")


def test_export_of_events_that_fail_now_and_then_asks_for_all_of_them(engine: Engine) -> None:
    failing = (20, 21, 23, 24, 26, 27)
    till = Till({}, {number: Unreachable("Place2book does not answer.") for number in failing})
    summary = export(engine, till, events=[another(number) for number in range(20, 28)])
    assert till.asked == [(5000, number) for number in range(20, 28)]
    assert (summary.events_exported, len(summary.failures)) == (2, 6)


def test_export_no_events_does_nothing(engine: Engine) -> None:
    assert export(engine, Till(), events=[]) == ExportSummary()


@pytest.mark.parametrize(
    "error",
    [Refused("Place2book said no."), NotFound("It is not there."), ServerError("Place2book is unwell.")],
    ids=lambda error: type(error).__name__,
)
def test_export_event_that_cannot_be_read_is_named_and_the_others_go_on(engine: Engine, error) -> None:
    till = Till({10: (FIRST,), 12: (SECOND,)}, {11: error})
    three = [EVENT, another(11), another(12)]
    summary = export(engine, till, events=three)
    assert summary == ExportSummary(
        events_looked_at=3, events_exported=2, reasons={"never_exported": 2}, purchases_new=2, failures=summary.failures
    )
    assert [english(one) for one in summary.failures] == [f"'Nr. 11' (Place2book event 11): {error}"]
    till.trouble.clear()
    assert export(engine, till, MONDAY + HOUR, events=three).reasons == {"never_exported": 1}


def test_export_wrong_credentials_end_it_and_keep_what_was_stored(engine: Engine) -> None:
    till = Till(trouble={11: WrongCredentials("The token is not accepted.")})
    with pytest.raises(WrongCredentials):
        export(engine, till, events=[EVENT, another(11), another(12)])
    assert [row["event_id"] for row in contents(engine, events, "event_id")] == [10]


def test_export_two_libraries_with_the_same_ids_stay_apart(engine: Engine) -> None:
    cancelled = replace(FIRST, transaction_type="cancel", tickets=FIRST.tickets[:1])
    export(engine, Till({10: (FIRST, replace(SECOND, transaction_type="cancel"))}))
    till = exported(engine, Till({10: (FIRST, SECOND)}), library="nordvig")
    till.sold[10] = (cancelled, replace(SECOND, transaction_type="cancel"))
    summary = export(engine, till, MONDAY + HOUR, library="nordvig", force=True)
    assert (summary.purchases_changed, summary.purchases_cancelled, summary.tickets_released) == (2, 2, 1)
    assert [tuple(row.values()) for row in contents(engine, purchases, "library", "purchase_id", "cancelled_at")] == [
        ("herlev", 900, None),
        ("herlev", 910, MONDAY),
        ("nordvig", 900, MONDAY + HOUR),
        ("nordvig", 910, MONDAY + HOUR),
    ]
    assert [tuple(row.values()) for row in contents(engine, tickets, "library", "ticket_id", "released_at")] == [
        ("herlev", 901, None),
        ("herlev", 902, None),
        ("herlev", 911, None),
        ("nordvig", 901, None),
        ("nordvig", 902, MONDAY + HOUR),
        ("nordvig", 911, None),
    ]
