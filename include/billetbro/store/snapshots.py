"""The latest snapshots: source events from the last complete list, ticket events as last read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Connection, Text, any_, bindparam, cast, delete, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from billetbro.models import CurrentEvent, Mapped, SourceEvent, TicketEventKey
from billetbro.reconcile.sale_status.windows import last_turn, next_turn
from billetbro.store.schema.records import CURRENT_EVENT, MAPPED, SOURCE_EVENT
from billetbro.store.schema.tables import source_events, ticket_events


def store_snapshot(connection: Connection, library: str, events: Sequence[SourceEvent], now: datetime) -> None:
    """Store a complete snapshot; all other events of the library become absent."""
    connection.execute(update(source_events).where(source_events.c.library == library).values(present=False))
    rows = [
        {
            "library": library,
            "uuid": event.uuid,
            "title": event.title,
            "present": True,
            "payload": SOURCE_EVENT.dump_python(event, mode="json"),
            "first_seen_at": now,
            "last_seen_at": now,
        }
        for event in events
    ]
    if rows:
        new = insert(source_events)
        changed = {name: new.excluded[name] for name in ("title", "present", "payload", "last_seen_at")}
        connection.execute(new.on_conflict_do_update(index_elements=["library", "uuid"], set_=changed), rows)


def read_snapshot(connection: Connection, library: str) -> tuple[SourceEvent, ...]:
    """Return the source events of the latest complete snapshot."""
    query = select(source_events.c.payload).where(source_events.c.library == library, source_events.c.present)
    return tuple(
        SOURCE_EVENT.validate_python(payload) for payload in connection.scalars(query.order_by(source_events.c.uuid))
    )


def read_source_events(
    connection: Connection, library: str, uuids: Sequence[str] | None = None
) -> dict[str, SourceEvent]:
    """Return all or the given source events as last seen, absent ones too, by uuid."""
    query = select(source_events.c.payload).where(source_events.c.library == library)
    if uuids is not None:
        query = query.where(source_events.c.uuid == any_(literal(list(uuids), ARRAY(Text))))
    return {event.uuid: event for event in map(SOURCE_EVENT.validate_python, connection.scalars(query))}


def store_mapped(connection: Connection, library: str, mapped: Sequence[Mapped]) -> None:
    """Store the mapped events of the snapshot."""
    rows = [{"of_uuid": event.uuid, "to_mapped": MAPPED.dump_python(event, mode="json")} for event in mapped]
    if rows:
        of_event = (source_events.c.library == library) & (source_events.c.uuid == bindparam("of_uuid"))
        connection.execute(update(source_events).where(of_event).values(mapped=bindparam("to_mapped")), rows)


def read_mapped(connection: Connection, library: str) -> tuple[Mapped, ...]:
    """Return the mapped events of the latest snapshot."""
    query = select(source_events.c.mapped).where(
        source_events.c.library == library, source_events.c.present, source_events.c.mapped.is_not(None)
    )
    return tuple(MAPPED.validate_python(stored) for stored in connection.scalars(query.order_by(source_events.c.uuid)))


def note_written_back(connection: Connection, library: str, uuid: str, shown: Mapping[str, str | int | None]) -> None:
    """Store what a source event shows (fields of a ticket status) after a write-back."""
    told = cast(literal(dict(shown), JSONB), JSONB)
    connection.execute(
        update(source_events)
        .where(source_events.c.library == library, source_events.c.uuid == uuid)
        .values(payload=source_events.c.payload.op("||")(told), mapped=source_events.c.mapped.op("||")(told))
    )


def store_ticket_events(connection: Connection, library: str, events: Iterable[CurrentEvent], now: datetime) -> None:
    """Store the current ticket events."""
    rows = [
        {
            "library": library,
            "event_maker": event.event_maker,
            "event_id": event.event_id,
            "payload": CURRENT_EVENT.dump_python(event, mode="json"),
            "read_at": now,
            "last_turn_at": last_turn(event, now),
            "next_turn_at": next_turn(event, now),
        }
        for event in events
    ]
    if rows:
        new = insert(ticket_events)
        changed = {name: new.excluded[name] for name in ("payload", "read_at", "last_turn_at", "next_turn_at")}
        key = ["library", "event_maker", "event_id"]
        connection.execute(new.on_conflict_do_update(index_elements=key, set_=changed), rows)


def forget_ticket_events(connection: Connection, library: str, keys: Sequence[TicketEventKey]) -> None:
    """Delete ticket events that no longer exist."""
    key = tuple_(ticket_events.c.event_maker, ticket_events.c.event_id)
    if keys:
        connection.execute(delete(ticket_events).where(ticket_events.c.library == library, key.in_(keys)))


def read_ticket_events(
    connection: Connection, library: str, event_ids: Sequence[int] | None = None
) -> dict[TicketEventKey, CurrentEvent]:
    """Return all or the given ticket events of the library as last read, by key."""
    query = select(ticket_events.c.payload).where(ticket_events.c.library == library)
    if event_ids is not None:
        query = query.where(ticket_events.c.event_id == any_(literal(list(event_ids), ARRAY(BigInteger))))
    events = (CURRENT_EVENT.validate_python(payload) for payload in connection.scalars(query))
    return {event.key: event for event in events}
