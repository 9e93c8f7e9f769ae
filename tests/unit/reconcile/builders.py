"""Small builders of models: one event that stands in Place2book just as its source says, and what differs from it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from billetbro.models import (
    Address,
    AppliedPrice,
    Change,
    CurrentEvent,
    CurrentPrice,
    DesiredPrice,
    Link,
    Mapped,
    Mode,
    Outcome,
    TicketEvent,
    Window,
    Written,
)
from billetbro.reconcile.matching.identity import identify, match_events
from billetbro.reconcile.planning.owned_fields import desired_fields
from billetbro.reconcile.planning.plan import Plan, make_plan
from billetbro.reconcile.planning.plan_parts import LinkedEvent
from billetbro.reconcile.planning.prices import PricePlan, plan_prices
from billetbro.reconcile.state import Identity, InDoubt, ReconcileState, Run
from tests.unit.reconcile.mapping.mapping_examples import NOW, RULES

START = datetime(2026, 4, 14, 17, 0, tzinfo=UTC)
END = datetime(2026, 4, 14, 19, 0, tzinfo=UTC)
WINDOW_START = NOW - timedelta(days=60)
WINDOW = Window(start=WINDOW_START)
WEEK = timedelta(days=7)
ADDRESS = Address(name="Solbjerg Bibliotek", address1="Bygaden 12", postal_code="0800", city="Solbjerg")
SALES = "https://www.place2book.com/da/sw2/sales/"

ADULT = DesiredPrice(key="cat-1", name="Voksen", value_ore=7500)
CHILD = DesiredPrice(key="cat-2", name="Barn", value_ore=2500)
EVENT = TicketEvent(
    name="Foredrag om hvaler",
    description_short="Kom og hør om havets kæmper.",
    description_long="<p>Kom og hør om havets kæmper.</p>",
    begin_at=START,
    end_at=END,
    capacity=40,
    passive=False,
    address=ADDRESS,
    prices=(ADULT,),
)
PASSIVE_EVENT = replace(EVENT, passive=True, capacity=1, prices=())


def wanted(uuid: str = "a", event: TicketEvent = EVENT, **changes: Any) -> Mapped:
    """Return a source event that should be in Place2book."""
    outcome = Outcome.PASSIVE_EVENT if event.passive else Outcome.TICKET_EVENT
    values: dict[str, Any] = {
        "title": event.name,
        "outcome": outcome,
        "starts_at": event.begin_at,
        "ends_at": event.end_at,
        "event_maker": RULES.event_maker,
        "desired": event,
    }
    return Mapped(uuid=uuid, **values | changes)


def unwanted(outcome: Outcome, uuid: str = "a", **changes: Any) -> Mapped:
    """Return the same source event, now with an outcome that is none of ours."""
    return wanted(uuid, **{"outcome": outcome, "desired": None} | changes)


def at(start: datetime, uuid: str = "a", **changes: Any) -> Mapped:
    """Return a source event of the series `krea` that starts then."""
    event = replace(EVENT, begin_at=start, end_at=start + timedelta(hours=2))
    return wanted(uuid, event, **{"series_uuid": "krea"} | changes)


def price(price_id: int = 11, of: DesiredPrice = ADULT, **changes: Any) -> CurrentPrice:
    """Return a price as it stands in Place2book, unsold."""
    values = {"name": of.name, "value_ore": of.value_ore, "sold_tickets": 0, "deletable": True}
    return CurrentPrice(price_id=price_id, **values | changes)


SOLD = price(sold_tickets=3, deletable=False)


def standing(event_id: int = 1, event: TicketEvent = EVENT, **changes: Any) -> CurrentEvent:
    """Return an event as it stands in Place2book, published and unsold, with an adult's price."""
    values: dict[str, Any] = {
        "event_maker": RULES.event_maker,
        "seccode": f"sec{event_id}",
        "name": event.name,
        "description_short": event.description_short,
        "description_long": event.description_long,
        "begin_at": event.begin_at,
        "end_at": event.end_at,
        "capacity": event.capacity,
        "passive": event.passive,
        "address": event.address,
        "state": "published",
        "active": True,
        "available_tickets": event.capacity,
        "deletable": True,
        "sales_location": f"{SALES}sec{event_id}",
        "prices": (price(),),
    }
    return CurrentEvent(event_id=event_id, **values | changes)


def sold(event_id: int = 1, event: TicketEvent = EVENT, **changes: Any) -> CurrentEvent:
    """Return an event to which three tickets were sold."""
    return standing(event_id, event, **{"prices": (SOLD,), "deletable": False} | changes)


def ours(price_id: int = 11, of: DesiredPrice = ADULT, **changes: Any) -> AppliedPrice:
    """Return a price as we last applied it."""
    return AppliedPrice(price_id=price_id, **{"name": of.name, "value_ore": of.value_ore} | changes)


def linked(uuid: str = "a", event_id: int = 1, event: TicketEvent = EVENT, **changes: Any) -> Link:
    """Return the link of an event that was last applied as it stands."""
    values: dict[str, Any] = {
        "event_maker": RULES.event_maker,
        "seccode": f"sec{event_id}",
        "sales_location": f"{SALES}sec{event_id}",
        "title": event.name,
        "starts_at": event.begin_at,
        "ends_at": event.end_at,
        "applied": desired_fields(event),
        "echo": desired_fields(event),
        "prices": {"cat-1": ours()} if event.prices else {},
    }
    return Link(uuid=uuid, event_id=event_id, **values | changes)


def linked_at(start: datetime, uuid: str = "a", event_id: int = 1, **changes: Any) -> Link:
    """Return the link of an instance of the series `krea`."""
    event = replace(EVENT, begin_at=start, end_at=start + timedelta(hours=2))
    return linked(uuid, event_id, event, **{"series_uuid": "krea"} | changes)


def state_of(
    snapshot: Sequence[Mapped] = (),
    links: Sequence[Link] = (),
    there: Sequence[CurrentEvent] = (),
    *,
    begun: frozenset[str] = frozenset(),
    **run: Any,
) -> ReconcileState:
    """Return what a load knows when this is there in Place2book; `begun` are source events whose create was lost."""
    values: dict[str, Any] = {"run_id": "run-2", "mode": Mode.SYNC, "now": NOW, "window": WINDOW}
    return ReconcileState(
        run=Run(**values | run),
        rules=RULES,
        snapshot=tuple(snapshot),
        links=tuple(links),
        listed=tuple(there),
        currents={event.key: event for event in there},
        in_doubt=InDoubt(lost=begun),
    )


def identities_of(
    snapshot: Sequence[Mapped],
    links: Sequence[Link] = (),
    events: Sequence[CurrentEvent] = (),
    *,
    begun: frozenset[str] = frozenset(),
    **run: Any,
) -> dict[str, Identity]:
    return identify(state_of(snapshot, links, events, begun=begun, **run))


def plan_of(
    snapshot: Sequence[Mapped],
    links: Sequence[Link] = (),
    there: Sequence[CurrentEvent] = (),
    *,
    begun: frozenset[str] = frozenset(),
    unread: Sequence[int] = (),
    **run: Any,
) -> Plan:
    """Return the plan of a run over what is there in Place2book, prices read but for those `unread`."""
    state = state_of(snapshot, links, there, begun=begun, **run)
    return make_plan(
        match_events(replace(state, unread=frozenset(event.key for event in there if event.event_id in unread)))
    )


Said = tuple[str, str, dict[str, tuple[Written, Written]]]


def said(changes: Sequence[Change]) -> list[Said]:
    """Return each change as its kind, its source event, and what became what."""
    return [
        (change.kind.value, change.uuid, {field.field: (field.old, field.new) for field in change.fields})
        for change in changes
    ]


def rejected(plan: Plan) -> list[tuple[str, str, str | None, str | None]]:
    """Return each rejection as its source event, code, field and what was found."""
    return [(rejection.uuid, rejection.code, rejection.field, rejection.found) for rejection in plan.rejections]


def belongings(found: Mapping[str, Identity]) -> dict[str, tuple[str, int | None]]:
    return {
        uuid: (identity.belonging.value, identity.current.event_id if identity.current else None)
        for uuid, identity in found.items()
    }


def price_plan(
    desired: Sequence[DesiredPrice],
    applied: Mapping[str, AppliedPrice],
    prices: Sequence[CurrentPrice] | None,
    *,
    resync: bool = False,
    adopting: bool = False,
) -> PricePlan:
    event = LinkedEvent(
        mapped=wanted(),
        desired=replace(EVENT, prices=tuple(desired)),
        link=linked(prices=applied),
        current=standing(prices=None if prices is None else tuple(prices)),
        adopting=adopting,
    )
    return plan_prices(event, state_of(mode=Mode.RESYNC if resync else Mode.SYNC).run)


def touched_prices(plan: PricePlan) -> list[tuple[str, str | None, int | None]]:
    return [(change.kind.value, change.price_key, change.price_id) for change in plan.changes]
