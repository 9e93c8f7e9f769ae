"""See of each run that nothing in Place2book changed but what the run planned, and nothing at all that staff own."""

from dataclasses import dataclass
from typing import Any

from billetbro.models import Mode
from sandbox.place2book_records import Event
from tests.integration.steps.harness import Happened, World

OF_THE_SOURCE = frozenset(
    {"name", "description_short", "description_long", "begin_at", "end_at", "capacity", "passive", "address"}
)
OF_OUR_PRICES = frozenset({"name", "value", "sale_end_at"})
CHANGES_AN_EVENT = ("update", "end_sale", "reopen_sale")
CHANGES_A_PRICE = ("update_price", "end_price_sale")
SINCE = "SELECT * FROM sync.changes WHERE id > :last AND applying_at IS NOT NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How an event stands: all that can be written of it and its prices, and how many tickets of each are sold."""

    fields: dict[str, object]
    prices: dict[int, dict[str, object]]
    sold: dict[int, int]


def seen(world: World) -> dict[int, Seen]:
    """Return how every event stands in Place2book."""
    return {event.id: _seen(event) for event in world.sandbox.place2book.events}


def _seen(event: Event) -> Seen:
    own = {"paused": event.paused, "waiting_list": event.waiting_list, "event_maker": event.event_maker}
    return Seen(
        fields={**event.fields.as_json(), **own},
        prices={price.id: price.fields.as_json() for price in event.prices.values()},
        sold={price.id: event.sold(price.id) for price in event.prices.values()},
    )


class WitnessedWorld(World):
    """A world in which each run is seen to do what it planned and nothing else."""

    witnessed: int = 0

    def run(self, mode: Mode = Mode.SYNC, **asked: Any) -> Happened:
        """Run, and compare everything in Place2book with what it was before and with what was planned."""
        last = self.rows("SELECT coalesce(max(id), 0) AS last FROM sync.changes")[0]["last"]
        before, ours = seen(self), {price.price_id for link in self.ours().values() for price in link.prices.values()}
        happened = super().run(mode, **asked)
        rows = self.rows(SINCE, last=last)
        ours |= {price.price_id for link in self.ours().values() for price in link.prices.values()}
        ours |= {row["price_id"] for row in rows if row["kind"] in CHANGES_A_PRICE}
        _compare(before, seen(self), rows, ours)
        WitnessedWorld.witnessed += 1
        return happened


def _compare(before: dict[int, Seen], after: dict[int, Seen], rows: list[dict[str, Any]], ours: set[int]) -> None:
    deleted = {row["event_id"] for row in rows if row["kind"] == "delete"}
    assert before.keys() - after.keys() <= deleted
    assert [event_id for event_id in before.keys() - after.keys() if any(before[event_id].sold.values())] == []
    assert len(after.keys() - before.keys()) <= sum(row["kind"] == "create" for row in rows)
    for event_id in before.keys() & after.keys():
        of_event = [row for row in rows if row["event_id"] == event_id]
        _compare_event(before[event_id], after[event_id], of_event)
        _compare_prices(before[event_id], after[event_id], of_event, ours)


def _compare_event(before: Seen, after: Seen, rows: list[dict[str, Any]]) -> None:
    changed = {name for name, value in after.fields.items() if before.fields[name] != value}
    planned = {
        str(field["field"]).partition(".")[0]
        for row in rows
        if row["kind"] in CHANGES_AN_EVENT
        for field in row["fields"]
    }
    assert changed <= planned
    assert planned <= OF_THE_SOURCE | {"sale_close_at"}


def _compare_prices(before: Seen, after: Seen, rows: list[dict[str, Any]], ours: set[int]) -> None:
    gone = before.prices.keys() - after.prices.keys()
    assert gone <= {row["price_id"] for row in rows if row["kind"] == "delete_price"}
    assert gone <= ours | {row["price_id"] for row in rows if row["kind"] == "delete_price"}
    assert [price_id for price_id in gone if before.sold[price_id]] == []
    for price_id in before.prices.keys() & after.prices.keys():
        old, new = before.prices[price_id], after.prices[price_id]
        changed = {name for name, value in new.items() if old[name] != value}
        planned = {
            str(field["field"])
            for row in rows
            if row["kind"] in CHANGES_A_PRICE and row["price_id"] == price_id
            for field in row["fields"]
        }
        assert changed <= planned & OF_OUR_PRICES
        assert not changed or price_id in ours
