"""Rows of long ago, and what is left of them."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from billetbro.models import LinkStatus, Mode, SourceEvent
from billetbro.store.pruning import OF_EVENTS, OF_HISTORY, prune_batch
from billetbro.store.schema.records import SOURCE_EVENT, link_to_row
from billetbro.store.schema.tables import changes, links, rejections, runs, source_events
from tests.integration.store.examples import LIBRARY, LINK, NOW

DAY = timedelta(days=1)
OLD, NEW = 800, 700
STATE_FIELD = [{"field": "state", "old": None, "new": "Active"}]


def ago(days: float) -> datetime:
    return NOW - days * DAY


def prune(connection: Connection, batch: int = 1000) -> dict[str, int]:
    return {
        table: prune_batch(connection, statement, LIBRARY, before=ago(730), quiet_before=ago(90), batch=batch)
        for table, statement in {**OF_EVENTS, **OF_HISTORY}.items()
    }


def add_source(connection: Connection, uuid: str, *, present: bool, seen: float) -> None:
    times = {"state": None, "url": None, "starts_at": None, "ends_at": None}
    payload = SOURCE_EVENT.stored(SourceEvent(uuid=uuid, title="Koncert", **times))
    row = {"library": LIBRARY, "uuid": uuid, "title": "Koncert", "payload": payload, "present": present}
    connection.execute(source_events.insert(), {**row, "first_seen_at": ago(900), "last_seen_at": ago(seen)})


def add_link(connection: Connection, uuid: str = "u1", *, status: LinkStatus, ended: float, event_id: int = 71) -> None:
    link = replace(LINK, uuid=uuid, event_id=event_id, status=status, ends_at=ago(ended), seccode=f"code{event_id}")
    connection.execute(links.insert(), link_to_row(LIBRARY, link))


def add_change(connection: Connection, kind: str, status: str, days: float, **columns: object) -> int:
    row = {"run_id": "r", "library": LIBRARY, "uuid": "u1", "title": "Koncert", "kind": kind, "fields": [], "why": "x"}
    at = ago(days)
    times = {"planned_at": at, "applying_at": at, "finished_at": at}
    added = connection.execute(changes.insert().returning(changes.c.id), {**row, "status": status, **times, **columns})
    return int(added.scalar_one())


def add_rejection(connection: Connection, code: str, *, resolved: float | None, run_id: str = "r") -> None:
    seen = {"first_seen_at": ago(900), "last_seen_at": ago(900), "last_run_id": run_id}
    row = {"library": LIBRARY, "uuid": "u1", "code": code, "title": "Koncert", **seen}
    connection.execute(rejections.insert(), {**row, "resolved_at": None if resolved is None else ago(resolved)})


def add_run(connection: Connection, days: float, *, complete: bool = True, **columns: object) -> str:
    run_id, at = f"run {days}", ago(days)
    steps = ("extracted_at", "transformed_at", "observed_at", "loaded_at") if complete else ()
    row = {"run_id": run_id, "library": LIBRARY, "mode": Mode.SYNC.value, "started_at": at, **dict.fromkeys(steps, at)}
    connection.execute(runs.insert(), {**row, **columns})
    return run_id


def add_three_runs(connection: Connection) -> None:
    for days in (1, 2, 3):
        add_run(connection, days)


def left(connection: Connection, column: str) -> list[object]:
    table, name = column.split(".")
    return list(connection.scalars(text(f"SELECT {name} FROM sync.{table} ORDER BY 1")))
