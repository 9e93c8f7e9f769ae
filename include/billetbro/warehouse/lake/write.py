"""What changed in the warehouse since the lake was last written, as Arrow tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pyarrow as pa  # type: ignore[import-untyped]
from sqlalchemy import Connection, Table, func, select

from billetbro.warehouse.lake.schema import EXPORTED, lake_schema

CHANGED = "changed_at"
ROWS_AT_A_TIME = 50_000
"""So many rows are in memory at once, and in one transaction of the lake."""


def latest_changes(connection: Connection, library: str, after: datetime | None) -> dict[str, datetime]:
    """Return when a row of each table changed last, for the tables in which any did since."""
    latest = {}
    for table in EXPORTED:
        query = select(func.max(table.c[CHANGED])).where(table.c.library == library)
        found = connection.scalar(query if after is None else query.where(table.c[CHANGED] > after))
        if found is not None:
            latest[table.name] = found
    return latest


def changed_rows(connection: Connection, table: Table, library: str, after: datetime | None) -> Iterator[pa.Table]:
    """Read the table's changed rows in order of their key, so many at a time."""
    schema = lake_schema(table)
    query = select(table).where(table.c.library == library).order_by(*table.primary_key)
    if after is not None:
        query = query.where(table.c[CHANGED] > after)
    with connection.execute(query, execution_options={"yield_per": ROWS_AT_A_TIME}) as result:
        for rows in result.partitions():
            by_column = zip(zip(*rows, strict=True), schema, strict=True)
            yield pa.table([pa.array(values, field.type) for values, field in by_column], schema=schema)
