"""What a library's twin needs to know from the tables, besides links and events."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, Text, any_, bindparam, cast, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from billetbro.models import Kind, LinkStatus, Mapped, TicketEventKey
from billetbro.reconcile.planning.owned_fields import read_time
from billetbro.store.in_doubt import read_writes_in_doubt
from billetbro.store.schema.metadata import Time
from billetbro.store.schema.records import MAPPED
from billetbro.store.schema.tables import changes, links, runs, source_events, ticket_events

LOADS = 3
"""How many loads ago an event may have vanished and still be matched with a recreated one."""
LOOKS = 2
"""How many runs look for a create whose answer was lost before it is given up (behaviour 4)."""


def was_read(connection: Connection, library: str) -> bool:
    """Return whether the library was ever completely read and mapped."""
    mapped = (runs.c.library == library) & runs.c.extracted_at.is_not(None) & runs.c.transformed_at.is_not(None)
    latest = select(runs.c.id).where(mapped).order_by(runs.c.extracted_at.desc())
    return connection.scalar(latest.limit(1)) is not None


def creates_in_doubt(connection: Connection, library: str) -> list[tuple[str, datetime | None]]:
    """Return the title and start of each create that may have been carried out but is not linked."""
    under_way = select(changes.c.title, changes.c.fields).where(
        changes.c.library == library, changes.c.kind == Kind.CREATE, changes.c.status == "applying"
    )
    lost = [change for change in read_writes_in_doubt(connection, library, "") if change.looks < LOOKS]
    begun = [(change.title, dict(change.new)) for change in lost if change.kind is Kind.CREATE]
    for title, fields in connection.execute(under_way):
        begun.append((title, {field["field"]: field["new"] for field in fields}))
    return [(title, read_time(sent.get("begin_at"))) for title, sent in begun]


def still_to_come(connection: Connection, library: str, now: datetime) -> frozenset[TicketEventKey]:
    """Return the Place2book events that have not ended although their source events are over."""
    same = (ticket_events.c.event_maker == links.c.event_maker) & (ticket_events.c.event_id == links.c.event_id)
    query = (
        select(links.c.event_maker, links.c.event_id)
        .join(ticket_events, (ticket_events.c.library == links.c.library) & same)
        .where(links.c.library == library, links.c.status == LinkStatus.RETIRED)
        .where(cast(ticket_events.c.payload["end_at"].astext, Time) > now)
    )
    return frozenset(TicketEventKey(row.event_maker, row.event_id) for row in connection.execute(query))


def read_deferred(connection: Connection, library: str) -> dict[str, str]:
    """Return the seccode of the twin's Place2book event to which each event was deferred, by uuid."""
    query = select(source_events.c.uuid, source_events.c.left_to).where(
        source_events.c.library == library, source_events.c.left_to.is_not(None)
    )
    return {row.uuid: row.left_to for row in connection.execute(query)}


def read_deferred_gone(connection: Connection, library: str) -> list[tuple[Mapped, str]]:
    """Return the deferred events that vanished a few loads ago, each with its seccode.

    Seccodes to which a present event is deferred are excluded.
    """
    loaded = (runs.c.library == library) & runs.c.extracted_at.is_not(None) & runs.c.loaded_at.is_not(None)
    loads = select(runs.c.extracted_at).where(loaded).order_by(runs.c.extracted_at.desc())
    since = connection.scalar(loads.offset(LOADS - 1).limit(1))
    left = (source_events.c.library == library) & source_events.c.left_to.is_not(None)
    taken = select(source_events.c.left_to).where(left, source_events.c.present)
    query = select(source_events.c.mapped, source_events.c.left_to).where(
        left, ~source_events.c.present, source_events.c.mapped.is_not(None), source_events.c.left_to.not_in(taken)
    )
    if since is not None:
        query = query.where(source_events.c.last_seen_at >= since)
    return [(MAPPED.of(row.mapped), row.left_to) for row in connection.execute(query)]


def remember_deferred(connection: Connection, library: str, left: Mapping[str, str], judged: Collection[str]) -> None:
    """Store the seccodes to which events were deferred, and remove those of the other `judged` events."""
    of_library = update(source_events).where(source_events.c.library == library)
    forgotten = source_events.c.uuid == any_(literal(list(judged), ARRAY(Text)))
    connection.execute(of_library.where(source_events.c.left_to.is_not(None), forgotten).values(left_to=None))
    if left:
        connection.execute(
            of_library.where(source_events.c.uuid == bindparam("of_uuid")).values(left_to=bindparam("to_seccode")),
            [{"of_uuid": uuid, "to_seccode": seccode} for uuid, seccode in left.items()],
        )
