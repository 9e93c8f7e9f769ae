"""Who asked for what in the source itself: each request once, and whether the source was told how it ended."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from include.models import WebhookAction
from include.store.tables import runs, source_events
from include.store.tables import webhook_requests as requests

KEPT_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A request of an event whose end the source has not been told."""

    signature: str
    library: str
    uuid: str
    action: WebhookAction
    run_id: str


@contextmanager
def one_at_a_time(engine: Engine, library: str) -> Iterator[Connection]:
    """Give a transaction in which no other request of the library is looked at, whichever process has it."""
    with engine.begin() as connection:
        key = {"name": f"billetbro:webhook:{library}"}
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), key)
        yield connection


def remember(connection: Connection, library: str, signature: str, now: datetime) -> bool:
    """Remember a request, and tell whether it is new; forget those of long ago."""
    connection.execute(delete(requests).where(requests.c.received_at < now - timedelta(days=KEPT_DAYS)))
    row = {"signature": signature, "library": library, "received_at": now}
    added = connection.execute(insert(requests).values(row).on_conflict_do_nothing().returning(requests.c.signature))
    return added.first() is not None


def count_since(connection: Connection, library: str, since: datetime) -> int:
    """Return how many of the library's requests came after a moment."""
    query = select(func.count()).where(requests.c.library == library, requests.c.received_at > since)
    return connection.scalar(query) or 0


def is_known(connection: Connection, library: str, uuid: str) -> bool:
    """Tell whether a snapshot of the library's source ever held an event."""
    query = select(source_events.c.uuid).where(source_events.c.library == library, source_events.c.uuid == uuid)
    return connection.scalar(query) is not None


def run_for(connection: Connection, library: str, uuid: str, among: Collection[str]) -> str | None:
    """Return which of these runs was asked for because of an event."""
    query = select(requests.c.run_id).where(
        requests.c.library == library, requests.c.uuid == uuid, requests.c.run_id.in_(among)
    )
    return connection.scalar(query.limit(1))


def note_run(connection: Connection, signature: str, uuid: str, action: WebhookAction, run_id: str) -> None:
    """Note what a request asked for, and the run that carries it out."""
    asked = {"uuid": uuid, "action": action.value, "run_id": run_id}
    connection.execute(update(requests).where(requests.c.signature == signature).values(asked))


def pending_of(connection: Connection, run_id: str, events: Collection[str]) -> Sequence[Pending]:
    """Return whom to tell after a run: who asked for it, and who was not told yet, although it began later.

    Those could not be told, or their own run was stopped, deleted, or waits still. A run that is limited to some events
    is nobody's who asked for others.
    """
    its_own = requests.c.run_id == run_id
    began_later = exists().where(
        runs.c.run_id == run_id, runs.c.library == requests.c.library, runs.c.started_at > requests.c.received_at
    )
    looked_at = requests.c.uuid.in_(events) if events else requests.c.uuid.is_not(None)
    columns = (requests.c.signature, requests.c.library, requests.c.uuid, requests.c.action, requests.c.run_id)
    query = select(*columns).where(its_own | (began_later & looked_at), requests.c.told_at.is_(None))
    rows = connection.execute(query.order_by(requests.c.library, requests.c.received_at))
    return [
        Pending(
            signature=row.signature,
            library=row.library,
            uuid=row.uuid,
            action=WebhookAction(row.action),
            run_id=row.run_id,
        )
        for row in rows
    ]


def note_told(connection: Connection, signature: str, told_at: datetime | None, error: str | None) -> None:
    """Note when the source was told, None for not yet, and in words why it could not be or refused it."""
    values = {"told_at": told_at, "error": error}
    connection.execute(update(requests).where(requests.c.signature == signature).values(values))
