"""Remove personal data whose time is over, from tables and files (behaviour 9; how long: retention_rule)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Join, Select, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from include.store.privacy_tables import retention_sweeps
from include.store.warehouse_tables import events, purchases
from include.warehouse.blanking import Counts, blank, blank_files
from include.warehouse.personal_files import PersonalDataFiles
from include.warehouse.retention_rule import Retention

counted_from = func.coalesce(events.c.end_at, events.c.begin_at, purchases.c.created_at)
"""The moment that retention counts from, as `Retention.is_past` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """In how many rows of each table, and of the table's files, there were personal values that are gone now."""

    tables: Counts = field(default_factory=dict)
    files: Counts = field(default_factory=dict)


def remove_past(
    connection: Connection, library: str, retention: Retention, now: datetime, files: PersonalDataFiles | None
) -> Removed:
    """Remove the personal data of the library's purchases that are past retention, in the caller's transaction.

    Files are rewritten in nights in which purchases became past, with all that are: a file may still hold a value that
    its table lost in another way. When the files fail, the caller's transaction does, and the next night begins anew.
    """
    kept_from = retention.kept_from(now)
    past = _past(library, kept_from)
    counts = blank(connection, library, past, now)
    in_files: Counts = {}
    if files is not None and (any(counts.values()) or _news_for_files(connection, library, past)):
        in_files = blank_files(files, library, [*connection.scalars(past)])
    _note(connection, library, now, kept_from, None if files is None else kept_from)
    return Removed(tables=counts, files=in_files)


def _past(library: str, kept_from: datetime) -> Select[tuple[int]]:
    """Select the ids of the purchases that are past retention."""
    return (
        select(purchases.c.purchase_id)
        .select_from(purchases_with_event())
        .where(purchases.c.library == library, or_(counted_from < kept_from, counted_from.is_(None)))
    )


def purchases_with_event() -> Join:
    """Return the purchases, each with its event."""
    its_event = (events.c.library == purchases.c.library) & (events.c.event_id == purchases.c.event_id)
    return purchases.join(events, its_event)


def _news_for_files(connection: Connection, library: str, past: Select[tuple[int]]) -> bool:
    """Return whether purchases became past since the files were gone through last."""
    swept = select(retention_sweeps.c.files_kept_from).where(retention_sweeps.c.library == library)
    until = connection.scalar(swept)
    since = past if until is None else past.where(counted_from >= until)
    return bool(connection.scalar(select(exists(since))))


def _note(
    connection: Connection, library: str, now: datetime, kept_from: datetime, files_kept_from: datetime | None
) -> None:
    """Note how far data was removed; what was removed of the files stays noted when there are none just now."""
    values = {"swept_at": now, "kept_from": kept_from}
    if files_kept_from is not None:
        values["files_kept_from"] = files_kept_from
    noted = insert(retention_sweeps).values(library=library, **values)
    connection.execute(noted.on_conflict_do_update(index_elements=["library"], set_=values))
