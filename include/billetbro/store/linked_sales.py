"""What the export of purchases needs to know of each linked event to tell whether it is due, and no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Text, cast, or_, select

from billetbro.models import CurrentEvent, CurrentPrice, LinkStatus, TicketEventKey
from billetbro.store.schema.metadata import Time
from billetbro.store.schema.tables import links, ticket_events

_SOLD = msgspec.json.Decoder(list[dict[str, int | str | bool | None]] | None)
_PAYLOAD = ticket_events.c.payload


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedSale:
    """A link, and the counts of its ticket event.

    `current` has nothing but state, times, limit and counts, and is None while Place2book does not show the event.
    """

    uuid: str
    title: str
    event_maker: int
    event_id: int
    status: LinkStatus
    starts_at: datetime | None
    ends_at: datetime | None
    current: CurrentEvent | None

    @property
    def key(self) -> TicketEventKey:
        """Return the key of the ticket event."""
        return TicketEventKey(self.event_maker, self.event_id)


def read_linked_sales(connection: Connection, library: str, ends_after: datetime) -> list[LinkedSale]:
    """Return the links of the library whose events end after a moment or have no known end."""
    link, event = links.c, ticket_events.c
    of_link = (event.library == link.library) & (event.event_maker == link.event_maker)
    query = (
        select(
            *(link.uuid, link.title, link.event_maker, link.event_id, link.status, link.starts_at, link.ends_at),
            _PAYLOAD["passive"].as_boolean(),
            _PAYLOAD["state"].as_string(),
            cast(_PAYLOAD["begin_at"].astext, Time),
            cast(_PAYLOAD["end_at"].astext, Time),
            _PAYLOAD["capacity"].as_integer(),
            _PAYLOAD["available_tickets"].as_integer(),
            cast(_PAYLOAD["prices"], Text),
        )
        .outerjoin(ticket_events, of_link & (event.event_id == link.event_id))
        .where(link.library == library, or_(link.ends_at.is_(None), link.ends_at > ends_after))
        .order_by(link.uuid)
    )
    return list(map(_linked_sale, connection.execute(query).all()))


def _linked_sale(row: Row[Any]) -> LinkedSale:
    uuid, title, event_maker, event_id, status, starts_at, ends_at, *counts = tuple(row)
    return LinkedSale(
        uuid=uuid,
        title=title,
        event_maker=event_maker,
        event_id=event_id,
        status=LinkStatus(status),
        starts_at=starts_at,
        ends_at=ends_at,
        current=None if counts[0] is None else _counts(event_maker, event_id, counts),
    )


def _counts(event_maker: int, event_id: int, counts: Sequence[Any]) -> CurrentEvent:
    passive, state, begin_at, end_at, capacity, available_tickets, listed = counts
    prices = _SOLD.decode(listed or "null")
    return CurrentEvent(
        event_maker=event_maker,
        event_id=event_id,
        seccode="",
        name="",
        begin_at=begin_at,
        end_at=end_at,
        capacity=capacity,
        passive=passive,
        state=state,
        available_tickets=available_tickets,
        prices=None if prices is None else tuple(map(_count, prices)),
    )


def _count(price: dict[str, Any]) -> CurrentPrice:
    return CurrentPrice(price_id=price["price_id"], name="", value_ore=0, sold_tickets=price["sold_tickets"])
