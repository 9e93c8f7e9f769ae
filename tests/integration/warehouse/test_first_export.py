"""Events of which nothing is stored yet are copied straight in: with the rows that comparing them all would give."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, event

from billetbro.models import Purchase, Ticket, UnreadablePurchase
from billetbro.store.schema.warehouse_tables import data_quality
from billetbro.warehouse.ingest.purchases import ExportSummary
from tests.integration.warehouse.examples import (
    COFFEE,
    EVENT,
    FIRST,
    PSEUDONYMISE,
    SECOND,
    Till,
    another,
    contents,
    everything,
    export,
)

PRIVACY = replace(PSEUDONYMISE, keep_answers=frozenset({"Hørt om os", "Allergi"}))
KNOWN = another(99)
EVENTS = [EVENT, *(another(number) for number in range(11, 16))]


def of(number: int, like: Purchase = FIRST, **changes: object) -> Purchase:
    """Return a purchase with numbers of its own."""
    tickets = tuple(
        replace(
            ticket,
            ticket_id=number * 10 + place,
            additional_sales=tuple(replace(COFFEE, additional_sale_id=number) for _ in ticket.additional_sales),
        )
        for place, ticket in enumerate(like.tickets)
    )
    return replace(like, **{"purchase_id": number, "tickets": tickets, **changes})


def everything_sold() -> Till:
    """Return a till that has sold what is usual, and all that is peculiar."""
    resold = of(501, SECOND, transaction_type="cancel")
    peculiar = {
        11: (of(401), of(402, transaction_type="cancel"), of(403, total_ore=1)),
        12: (resold, of(502, SECOND, tickets=(replace(resold.tickets[0], amount_ore=7500),))),
        13: (
            of(601, full_name="Nul\0 \\N", zip_code="\\."),
            of(601, total_ore=12000),
            UnreadablePurchase(purchase_id=602),
        ),
        14: (of(701, tickets=(Ticket(ticket_id=7010, price_id=4711, amount_ore=10000),)), of(702, tickets=())),
        15: (),
    }
    return Till({10: (FIRST, SECOND), 99: (of(990, tickets=()),), **peculiar})


def compares(engine: Engine, till: Till, **given: Any) -> tuple[ExportSummary, bool]:
    """Export, and return whether rows were compared with those that are stored."""
    said: list[str] = []
    listener = (engine, "before_cursor_execute", lambda *of_a_statement: said.append(of_a_statement[2]))
    event.listen(*listener)
    summary = export(engine, till, privacy=PRIVACY, force=True, **given)
    event.remove(*listener)
    return summary, any("INSERT INTO warehouse.purchases" in statement for statement in said)


def test_first_export_stores_what_comparing_everything_stores(engine: Engine, own_engine: Engine) -> None:
    till, how = everything_sold(), []
    for database, later in ((engine, EVENTS), (own_engine, [KNOWN, *EVENTS])):
        export(database, till, events=[KNOWN], privacy=PRIVACY)
        summary, compared = compares(database, till, events=later)
        assert (summary.purchases_new, summary.purchases_cancelled, summary.tickets_released) == (10, 2, 0)
        how.append(compared)
    assert how == [False, True]
    stored = everything(engine, without=["id"])
    assert stored == everything(own_engine, without=["id"])
    assert all(stored.values())
    problems = [
        contents(database, data_quality, "event_id", "purchase_id", "problem") for database in (engine, own_engine)
    ]
    assert problems[0] == problems[1] != []


def test_first_export_leaves_nothing_for_the_next_one_to_change(engine: Engine) -> None:
    till = everything_sold()
    export(engine, till, events=EVENTS, privacy=PRIVACY)
    before = everything(engine)
    again, compared = compares(engine, till, events=EVENTS)
    assert (again.purchases_new, again.purchases_changed, compared, everything(engine)) == (0, 0, True, before)
