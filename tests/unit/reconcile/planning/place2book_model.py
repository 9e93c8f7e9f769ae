"""A model of Place2book in memory that carries out plans, and fails when one breaks what must never happen.

Never: a sold event or price is deleted, a sold event starts on an earlier date, fewer tickets than are sold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, cast

from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import NotFound
from billetbro.models import (
    Address,
    Change,
    CurrentEvent,
    CurrentPrice,
    Kind,
    Link,
    LinkStatus,
    Mapped,
    Mode,
    OnCreate,
    TicketEvent,
    Written,
)
from billetbro.reconcile.matching.prices import prices_as_made
from billetbro.reconcile.operations import operation_of
from billetbro.reconcile.operations.operation import EventState
from billetbro.reconcile.planning.owned_fields import read_time
from billetbro.reconcile.planning.plan import Plan
from billetbro.reconcile.planning.withdrawn_event import is_sold, tickets_sold
from tests.unit.reconcile.builders import SALES, plan_of, standing

TIMES = frozenset({"begin_at", "end_at", "sale_open_at", "sale_close_at", "sale_begin_at", "sale_end_at"})


@dataclass
class Shop:
    """The ticket events, with the calls that operations make; `writes` are those that changed something."""

    events: dict[int, CurrentEvent] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(100))

    def event(self, _maker: int, event_id: int) -> CurrentEvent:
        if event_id not in self.events:
            raise NotFound("gone", said="")
        return self.events[event_id]

    def prices(self, maker: int, event_id: int) -> tuple[CurrentPrice, ...]:
        return self.event(maker, event_id).prices or ()

    def create_event(self, maker: int, desired: TicketEvent, _on_create: OnCreate) -> CurrentEvent:
        self.writes.append("POST event")
        event_id = next(self.numbers)
        prices = tuple(
            CurrentPrice(price_id=next(self.numbers), name=price.name, value_ore=price.value_ore, sold_tickets=0)
            for price in desired.prices
        )
        self.events[event_id] = standing(event_id, desired, event_maker=maker, prices=prices, deletable=None)
        return replace(self.events[event_id], prices=None)

    def update_event(self, maker: int, event_id: int, fields: Mapping[str, Written]) -> CurrentEvent:
        self.writes.append("PUT event")
        before = self.event(maker, event_id)
        values: dict[str, Any] = {
            name: read_time(value) if name in TIMES else value for name, value in fields.items() if "." not in name
        }
        address = before.address or Address(name="", address1="")
        parts: dict[str, Any] = {name[8:]: value for name, value in fields.items() if name.startswith("address.")}
        after = replace(before, **values, address=replace(address, **parts))
        assert after.begin_at.date() >= before.begin_at.date() or not is_sold(before), "a sold event was moved back"
        assert after.capacity is None or "capacity" not in fields or after.capacity >= tickets_sold(before)
        assert not (after.passive and not before.passive and is_sold(before)), "a sold event was made passive"
        self.events[event_id] = after
        return replace(after, prices=None)

    def delete_event(self, maker: int, event_id: int) -> None:
        self.writes.append("DELETE event")
        assert not is_sold(self.event(maker, event_id)), "a sold event was deleted"
        del self.events[event_id]

    def prices_or_none(self, maker: int, event_id: int) -> tuple[CurrentPrice, ...] | None:
        return self.prices(maker, event_id)

    def create_price(self, maker: int, event_id: int, *, name: str, value_ore: int) -> CurrentPrice:
        self.writes.append("POST price")
        price = CurrentPrice(price_id=next(self.numbers), name=name, value_ore=value_ore, sold_tickets=0)
        self.put_prices(event_id, (*self.prices(maker, event_id), price))
        return price

    def update_price(self, maker: int, event_id: int, price_id: int, fields: Mapping[str, Written]) -> CurrentPrice:
        self.writes.append("PUT price")
        names = {"value": "value_ore"}
        values: dict[str, Any] = {
            names.get(name, name): read_time(value) if name in TIMES else value for name, value in fields.items()
        }
        before = self.prices(maker, event_id)
        assert price_id in {price.price_id for price in before}
        after = {price.price_id: price for price in before}
        after[price_id] = replace(after[price_id], **values)
        self.put_prices(event_id, tuple(after.values()))
        return after[price_id]

    def delete_price(self, maker: int, event_id: int, price_id: int) -> None:
        self.writes.append("DELETE price")
        gone = [price for price in self.prices(maker, event_id) if price.price_id == price_id]
        assert not any(price.sold_tickets for price in gone), "a sold price was deleted"
        self.put_prices(event_id, tuple(price for price in self.prices(maker, event_id) if price not in gone))

    def put_prices(self, event_id: int, prices: tuple[CurrentPrice, ...]) -> None:
        self.events[event_id] = replace(self.events[event_id], prices=prices)


@dataclass
class World:
    """A library: what its source says, what is linked, and how Place2book stands."""

    source: dict[str, Mapped] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    shop: Shop = field(default_factory=Shop)
    runs: Any = field(default_factory=lambda: count(1))

    def plan(self, mode: Mode = Mode.SYNC, run_id: str = "seen", **circumstances: Any) -> Plan:
        """Return what a run would do now; `circumstances` are others than usual."""
        links, events = list(self.links.values()), list(self.shop.events.values())
        return plan_of(list(self.source.values()), links, events, mode=mode, run_id=run_id, **circumstances)

    def sync(self, mode: Mode = Mode.SYNC, **circumstances: Any) -> Plan:
        """Plan and carry it out as a run does, write-back included, and return the plan."""
        run_id = f"run-{next(self.runs)}"
        plan = self.plan(mode, run_id, **circumstances)
        by_event: dict[str, list[Change]] = {}
        for change in plan.changes:
            by_event.setdefault(change.uuid, []).append(change)
        known = self.links | plan.links
        for uuid, changes in by_event.items():
            self._carry_out(uuid, changes, known.get(uuid))
        self._follow(plan, run_id)
        return plan

    def _carry_out(self, uuid: str, changes: Sequence[Change], link: Link | None) -> None:
        event = EventState(
            mapped=self.source.get(uuid), link=link, current=self.shop.events.get(changes[0].event_id or 0)
        )
        for change in changes:
            operation_of(change.kind).apply(cast(Place2bookClient, self.shop), change, event)
            if change.moved_from:
                del self.links[change.moved_from]
            assert event.link is not None
            self.links[uuid] = event.link
        if any(change.kind is Kind.CREATE for change in changes) and event.mapped and event.mapped.desired:
            there = {price.price_id: price for price in self.shop.events[self.links[uuid].event_id].prices or ()}
            made = prices_as_made(event.mapped.desired.prices, there)
            self.links[uuid] = replace(self.links[uuid], prices=made)

    def _follow(self, plan: Plan, run_id: str) -> None:
        """Count absences, keep each link's times and title, and show the link at the source."""
        for uuid, link in self.links.items():
            counted = {"absences": plan.absences.get(uuid, 0), "counted_run": run_id}
            self.links[uuid] = replace(link, **counted)
            mapped = self.source.get(uuid)
            if mapped and link.status is LinkStatus.LIVE:
                shown = {"title": mapped.title, "series_uuid": mapped.series_uuid}
                times = {"starts_at": mapped.starts_at, "ends_at": mapped.ends_at}
                self.links[uuid] = replace(self.links[uuid], **shown, **times)
                self.source[uuid] = replace(mapped, link=f"{SALES}{link.seccode}")
