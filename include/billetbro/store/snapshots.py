"""The latest snapshots: source events from the last complete list, ticket events as last read.

What is the same as before is not written: `last_seen_at` of a present event is the time of the latest snapshot.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Text,
    all_,
    any_,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from billetbro.code_version import code_version
from billetbro.models import CurrentEvent, KnownRows, Mapped, SourceEvent, SourceRow, TicketEventKey, Validator
from billetbro.reconcile.sale_status.windows import last_turn, next_turn
from billetbro.reconcile.sale_status.write_back import sale_shown
from billetbro.store.bulk import update_many, upsert_many
from billetbro.store.schema.records import CURRENT_EVENT, MAPPED, SOURCE_EVENT
from billetbro.store.schema.tables import runs, source_events, ticket_events, validators


def known_rows(connection: Connection, library: str) -> KnownRows:
    """Return what the latest complete snapshot holds."""
    query = select(source_events.c.row_hash, source_events.c.uuid).where(
        source_events.c.library == library, source_events.c.present
    )
    rows = connection.execute(query).all()
    uuids = {row.row_hash: row.uuid for row in rows if row.row_hash is not None}
    told = select(validators.c.first_day, validators.c.etag, validators.c.modified, validators.c.version)
    row = connection.execute(told.where(validators.c.library == library)).one_or_none()
    # A list that is said to be the same is no news of an event that has to be read again.
    validator = None
    if row is not None and row.version == code_version() and len(uuids) == len(rows):
        validator = Validator(first_day=row.first_day, etag=row.etag, modified=row.modified)
    return KnownRows(version=code_version(), uuids=uuids, validator=validator)


def store_validator(connection: Connection, library: str, validator: Validator | None) -> None:
    """Store what the source says of the version of its list, if anything."""
    connection.execute(delete(validators).where(validators.c.library == library))
    if validator is not None:
        connection.execute(insert(validators).values(library=library, version=code_version(), **asdict(validator)))


def store_snapshot(connection: Connection, library: str, rows: Sequence[SourceRow], now: datetime) -> None:
    """Store a complete snapshot.

    All other events of the library become absent; they were last seen in the snapshot before. What is the same is not
    written.
    """
    present = (source_events.c.library == library) & source_events.c.present
    listed = literal([row.uuid for row in rows], ARRAY(Text))
    seen_at = select(func.max(runs.c.extracted_at)).where(runs.c.library == library).scalar_subquery()
    connection.execute(
        update(source_events)
        .where(present, source_events.c.uuid != all_(listed))
        .values(present=False, last_seen_at=func.coalesce(seen_at, source_events.c.last_seen_at))
    )
    changed = [
        {
            "library": library,
            "uuid": row.uuid,
            "title": row.event.title,
            "present": True,
            "payload": SOURCE_EVENT.stored(row.event),
            "row_hash": row.fingerprint,
            "first_seen_at": now,
            "last_seen_at": now,
        }
        for row in rows
        if row.event is not None
    ]
    follow = ("title", "present", "payload", "row_hash", "last_seen_at")
    upsert_many(connection, source_events, changed, update=follow)


def read_unmapped(connection: Connection, library: str, rules: str, now: datetime) -> tuple[SourceEvent, ...]:
    """Return the events of the latest snapshot that are not mapped as they are now by these rules.

    Those are new ones and changed ones, all after a change of the rules, and one that is over since it was mapped.
    """
    row = source_events.c
    other = row.mapped.is_(None) | row.row_hash.is_(None) | row.mapped_from.is_distinct_from(_mapped_from(rules))
    query = select(cast(row.payload, Text)).where(
        row.library == library, row.present, other | (row.maps_anew_at <= now)
    )
    return tuple(map(SOURCE_EVENT.in_json, connection.scalars(query.order_by(row.uuid)).all()))


def _mapped_from(rules: str) -> ColumnElement[str]:
    return source_events.c.row_hash + literal(f"/{rules}")


def read_source_events(
    connection: Connection, library: str, uuids: Sequence[str] | None = None
) -> dict[str, SourceEvent]:
    """Return all or the given source events as last seen, absent ones too, by uuid."""
    query = select(cast(source_events.c.payload, Text)).where(source_events.c.library == library)
    if uuids is not None:
        query = query.where(source_events.c.uuid == any_(literal(list(uuids), ARRAY(Text))))
    return {event.uuid: event for event in map(SOURCE_EVENT.in_json, connection.scalars(query).all())}


def store_mapped(connection: Connection, library: str, mapped: Sequence[Mapped], rules: str | None = None) -> None:
    """Store mapped events of the snapshot; without the `rules` that made them they are mapped again next time."""
    rows = [
        {
            "library": library,
            "uuid": event.uuid,
            "mapped": MAPPED.stored(event),
            "maps_anew_at": event.maps_anew_at,
        }
        for event in mapped
    ]
    update_many(connection, source_events, rows)
    made = literal([event.uuid for event in mapped], ARRAY(Text))
    known = (source_events.c.library == library) & (source_events.c.uuid == any_(made))
    source = _mapped_from(rules) if rules else null()
    connection.execute(
        update(source_events)
        .where(known, source_events.c.mapped_from.is_distinct_from(source))
        .values(mapped_from=source)
    )


def read_mapped(connection: Connection, library: str) -> tuple[Mapped, ...]:
    """Return the mapped events of the latest snapshot."""
    query = select(cast(source_events.c.mapped, Text)).where(
        source_events.c.library == library, source_events.c.present, source_events.c.mapped.is_not(None)
    )
    return tuple(map(MAPPED.in_json, connection.scalars(query.order_by(source_events.c.uuid)).all()))


def note_written_back(connection: Connection, library: str, uuid: str, shown: Mapping[str, str | int | None]) -> None:
    """Store what a source event shows (fields of a ticket status) after a write-back.

    Its row is read again next time, whatever it is: only the source knows what became of what was written.
    """
    told = cast(literal(dict(shown), JSONB), JSONB)
    connection.execute(
        update(source_events)
        .where(source_events.c.library == library, source_events.c.uuid == uuid)
        .values(
            payload=source_events.c.payload.op("||")(told),
            mapped=source_events.c.mapped.op("||")(told),
            row_hash=None,
            mapped_from=None,
        )
    )


def store_ticket_events(
    connection: Connection,
    library: str,
    events: Iterable[CurrentEvent],
    now: datetime,
    row_hashes: Mapping[TicketEventKey, str] | None = None,
) -> None:
    """Store the current ticket events; the prices of one without the hash of its row are read again next time."""
    rows = [
        {
            "library": library,
            "event_maker": event.event_maker,
            "event_id": event.event_id,
            "payload": CURRENT_EVENT.stored(event),
            "row_hash": (row_hashes or {}).get(event.key),
            "read_at": now,
            "last_turn_at": last_turn(event, now),
            "next_turn_at": next_turn(event, now),
            "sale": sale_shown(event, now),
        }
        for event in events
    ]
    update = ("payload", "row_hash", "read_at", "last_turn_at", "next_turn_at", "sale")
    upsert_many(connection, ticket_events, rows, update=update)


def forget_ticket_events(connection: Connection, library: str, keys: Sequence[TicketEventKey]) -> None:
    """Delete ticket events that no longer exist."""
    key = tuple_(ticket_events.c.event_maker, ticket_events.c.event_id)
    if keys:
        connection.execute(delete(ticket_events).where(ticket_events.c.library == library, key.in_(keys)))


def read_ticket_events(
    connection: Connection, library: str, event_ids: Sequence[int] | None = None
) -> dict[TicketEventKey, CurrentEvent]:
    """Return all or the given ticket events of the library as last read, by key."""
    query = select(cast(ticket_events.c.payload, Text)).where(ticket_events.c.library == library)
    if event_ids is not None:
        query = query.where(ticket_events.c.event_id == any_(literal(list(event_ids), ARRAY(BigInteger))))
    return {event.key: event for event in map(CURRENT_EVENT.in_json, connection.scalars(query).all())}
