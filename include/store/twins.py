"""What the tables tell of a library to its twin, besides its links and events."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, exists, select

from include.models import Kind
from include.store.changes import begun_changes
from include.store.tables import changes, runs
from include.sync.fields import read_time

LOOKS = 2
"""So many runs look for a create whose answer was lost before nobody waits for it any more (behaviour 4)."""


def was_read(connection: Connection, library: str) -> bool:
    """Return whether the library's list was ever read whole and its events judged."""
    query = select(exists().where(runs.c.library == library, runs.c.transformed_at.is_not(None)))
    return bool(connection.scalar(query))


def begun_creates(connection: Connection, library: str) -> list[tuple[str, datetime | None]]:
    """Return title and start of each create that may have been carried out without being linked."""
    under_way = select(changes.c.title, changes.c.fields).where(
        changes.c.library == library, changes.c.kind == Kind.CREATE, changes.c.status == "applying"
    )
    lost = [change for change in begun_changes(connection, library, "") if change.looks < LOOKS]
    begun = [(change.title, dict(change.new)) for change in lost if change.kind is Kind.CREATE]
    for title, fields in connection.execute(under_way):
        begun.append((title, {field["field"]: field["new"] for field in fields}))
    return [(title, read_time(sent.get("begin_at"))) for title, sent in begun]
