"""Forecast the write-back after a plan: apply the plan's operations to a simulated Place2book.

The links and ticket events that the write-back would find are thus made by the real operations. What only Place2book
can assign, the addresses of a new event, is None in the forecast.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import count

from billetbro.errors import NotFound
from billetbro.models import Address, Change, CurrentEvent, CurrentPrice, OnCreate, TicketEvent, TicketEventKey, Written
from billetbro.reconcile.operations import operation_of
from billetbro.reconcile.planning.owned_fields import read_time
from billetbro.reconcile.planning.plan_parts import Plan
from billetbro.reconcile.planning.withdrawn_event import tickets_sold
from billetbro.reconcile.reasons import Why
from billetbro.reconcile.sale_status.replaced_link import LINK_REPLACED
from billetbro.reconcile.state import ReconcileState
from billetbro.steps.due_write_backs import WriteBackView, what_is_due
from billetbro.steps.load.execute import event_state

LINK_PENDING = "to be told by Place2book"
"""A placeholder for a new event's sales link; never stored or shown."""

ADDRESSES = frozenset({"url", "admin_url"})
TIMES = frozenset({"begin_at", "end_at", "sale_open_at", "sale_close_at", "sale_begin_at", "sale_end_at"})


def forecast_write_backs(
    plan: Plan, state: ReconcileState, *, standing: Mapping[TicketEventKey, CurrentEvent], failed: Collection[str]
) -> list[Change]:
    """Return what would be written back after the plan.

    `standing`: the library's ticket events as read. Place2book is assumed to accept everything and to publish a new
    event at once.
    """
    paper = OnPaper({**standing, **state.currents})
    links = {**state.link_of, **plan.links}
    by_event: dict[str, list[Change]] = {}
    for change in plan.changes:
        by_event.setdefault(change.uuid, []).append(change)
    for uuid, of_event in by_event.items():
        event = event_state(of_event[0], state, plan)
        for change in of_event:
            operation_of(change.kind).apply(paper, change, event)
        if event.link is not None:
            links[uuid] = event.link
    replaced = {rejection.uuid for rejection in plan.rejections if rejection.code == LINK_REPLACED}
    shown = WriteBackView(
        snapshot=[mapped for mapped in state.snapshot if mapped.uuid not in state.unreadable.keys() | replaced],
        links=links,
        currents=paper.events,
        sales_hosts=state.rules.sales_hosts,
        failed=failed,
        events=state.run.events,
    )
    return [_as_far_as_known(item.change) for item in what_is_due(shown, state.run.now) if item.change]


def _as_far_as_known(change: Change) -> Change:
    if change.event_id is None or change.event_id > 0:
        return change
    fields = tuple(replace(field, new=None) if field.field in ADDRESSES else field for field in change.fields)
    return replace(change, event_id=None, fields=fields, why=Why.ADDRESSES_TO_BE_TOLD)


class OnPaper:
    """A simulated Place2book that accepts everything; its new ids are negative."""

    def __init__(self, events: Mapping[TicketEventKey, CurrentEvent]) -> None:
        self.events = dict(events)
        self._numbers = count(-1, -1)

    def event(self, event_maker: int, event_id: int) -> CurrentEvent:
        """Return the current event; raises NotFound when it is gone."""
        key = TicketEventKey(event_maker, event_id)
        if key not in self.events:
            raise NotFound("error.not_on_paper", event=event_id)
        return self.events[key]

    def create_event(self, event_maker: int, desired: TicketEvent, _on_create: OnCreate) -> CurrentEvent:
        """Create an event as Place2book does: published, unless it is passive."""
        made = CurrentEvent(
            event_maker=event_maker,
            event_id=next(self._numbers),
            seccode="",
            name=desired.name,
            description_short=desired.description_short,
            description_long=desired.description_long,
            begin_at=desired.begin_at,
            end_at=desired.end_at,
            capacity=desired.capacity,
            passive=desired.passive,
            address=desired.address,
            state="passive" if desired.passive else "published",
            available_tickets=desired.capacity,
            sales_location=LINK_PENDING,
            prices=tuple(self._price(price.name, price.value_ore) for price in desired.prices),
        )
        return self._stands(made)

    def update_event(self, event_maker: int, event_id: int, fields: Mapping[str, Written]) -> CurrentEvent:
        """Update an event. Its sale follows from its windows, unless staff paused it."""
        before = self.event(event_maker, event_id)
        parts: dict[str, object] = {
            name.removeprefix("address."): value for name, value in fields.items() if name.startswith("address.")
        }
        values = _typed({name: value for name, value in fields.items() if "." not in name})
        if parts:
            values["address"] = replace(before.address or Address(name="", address1=""), **parts)  # type: ignore[arg-type]
        after = replace(before, **values, active=None)  # type: ignore[arg-type]
        if after.passive != before.passive:
            after = replace(after, state="passive" if after.passive else "published")
        return self._stands(replace(after, available_tickets=_available(before, after)))

    def delete_event(self, event_maker: int, event_id: int) -> None:
        del self.events[TicketEventKey(event_maker, event_id)]

    def prices(self, event_maker: int, event_id: int) -> tuple[CurrentPrice, ...]:
        return self.event(event_maker, event_id).prices or ()

    def prices_or_none(self, event_maker: int, event_id: int) -> tuple[CurrentPrice, ...] | None:
        """Return an event's prices; None if they are unknown."""
        return self.event(event_maker, event_id).prices

    def create_price(self, event_maker: int, event_id: int, *, name: str, value_ore: int) -> CurrentPrice:
        made = self._price(name, value_ore)
        self._put_prices(event_maker, event_id, (*self.prices(event_maker, event_id), made))
        return made

    def update_price(
        self, event_maker: int, event_id: int, price_id: int, fields: Mapping[str, Written]
    ) -> CurrentPrice:
        values = _typed({"value_ore" if name == "value" else name: value for name, value in fields.items()})
        prices = {price.price_id: price for price in self.prices(event_maker, event_id)}
        prices[price_id] = replace(prices[price_id], **values)  # type: ignore[arg-type]
        self._put_prices(event_maker, event_id, tuple(prices.values()))
        return prices[price_id]

    def delete_price(self, event_maker: int, event_id: int, price_id: int) -> None:
        left = tuple(price for price in self.prices(event_maker, event_id) if price.price_id != price_id)
        self._put_prices(event_maker, event_id, left)

    def _price(self, name: str, value_ore: int) -> CurrentPrice:
        return CurrentPrice(price_id=next(self._numbers), name=name, value_ore=value_ore, sold_tickets=0)

    def _put_prices(self, event_maker: int, event_id: int, prices: tuple[CurrentPrice, ...]) -> None:
        self._stands(replace(self.event(event_maker, event_id), prices=prices))

    def _stands(self, event: CurrentEvent) -> CurrentEvent:
        self.events[event.key] = event
        return event


def _typed(fields: Mapping[str, Written]) -> dict[str, object]:
    return {name: read_time(value) if name in TIMES else value for name, value in fields.items()}


def _available(before: CurrentEvent, after: CurrentEvent) -> int | None:
    if after.capacity == before.capacity or after.capacity is None:
        return before.available_tickets
    if before.capacity is None or before.available_tickets is None:
        return max(after.capacity - tickets_sold(after), 0)
    return max(before.available_tickets + after.capacity - before.capacity, 0)
