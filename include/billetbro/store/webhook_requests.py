"""Requests from the source's webhook: each once, and whether its result was reported to the source."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, exists, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert

from billetbro.errors import message_of
from billetbro.models import WebhookAction
from billetbro.store.schema.tables import runs, source_events
from billetbro.store.schema.tables import webhook_requests as requests

KEPT_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A request for an event, or for a group of events (`uuid` is the group's), with a result not reported yet."""

    signature: str
    library: str
    uuid: str
    action: WebhookAction
    run_id: str
    is_group: bool = False


@contextmanager
def one_at_a_time(engine: Engine, library: str) -> Iterator[Connection]:
    """Open a transaction that excludes other requests of the library, in all processes."""
    with engine.begin() as connection:
        key = {"name": f"billetbro:webhook:{library}"}
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), key)
        yield connection


def remember(connection: Connection, library: str, signature: str, now: datetime) -> bool:
    """Store a request and tell whether it is new; delete old ones."""
    connection.execute(delete(requests).where(requests.c.received_at < now - timedelta(days=KEPT_DAYS)))
    row = {"signature": signature, "library": library, "received_at": now}
    added = connection.execute(insert(requests).values(row).on_conflict_do_nothing().returning(requests.c.signature))
    return added.first() is not None


def count_since(connection: Connection, library: str, since: datetime) -> int:
    """Return the number of the library's requests since a moment."""
    query = select(func.count()).where(
        requests.c.library == library, requests.c.received_at > since, requests.c.part_of.is_(None)
    )
    return connection.scalar(query) or 0


def is_known(connection: Connection, library: str, uuid: str) -> bool:
    """Tell whether the library's source ever listed an event."""
    query = select(source_events.c.uuid).where(source_events.c.library == library, source_events.c.uuid == uuid)
    return connection.scalar(query) is not None


def events_in_series(connection: Connection, library: str, series: str) -> list[str]:
    """Return the events of a series in the latest snapshot."""
    query = select(source_events.c.uuid).where(
        source_events.c.library == library,
        source_events.c.present,
        source_events.c.payload["series_uuid"].astext == series,
    )
    return list(connection.scalars(query.order_by(source_events.c.uuid)))


def run_for(connection: Connection, library: str, uuids: Collection[str], among: Collection[str]) -> str | None:
    """Return one of these runs that was requested for all of these events."""
    query = select(requests.c.run_id).where(
        requests.c.library == library, requests.c.uuid.in_(uuids), requests.c.run_id.in_(among)
    )
    of_all = func.count(requests.c.uuid.distinct()) == len(set(uuids))
    return connection.scalar(query.group_by(requests.c.run_id).having(of_all).limit(1))


def note_run(connection: Connection, signature: str, uuid: str, action: WebhookAction, run_id: str) -> None:
    """Store what a request asked for, and its run."""
    asked = {"uuid": uuid, "action": action.value, "run_id": run_id}
    connection.execute(update(requests).where(requests.c.signature == signature).values(asked))


def note_events(connection: Connection, signature: str, uuids: Collection[str]) -> None:
    """Store the events of a group; its request must be stored already."""
    group = requests.alias()
    copied = ("library", "received_at", "action", "run_id")
    for uuid in uuids:
        event = select(
            literal(f"{signature}/{uuid}"), literal(uuid), group.c.signature, *(group.c[name] for name in copied)
        ).where(group.c.signature == signature)
        connection.execute(insert(requests).from_select(["signature", "uuid", "part_of", *copied], event))


def events_of_group(connection: Connection, signature: str) -> list[str]:
    """Return the events of a group."""
    return list(connection.scalars(select(requests.c.uuid).where(requests.c.part_of == signature)))


def pending_of(connection: Connection, run_id: str, events: Collection[str]) -> Sequence[Pending]:
    """Return the requests to report after a run: its own, and unreported ones from before it began.

    Those could not be reported, or their own run was stopped, deleted, or still waits. A run limited to some events
    reports no other events and no groups. A group comes after its events.
    """
    its_own = requests.c.run_id == run_id
    began_later = exists().where(
        runs.c.run_id == run_id, runs.c.library == requests.c.library, runs.c.started_at > requests.c.received_at
    )
    looked_at = requests.c.uuid.in_(events) if events else requests.c.uuid.is_not(None)
    part = requests.alias()
    is_group = exists().where(part.c.part_of == requests.c.signature).label("is_group")
    columns = (requests.c.signature, requests.c.library, requests.c.uuid, requests.c.action, requests.c.run_id)
    query = select(*columns, is_group).where(its_own | (began_later & looked_at), requests.c.told_at.is_(None))
    in_order = (requests.c.library, requests.c.received_at, requests.c.part_of.is_(None), requests.c.signature)
    rows = connection.execute(query.order_by(*in_order))
    return [
        Pending(
            signature=row.signature,
            library=row.library,
            uuid=row.uuid,
            action=WebhookAction(row.action),
            run_id=row.run_id,
            is_group=row.is_group,
        )
        for row in rows
    ]


def note_told(connection: Connection, signature: str, told_at: datetime | None, error: Exception | None) -> None:
    """Store when the result was reported (None: not yet), and the error."""
    values = {"told_at": told_at, "error": message_of(error).to_json() if error else None}
    connection.execute(update(requests).where(requests.c.signature == signature).values(values))
