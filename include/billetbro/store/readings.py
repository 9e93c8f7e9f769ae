"""When each linked ticket event was last read with its prices (see reconcile/price_reading.py)."""

from sqlalchemy import Connection, Text, cast, or_, select

from billetbro.models import UNLIMITED_TICKETS, LinkStatus, PriceReading, TicketEventKey
from billetbro.store.schema.records import CURRENT_EVENT
from billetbro.store.schema.tables import links, ticket_events

_EVENT = ticket_events.c
_CAPACITY, _AVAILABLE = _EVENT.payload["capacity"].astext, _EVENT.payload["available_tickets"].astext
_UNLIMITED = or_(_CAPACITY.is_(None), str(UNLIMITED_TICKETS) == _AVAILABLE)


def read_readings(connection: Connection, library: str) -> dict[TicketEventKey, PriceReading]:
    """Return the latest reading of each ticket event of the library."""
    columns = cast(_EVENT.payload, Text), _EVENT.row_hash, _EVENT.read_at, _EVENT.next_turn_at
    readings = {}
    for payload, row_hash, read_at, next_turn_at in connection.execute(
        select(*columns).where(_EVENT.library == library)
    ).all():
        event = CURRENT_EVENT.in_json(payload)
        readings[event.key] = PriceReading(
            event_maker=event.event_maker,
            event_id=event.event_id,
            row_hash=row_hash,
            read_at=read_at,
            next_turn_at=next_turn_at,
            unlimited=event.is_unlimited,
            event=event,
        )
    return readings


def read_live_readings(connection: Connection, library: str) -> list[PriceReading]:
    """Return the latest reading of each event with a live link, without what was read."""
    columns = _EVENT.event_maker, _EVENT.event_id, _EVENT.row_hash, _EVENT.read_at, _EVENT.next_turn_at, _UNLIMITED
    of_link = (links.c.event_maker == _EVENT.event_maker) & (links.c.event_id == _EVENT.event_id)
    live = (links.c.library == library) & (links.c.status == LinkStatus.LIVE)
    query = select(*columns).join(links, of_link & live).where(_EVENT.library == library)
    return [
        PriceReading(
            event_maker=maker,
            event_id=event_id,
            row_hash=row_hash,
            read_at=read_at,
            next_turn_at=next_turn_at,
            unlimited=unlimited,
        )
        for maker, event_id, row_hash, read_at, next_turn_at, unlimited in connection.execute(query).all()
    ]
