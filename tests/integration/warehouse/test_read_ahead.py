"""Lists that are read side by side and stored in order: as if they had been read one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Event

import pytest
from sqlalchemy import Engine

from billetbro.api.http.side_by_side import AHEAD
from billetbro.errors import WrongCredentials
from billetbro.models import Purchase
from billetbro.store.schema.warehouse_tables import purchases
from billetbro.warehouse.ingest.purchases import Export, ExportSummary, export_purchases
from billetbro.warehouse.ingest.reading import ExportEvent
from tests.integration.warehouse.examples import (
    FIRST,
    LIBRARY,
    MONDAY,
    PSEUDONYMISE,
    SECOND,
    Till,
    another,
    contents,
    everything,
)

AT_ONCE = 3
WAIT = 60.0


def export_at_once(
    engine: Engine, till: Till, events: Sequence[ExportEvent], *, at_once: int = AT_ONCE
) -> ExportSummary:
    work = Export(engine=engine, library=LIBRARY, read_purchases=till.purchases, privacy=PSEUDONYMISE, at_once=at_once)
    return export_purchases(work, events, MONDAY)


def sold_for(number: int) -> Purchase:
    """Return a purchase of its own for an event."""
    tickets = tuple(replace(one, ticket_id=number * 100 + place) for place, one in enumerate(FIRST.tickets))
    return replace(FIRST, purchase_id=number, tickets=(replace(tickets[0], additional_sales=()), *tickets[1:]))


@dataclass
class MovingTill(Till):
    """A till at which a purchase moves from the second event to the first, between the readings of the two."""

    second_is_read: Event = field(default_factory=Event)

    def purchases(self, event_maker: int, event_id: int) -> Sequence[Purchase]:
        if event_id == 20:
            assert self.second_is_read.wait(WAIT)
            self.sold = {20: (SECOND,), 21: ()}
        listed = super().purchases(event_maker, event_id)
        if event_id == 21:
            self.second_is_read.set()
        return listed


@dataclass
class CountingTill(Till):
    """A till that tells how far ahead of the first event, which is slow, the others are read."""

    ahead: int = 0
    all_read: Event = field(default_factory=Event)

    def purchases(self, event_maker: int, event_id: int) -> Sequence[Purchase]:
        listed = super().purchases(event_maker, event_id)
        if event_id == 100:
            self.all_read.wait(0.5)
            self.ahead = len(self.asked)
        return listed


def test_export_of_lists_read_side_by_side_stores_what_one_by_one_stores(engine: Engine, own_engine: Engine) -> None:
    events = [another(number) for number in range(100, 140)]
    till = Till({event.event_id: (sold_for(event.event_id),) for event in events})
    at_once = export_at_once(engine, till, events)
    assert export_at_once(own_engine, till, events, at_once=1) == at_once
    assert everything(engine) == everything(own_engine)
    assert (at_once.events_exported, at_once.purchases_new) == (40, 40)


def test_purchase_that_moves_while_lists_are_read_side_by_side_counts_where_it_went(engine: Engine) -> None:
    till = MovingTill({20: (), 21: (SECOND,)})
    summary = export_at_once(engine, till, [another(20), another(21)])
    assert (summary.failures, [event for _, event in till.asked]) == ((), [21, 20, 21])
    assert contents(engine, purchases, "event_id", "moved_at", "income_ore") == [
        {"event_id": 20, "moved_at": None, "income_ore": SECOND.total_ore}
    ]


def test_export_reads_only_a_few_lists_ahead_of_what_it_stores(engine: Engine) -> None:
    till = CountingTill({})
    export_at_once(engine, till, [another(number) for number in range(100, 160)])
    assert (len(till.asked), till.ahead <= AHEAD * AT_ONCE) == (60, True)


@pytest.mark.parametrize("at_once", [1, AT_ONCE])
def test_wrong_login_in_the_middle_stops_and_keeps_what_was_read(engine: Engine, at_once: int) -> None:
    events = [another(number) for number in range(100, 160)]
    till = Till(
        {event.event_id: (sold_for(event.event_id),) for event in events},
        {110: WrongCredentials("error.unusable_token", connection="place2book")},
    )
    with pytest.raises(WrongCredentials):
        export_at_once(engine, till, events, at_once=at_once)
    assert [row["event_id"] for row in contents(engine, purchases, "event_id")] == list(range(100, 110))
    assert len(till.asked) < len(events)
