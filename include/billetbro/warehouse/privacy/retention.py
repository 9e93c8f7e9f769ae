"""Remove personal data that is past retention from tables and files (behaviour 9; how long: retention_rule.py).

It is not stored again: neither when the event's date moves, nor when retention becomes longer.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, Join, Select, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from billetbro.store.schema.privacy_tables import retention_sweeps
from billetbro.store.schema.warehouse_tables import events, purchases
from billetbro.warehouse.lake.lake import Lake
from billetbro.warehouse.privacy.erasure_log import empty_files, note_past_retention
from billetbro.warehouse.privacy.redact_stored import Counts, blank
from billetbro.warehouse.privacy.retention_rule import Retention

counted_from = func.coalesce(events.c.end_at, events.c.begin_at, purchases.c.created_at)
"""The moment that retention counts from, as in `Retention.is_past`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """How many rows of each table, and of its files, had personal values removed."""

    tables: Counts = field(default_factory=dict)
    files: Counts = field(default_factory=dict)


def remove_past(warehouse: Engine, library: str, retention: Retention, now: datetime, files: Lake | None) -> Removed:
    """Remove the personal data of the library's purchases that are past retention; the caller holds its lock.

    The tables do not wait for the files: what fails there is done the next night.
    """
    kept_from = retention.kept_from(now)
    past = _past(library, kept_from)
    with warehouse.begin() as connection:
        note_past_retention(connection, library, past, now)
        counts = blank(connection, library, past, now)
        _note(connection, library, now, kept_from)
    return Removed(tables=counts, files=empty_files(warehouse, library, now, files) if files else {})


def _past(library: str, kept_from: datetime) -> Select[tuple[int]]:
    """Select the purchases past retention; one of several events only once all of these are."""
    is_past = or_(counted_from < kept_from, counted_from.is_(None), purchases.c.moved_at.is_not(None))
    return (
        select(purchases.c.purchase_id)
        .select_from(purchases_with_event())
        .where(purchases.c.library == library)
        .group_by(purchases.c.purchase_id)
        .having(func.bool_and(is_past))
    )


def purchases_with_event() -> Join:
    """Return the purchases, each with its event."""
    its_event = (events.c.library == purchases.c.library) & (events.c.event_id == purchases.c.event_id)
    return purchases.join(events, its_event)


def _note(connection: Connection, library: str, now: datetime, kept_from: datetime) -> None:
    values = {"swept_at": now, "kept_from": kept_from}
    noted = insert(retention_sweeps).values(library=library, **values)
    connection.execute(noted.on_conflict_do_update(index_elements=["library"], set_=values))
