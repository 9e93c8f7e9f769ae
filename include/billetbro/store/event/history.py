"""The history of one event, oldest first: its changes, its rejections, and what people asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from billetbro.models import FieldChange
from billetbro.models.message import Message
from billetbro.reconcile.reasons import rejection_message
from billetbro.store.pruning import pruned_before
from billetbro.store.schema.tables import actions, changes, links, rejections, runs, source_events

REJECTED, RESOLVED, ASKED, PRUNED = "rejected", "resolved", "asked", "pruned"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """A change, a rejection that was opened or resolved, an action, or the moment before which little is kept.

    `kind`: a change's, `rejected`, `resolved`, `asked` or `pruned`; `status`: a change's; `why`: a change's reason, a
    rejection's code, or an action; `message`: a rejection's, or who asked for what.
    """

    at: datetime
    kind: str
    status: str | None = None
    fields: tuple[FieldChange, ...] = ()
    why: str = ""
    error: Message | None = None
    error_code: str | None = None
    message: Message | None = None
    event_id: int | None = None
    price_id: int | None = None
    run_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRejection:
    """A rejection as shown to staff; open while `resolved_at` is None."""

    library: str
    uuid: str
    title: str
    code: str
    message: Message
    starts_at: datetime | None
    first_seen_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None


def read_history(connection: Connection, library: str, uuid: str) -> tuple[HistoryEntry, ...]:
    """Return the history of a source event, and of its Place2book event before it moved to this uuid.

    Changes of runs in mode `plan` are left out: they did not happen.
    """
    entries = [
        *_changes(connection, library, uuid),
        *_rejections(connection, library, uuid),
        *_asked(connection, library, uuid),
        *_pruned(connection, library, uuid),
    ]
    return tuple(sorted(entries, key=lambda entry: entry.at))


def _changes(connection: Connection, library: str, uuid: str) -> list[HistoryEntry]:
    ours = changes.c.library == library
    event_id = connection.scalar(select(links.c.event_id).where(links.c.library == library, links.c.uuid == uuid))
    shown_only = select(runs.c.id).where(
        runs.c.run_id == changes.c.run_id, runs.c.library == changes.c.library, runs.c.mode == "plan"
    )
    query = (
        select(changes)
        .where(ours, or_(changes.c.uuid == uuid, changes.c.event_id == event_id), ~shown_only.exists())
        .order_by(changes.c.id)
    )
    return [_entry(row) for row in connection.execute(query).mappings()]


def _entry(row: Mapping[Any, Any]) -> HistoryEntry:
    return HistoryEntry(
        at=row["finished_at"] or row["applying_at"] or row["planned_at"],
        kind=row["kind"],
        status=row["status"],
        fields=_fields(row["fields"]),
        why=row["why"],
        error=Message.from_json(row["error"]) if row["error"] else None,
        error_code=row["error_code"],
        event_id=row["event_id"],
        price_id=row["price_id"],
        run_id=row["run_id"],
    )


def _fields(stored: Sequence[Mapping[str, Any]]) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(field=field["field"], old=field["old"], new=field["new"]) for field in stored)


def _asked(connection: Connection, library: str, uuid: str) -> list[HistoryEntry]:
    query = select(actions).where(actions.c.library == library, actions.c.uuid == uuid).order_by(actions.c.id)
    return [
        HistoryEntry(
            at=row["asked_at"],
            kind=ASKED,
            fields=_fields(row["fields"] or ()),
            why=row["action"],
            message=Message(f"action.{row['action']}.asked", {"who": row["asked_by"]}),
            run_id=row["run_id"],
        )
        for row in connection.execute(query).mappings()
    ]


def _rejections(connection: Connection, library: str, uuid: str) -> list[HistoryEntry]:
    query = select(rejections).where(rejections.c.library == library, rejections.c.uuid == uuid)
    entries = []
    for row in connection.execute(query.order_by(rejections.c.id)).mappings():
        message = _message(row)
        entries.append(HistoryEntry(at=row["first_seen_at"], kind=REJECTED, why=row["code"], message=message))
        if row["resolved_at"] is not None:
            entries.append(HistoryEntry(at=row["resolved_at"], kind=RESOLVED, why=row["code"], message=message))
    return entries


def _pruned(connection: Connection, library: str, uuid: str) -> list[HistoryEntry]:
    """Return when the history of an event that was known before was pruned."""
    of_event = (source_events.c.library == library) & (source_events.c.uuid == uuid)
    first_seen = connection.scalar(select(source_events.c.first_seen_at).where(of_event))
    before = pruned_before(connection, library)
    known = before is not None and first_seen is not None and first_seen < before
    return [HistoryEntry(at=before, kind=PRUNED)] if before is not None and known else []


def list_rejections(
    connection: Connection, libraries: Sequence[str] | None, *, resolved_too: bool = False
) -> tuple[ListedRejection, ...]:
    """Return the libraries' open rejections by library and start of the event; None is every library."""
    of_event = (source_events.c.library == rejections.c.library) & (source_events.c.uuid == rejections.c.uuid)
    start = source_events.c.payload["starts_at"].as_string().label("starts_at")
    query = select(rejections, start).outerjoin(source_events, of_event)
    if libraries is not None:
        query = query.where(rejections.c.library.in_(libraries))
    if not resolved_too:
        query = query.where(rejections.c.resolved_at.is_(None))
    listed = [_listed(row) for row in connection.execute(query.order_by(rejections.c.id)).mappings()]
    return tuple(sorted(listed, key=lambda one: (one.library, one.starts_at is None, one.starts_at or 0, one.title)))


def _listed(row: Mapping[Any, Any]) -> ListedRejection:
    start = row["starts_at"]
    return ListedRejection(
        library=row["library"],
        uuid=row["uuid"],
        title=row["title"],
        code=row["code"],
        message=_message(row),
        starts_at=datetime.fromisoformat(start) if start else None,
        first_seen_at=row["first_seen_at"],
        last_seen_at=row["last_seen_at"],
        resolved_at=row["resolved_at"],
    )


def _message(row: Mapping[Any, Any]) -> Message:
    return rejection_message(row["code"], field=row["field"], found=row["found"], detail=row["detail"])
