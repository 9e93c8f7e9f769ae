"""When each linked ticket event was last read with its prices (see reconcile/price_reading.py)."""

from sqlalchemy import Connection, Row, Text, cast, or_, select

from billetbro.models import UNLIMITED_TICKETS, LinkStatus, PriceReading, TicketEventKey
from billetbro.store.schema.records import CURRENT_EVENT
from billetbro.store.schema.tables import links, ticket_events

_EVENT = ticket_events.c
_CAPACITY, _AVAILABLE = _EVENT.payload["capacity"].astext, _EVENT.payload["available_tickets"].astext
_COLUMNS = (
    _EVENT.event_maker,
    _EVENT.event_id,
    _EVENT.row_hash,
    _EVENT.read_at,
    _EVENT.next_turn_at,
    or_(_CAPACITY.is_(None), str(UNLIMITED_TICKETS) == _AVAILABLE).label("unlimited"),
)


def read_readings(connection: Connection, library: str) -> dict[TicketEventKey, PriceReading]:
    """Return the latest reading of each ticket event of the library."""
    query = select(*_COLUMNS, cast(_EVENT.payload, Text).label("payload")).where(_EVENT.library == library)
    return {reading.key: reading for reading in map(_reading, connection.execute(query))}


def read_live_readings(connection: Connection, library: str) -> list[PriceReading]:
    """Return the latest reading of each event with a live link, without what was read."""
    of_link = (links.c.event_maker == _EVENT.event_maker) & (links.c.event_id == _EVENT.event_id)
    live = (links.c.library == library) & (links.c.status == LinkStatus.LIVE)
    query = select(*_COLUMNS).join(links, of_link & live).where(_EVENT.library == library)
    return list(map(_reading, connection.execute(query)))


def _reading(row: Row[tuple[object, ...]]) -> PriceReading:
    values = row._asdict()
    payload = values.pop("payload", None)
    return PriceReading(**values, event=None if payload is None else CURRENT_EVENT.validate_json(payload))
