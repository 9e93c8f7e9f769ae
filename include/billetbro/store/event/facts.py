"""The facts about one event for `billetbro.reconcile.diagnosis.why`, in a few queries."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from billetbro.models import Kind, Link, Mode
from billetbro.models.message import Message
from billetbro.reconcile.diagnosis.facts import EventFacts, LastRun
from billetbro.reconcile.operations import kinds_where
from billetbro.reconcile.reasons import rejection_message
from billetbro.store.changes import WRITTEN_BACK
from billetbro.store.pruning import pruned_before
from billetbro.store.schema.records import CURRENT_EVENT, MAPPED, SOURCE_EVENT, link_from_row
from billetbro.store.schema.tables import changes, links, rejections, runs, source_events, ticket_events

TAKES_OFF_SALE = kinds_where(lambda operation: operation.removes)


def library_facts(connection: Connection, library: str, *, timezone: str, now: datetime) -> EventFacts:
    """Return what is known of an event never seen: when its library was read, and its latest run."""
    read = connection.execute(
        select(runs.c.extracted_at, runs.c.window_start)
        .where(runs.c.library == library, runs.c.extracted_at.is_not(None))
        .order_by(runs.c.extracted_at.desc())
        .limit(1)
    ).one_or_none()
    latest = (
        select(runs.c.started_at, runs.c.errors, runs.c.removals_blocked)
        .where(runs.c.library == library, runs.c.mode.in_((Mode.SYNC, Mode.RESYNC)))
        .order_by(runs.c.started_at.desc(), runs.c.id.desc())
        .limit(1)
    )
    run = connection.execute(latest).one_or_none()
    last_run = None
    if run is not None:
        last_run = LastRun(
            started_at=run.started_at,
            errors={step: Message.from_json(error) for step, error in run.errors.items()},
            removals_blocked=None if run.removals_blocked is None else Message.from_json(run.removals_blocked),
        )
    return EventFacts(
        now=now,
        timezone=timezone,
        read_at=read.extracted_at if read else None,
        asked_from=read.window_start if read else None,
        last_run=last_run,
        pruned_before=pruned_before(connection, library),
    )


def event_facts(connection: Connection, library: str, uuid: str, *, timezone: str, now: datetime) -> EventFacts:
    """Return what is known of one event."""
    known = library_facts(connection, library, timezone=timezone, now=now)
    source = connection.execute(
        select(source_events).where(source_events.c.library == library, source_events.c.uuid == uuid)
    ).one_or_none()
    link = link_of(connection, library, uuid)
    payload = None
    if link is not None:
        of_link = (ticket_events.c.event_maker == link.event_maker) & (ticket_events.c.event_id == link.event_id)
        payload = connection.scalar(select(ticket_events.c.payload).where(ticket_events.c.library == library, of_link))
    return replace(
        known,
        seen_at=source.last_seen_at if source else None,
        present=bool(source and source.present),
        source=SOURCE_EVENT.of(source.payload) if source else None,
        mapped=MAPPED.of(source.mapped) if source and source.mapped else None,
        link=link,
        current=CURRENT_EVENT.of(payload) if payload else None,
        rejections=_open_rejections(connection, library, uuid),
        failed_write_back=_failed_write_back(connection, library, uuid),
        removed_because=_removed_because(connection, library, uuid),
        state_patched=_state_patched(connection, library, uuid),
    )


def link_of(connection: Connection, library: str, uuid: str) -> Link | None:
    """Return the link of one source event."""
    query = select(links).where(links.c.library == library, links.c.uuid == uuid)
    row = connection.execute(query).mappings().one_or_none()
    return link_from_row(row) if row else None


def _open_rejections(connection: Connection, library: str, uuid: str) -> dict[str, Message]:
    query = (
        select(rejections.c.code, rejections.c.field, rejections.c.found, rejections.c.detail)
        .where(rejections.c.library == library, rejections.c.uuid == uuid, rejections.c.resolved_at.is_(None))
        .order_by(rejections.c.id)
    )
    return {row["code"]: rejection_message(**row) for row in connection.execute(query).mappings()}


def _failed_write_back(connection: Connection, library: str, uuid: str) -> Message | None:
    query = (
        select(changes.c.status, changes.c.error)
        .where(changes.c.library == library, changes.c.uuid == uuid, changes.c.kind.in_(WRITTEN_BACK))
        .where(changes.c.applying_at.is_not(None))
        .order_by(changes.c.id.desc())
        .limit(1)
    )
    latest = connection.execute(query).one_or_none()
    failed = latest is not None and latest.status == "failed"
    return Message.from_json(latest.error) if latest and failed else None


def _state_patched(connection: Connection, library: str, uuid: str) -> bool:
    query = (
        select(changes.c.id)
        .where(changes.c.library == library, changes.c.uuid == uuid, changes.c.kind == Kind.WRITE_BACK)
        .where(changes.c.status == "applied", changes.c.fields.contains([{"field": "state"}]))
        .limit(1)
    )
    return connection.scalar(query) is not None


def _removed_because(connection: Connection, library: str, uuid: str) -> str | None:
    query = (
        select(changes.c.why)
        .where(changes.c.library == library, changes.c.uuid == uuid, changes.c.kind.in_(TAKES_OFF_SALE))
        .where(changes.c.status == "applied")
        .order_by(changes.c.id.desc())
        .limit(1)
    )
    return connection.scalar(query)
