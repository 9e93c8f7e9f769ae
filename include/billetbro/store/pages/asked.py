"""What an action on the pages would concern: an event's title, what of it is open, and a run's plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Text, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from billetbro.models import Mode
from billetbro.models.message import Message
from billetbro.reconcile.reasons import rejection_message
from billetbro.store.schema.tables import rejections, runs, source_events


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRejection:
    """An open rejection of an event."""

    code: str
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePlan:
    """A plan that was made for these libraries; `events`: those that it was limited to, None if that is not known."""

    libraries: tuple[str, ...]
    events: tuple[str, ...] | None
    made_at: datetime


def title_of(connection: Connection, library: str, uuid: str) -> str | None:
    """Return the title of a source event; None if the library never listed it."""
    of_event = (source_events.c.library == library) & (source_events.c.uuid == uuid)
    return connection.scalar(select(source_events.c.shown_title).where(of_event))


def open_rejections(connection: Connection, library: str, uuid: str) -> tuple[OpenRejection, ...]:
    """Return the open rejections of an event."""
    query = (
        select(rejections.c.code, rejections.c.field, rejections.c.found, rejections.c.detail)
        .where(rejections.c.library == library, rejections.c.uuid == uuid, rejections.c.resolved_at.is_(None))
        .order_by(rejections.c.id)
    )
    rows = connection.execute(query).mappings()
    return tuple(OpenRejection(code=row["code"], message=rejection_message(**row)) for row in rows)


def made_plan(connection: Connection, run_id: str, libraries: Sequence[str]) -> MadePlan | None:
    """Return what a run in mode `plan` planned for these libraries; None if it planned nothing for any of them.

    Of the events that the run was limited to, those of other libraries are left out.
    """
    query = (
        select(runs.c.library, runs.c.events, runs.c.started_at)
        .where(runs.c.run_id == run_id, runs.c.mode == Mode.PLAN, runs.c.observed_at.is_not(None))
        .where(runs.c.library == any_(literal(list(libraries), ARRAY(Text))))
        .order_by(runs.c.library)
    )
    rows = connection.execute(query).all()
    if not rows:
        return None
    libraries, events = tuple(row.library for row in rows), rows[0].events
    ours = events_listed_by(connection, libraries, events or ())
    if events and not ours:
        return None
    return MadePlan(libraries=libraries, events=None if events is None else ours, made_at=rows[0].started_at)


def events_listed_by(connection: Connection, libraries: Sequence[str], events: Sequence[str]) -> tuple[str, ...]:
    """Return those of the events that one of the libraries ever listed, in order."""
    if not events:
        return ()
    query = select(source_events.c.uuid).where(
        source_events.c.library == any_(literal(list(libraries), ARRAY(Text))),
        source_events.c.uuid == any_(literal(list(events), ARRAY(Text))),
    )
    listed = set(connection.scalars(query))
    return tuple(uuid for uuid in events if uuid in listed)


def targets_of(
    connection: Connection, libraries: Sequence[str], events: Sequence[str]
) -> tuple[tuple[str, str | None], ...]:
    """Return what a run for these libraries and events is about: events with their library, or whole libraries."""
    if not events:
        return tuple((library, None) for library in libraries)
    query = select(source_events.c.library, source_events.c.uuid).where(
        source_events.c.library == any_(literal(list(libraries), ARRAY(Text))),
        source_events.c.uuid == any_(literal(list(events), ARRAY(Text))),
    )
    found = tuple((row.library, row.uuid) for row in connection.execute(query.order_by(*query.selected_columns)))
    return found or tuple((library, None) for library in libraries)
