"""Empty the personal values of stored rows and files; the rows and their amounts stay."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, or_, update

from billetbro.store.file_exports import date_of_change
from billetbro.store.schema.warehouse_tables import answers, purchases
from billetbro.warehouse.lake.lake import Change, Lake
from billetbro.warehouse.privacy.personal_columns import PERSONAL
from billetbro.warehouse.privacy.pseudonymise import Row

PERSONAL_TABLES: tuple[Table, ...] = (purchases, answers)
"""The tables that `PERSONAL` names."""

Counts = Mapping[str, int]
"""Table -> number of rows."""


def holds_anything(table: Table) -> ColumnElement[bool]:
    """Return the condition that a row holds a personal value."""
    return or_(*(table.c[name].is_not(None) for name in PERSONAL[table.name]))


def blank(connection: Connection, library: str, purchase_ids: Select[Any], now: datetime) -> Counts:
    """Empty every personal value of these purchases; return how many rows of each table changed."""
    counts = {}
    changed_at = date_of_change(connection, library, now)
    for table in PERSONAL_TABLES:
        emptied = update(table).where(
            table.c.library == library, table.c.purchase_id.in_(purchase_ids), holds_anything(table)
        )
        values = dict.fromkeys(PERSONAL[table.name]) | {"changed_at": changed_at}
        counts[table.name] = connection.execute(emptied.values(values)).rowcount
    return counts


def blank_files(files: Lake, library: str, purchase_ids: Collection[int]) -> Counts:
    """Empty the same in the lake; earlier versions of the rows stay until they are removed."""
    return {
        table: files.rewrite(library, table, ("purchase_id", *personal), _emptied(personal), purchase_ids)
        for table, personal in PERSONAL.items()
    }


def count_in_files(files: Lake, library: str, purchase_ids: Collection[int]) -> Counts:
    """Return how many rows of each table of the lake have something to empty."""
    return {
        table: sum(1 for _ in files.rows(library, table, ("purchase_id", *personal), purchase_ids))
        for table, personal in PERSONAL.items()
    }


def _emptied(personal: tuple[str, ...]) -> Change:
    nothing: Row = dict.fromkeys(personal)
    return lambda row: row | nothing
