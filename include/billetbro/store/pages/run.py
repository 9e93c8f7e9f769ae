"""One run: what it changed and rejected, field by field, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, text

from billetbro.models import FieldChange, Kind
from billetbro.models.message import Message
from billetbro.reconcile.reasons import rejection_message

CHANGES_A_PAGE = 200
REJECTIONS_SHOWN = 200
CHANGES = text("""
    SELECT changes.*, source.mapped ->> 'starts_at' AS starts_at
    FROM sync.changes LEFT JOIN sync.source_events AS source USING (library, uuid)
    WHERE run_id = :run_id AND changes.library = ANY(:libraries)
    ORDER BY changes.library, source.mapped ->> 'starts_at', changes.title, changes.uuid, changes.id
    LIMIT :number OFFSET :skipped
""")
PRICES = text("""
    SELECT stands.library, price ->> 'price_id' AS price_id, price ->> 'name' AS name
    FROM sync.ticket_events AS stands
    CROSS JOIN LATERAL jsonb_array_elements(
        CASE jsonb_typeof(payload -> 'prices') WHEN 'array' THEN payload -> 'prices' ELSE '[]' END
    ) AS price
    WHERE (stands.library, stands.event_maker, stands.event_id) IN (
        SELECT * FROM unnest(CAST(:libraries AS text[]), CAST(:makers AS bigint[]), CAST(:events AS bigint[]))
    )
""")
REJECTIONS = text("""
    SELECT library, uuid, title, code, field, found, detail, resolved_at FROM sync.rejections
    WHERE first_run_id = :run_id AND library = ANY(:libraries)
    ORDER BY library, title, id LIMIT :number
""")
ASKED = text("""
    SELECT action, asked_by FROM sync.actions
    WHERE run_id = :run_id AND (library IS NULL OR library = ANY(:libraries)) ORDER BY id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOfRun:
    """A change of a run. `price`: the name of the price that it is about, if it still has one."""

    kind: Kind
    status: str
    fields: tuple[FieldChange, ...]
    why: str
    price: str | None
    error: Message | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedEvent:
    """An event with its changes in a run."""

    library: str
    uuid: str
    title: str
    starts_at: datetime | None
    changes: tuple[ChangeOfRun, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRejection:
    """A rejection that a run opened."""

    library: str
    uuid: str
    title: str
    message: Message
    resolved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRun:
    """Who asked for a run, and for what."""

    action: str
    asked_by: str


def read_changes(
    connection: Connection, run_id: str, libraries: Sequence[str], page: int
) -> tuple[tuple[ChangedEvent, ...], Mapping[str, Mapping[str, str]], bool]:
    """Return a page of a run's changes by event, their prices' names by library and id, and whether it goes on."""
    given = {"run_id": run_id, "libraries": list(libraries), "number": CHANGES_A_PAGE + 1}
    rows = connection.execute(CHANGES, {**given, "skipped": (page - 1) * CHANGES_A_PAGE}).mappings().all()
    shown = rows[:CHANGES_A_PAGE]
    prices = _names_of_prices(connection, shown)
    events = [
        _event(list(of_event), prices) for _, of_event in groupby(shown, key=lambda row: (row["library"], row["uuid"]))
    ]
    return tuple(events), prices, len(rows) > CHANGES_A_PAGE


def _event(rows: Sequence[Mapping[Any, Any]], prices: Mapping[str, Mapping[str, str]]) -> ChangedEvent:
    first = rows[0]
    names = prices.get(first["library"], {})
    return ChangedEvent(
        library=first["library"],
        uuid=first["uuid"],
        title=first["title"],
        starts_at=datetime.fromisoformat(first["starts_at"]) if first["starts_at"] else None,
        changes=tuple(
            ChangeOfRun(
                kind=Kind(row["kind"]),
                status=row["status"],
                fields=tuple(FieldChange(field=one["field"], old=one["old"], new=one["new"]) for one in row["fields"]),
                why=row["why"],
                price=names.get(str(row["price_id"])),
                error=Message.from_json(row["error"]) if row["error"] else None,
            )
            for row in rows
        ),
    )


def _names_of_prices(connection: Connection, rows: Sequence[Mapping[Any, Any]]) -> dict[str, dict[str, str]]:
    about = {(row["library"], row["event_maker"], row["event_id"]) for row in rows if row["event_id"]}
    libraries, makers, events = zip(*about, strict=True) if about else ((), (), ())
    found: dict[str, dict[str, str]] = {}
    given = {"libraries": list(libraries), "makers": list(makers), "events": list(events)}
    for row in connection.execute(PRICES, given):
        found.setdefault(row.library, {})[row.price_id] = row.name
    return found


def read_opened_rejections(
    connection: Connection, run_id: str, libraries: Sequence[str]
) -> tuple[OpenedRejection, ...]:
    """Return the rejections that a run opened, the first of very many."""
    given = {"run_id": run_id, "libraries": list(libraries), "number": REJECTIONS_SHOWN}
    return tuple(
        OpenedRejection(
            library=row["library"],
            uuid=row["uuid"],
            title=row["title"],
            message=rejection_message(row["code"], field=row["field"], found=row["found"], detail=row["detail"]),
            resolved=row["resolved_at"] is not None,
        )
        for row in connection.execute(REJECTIONS, given).mappings()
    )


def read_asked(connection: Connection, run_id: str, libraries: Sequence[str]) -> AskedRun | None:
    """Return who asked for a run of one of these libraries, or of all; None if nobody did on the pages."""
    row = connection.execute(ASKED, {"run_id": run_id, "libraries": list(libraries)}).mappings().first()
    if row is None:
        return None
    return AskedRun(**{name: row[name] for name in ("action", "asked_by")})
