"""What the export of purchases needs to know of each linked event to tell whether it is due, and no more."""

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
            _PAYLOAD["passive"].as_boolean().label("passive"),
            _PAYLOAD["state"].as_string().label("state"),
            cast(_PAYLOAD["begin_at"].astext, Time).label("begin_at"),
            cast(_PAYLOAD["end_at"].astext, Time).label("end_at"),
            _PAYLOAD["capacity"].as_integer().label("capacity"),
            _PAYLOAD["available_tickets"].as_integer().label("available_tickets"),
            cast(_PAYLOAD["prices"], Text).label("prices"),
        )
        .outerjoin(ticket_events, of_link & (event.event_id == link.event_id))
        .where(link.library == library, or_(link.ends_at.is_(None), link.ends_at > ends_after))
        .order_by(link.uuid)
    )
    return list(map(_linked_sale, connection.execute(query)))


def _linked_sale(row: Row[Any]) -> LinkedSale:
    return LinkedSale(
        uuid=row.uuid,
        title=row.title,
        event_maker=row.event_maker,
        event_id=row.event_id,
        status=LinkStatus(row.status),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        current=None if row.passive is None else _counts(row),
    )


def _counts(row: Row[Any]) -> CurrentEvent:
    prices = _SOLD.decode(row.prices or "null")
    return CurrentEvent(
        event_maker=row.event_maker,
        event_id=row.event_id,
        seccode="",
        name="",
        begin_at=row.begin_at,
        end_at=row.end_at,
        capacity=row.capacity,
        passive=row.passive,
        state=row.state,
        available_tickets=row.available_tickets,
        prices=None if prices is None else tuple(map(_count, prices)),
    )


def _count(price: dict[str, Any]) -> CurrentPrice:
    return CurrentPrice(price_id=price["price_id"], name="", value_ore=0, sold_tickets=price["sold_tickets"])
