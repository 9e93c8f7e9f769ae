"""The lake's tables, made from those of the warehouse: their columns, and the rows to bring to them."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache

import pyarrow as pa  # type: ignore[import-untyped]
from sqlalchemy import BigInteger, Boolean, Connection, DateTime, Integer, Table, Text, func, select

from billetbro.store.schema.warehouse_tables import additional_sales, answers, events, prices, purchases, tickets
from billetbro.warehouse.ingest.upsert import natural_key

EXPORTED = (events, prices, purchases, tickets, additional_sales, answers)
TABLES = {table.name: table for table in EXPORTED}
TYPES: dict[type, pa.DataType] = {
    BigInteger: pa.int64(),
    Integer: pa.int64(),
    Text: pa.string(),
    Boolean: pa.bool_(),
    DateTime: pa.timestamp("us", tz="UTC"),
}
STATISTICS = "delta.dataSkippingStatsColumns"
CHANGED = "changed_at"
ROWS_AT_A_TIME = 50_000
"""Rows in memory, and in one transaction of the lake, at a time."""


@cache
def lake_schema(table: Table) -> pa.Schema:
    """Return the columns with their comments; all are nullable."""
    return pa.schema(
        pa.field(column.name, TYPES[type(column.type)], metadata={"comment": column.comment or ""})
        for column in table.columns
    )


def key_names(table: Table) -> list[str]:
    """Return the columns of the natural key, the library first."""
    return [column.name for column in natural_key(table)]


def properties(table: Table) -> dict[str, str | None]:
    """Return the properties that a table is created with.

    The log holds each column's least and greatest value per file, and outlives the rows: no statistics of texts, which
    can be a buyer's name.
    """
    return {
        STATISTICS: ",".join(column.name for column in table.columns if not isinstance(column.type, Text)),
        "delta.deletedFileRetentionDuration": "interval 1 days",
        "delta.logRetentionDuration": "interval 7 days",
    }


def latest_changes(connection: Connection, library: str, after: datetime | None) -> dict[str, datetime]:
    """Return when each table last changed, for the tables with changes since."""
    latest = {}
    for table in EXPORTED:
        query = select(func.max(table.c[CHANGED])).where(table.c.library == library)
        found = connection.scalar(query if after is None else query.where(table.c[CHANGED] > after))
        if found is not None:
            latest[table.name] = found
    return latest


def changed_rows(connection: Connection, table: Table, library: str, after: datetime | None) -> Iterator[pa.Table]:
    """Yield the table's changed rows in order of their key."""
    schema = lake_schema(table)
    query = select(table).where(table.c.library == library).order_by(*table.primary_key)
    if after is not None:
        query = query.where(table.c[CHANGED] > after)
    with connection.execute(query, execution_options={"yield_per": ROWS_AT_A_TIME}) as result:
        for rows in result.partitions():
            by_column = zip(zip(*rows, strict=True), schema, strict=True)
            yield pa.table([pa.array(values, field.type) for values, field in by_column], schema=schema)
