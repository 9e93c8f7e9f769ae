"""The columns of the lake's tables, made from those of the warehouse."""

from __future__ import annotations

from functools import cache

import pyarrow as pa  # type: ignore[import-untyped]
from sqlalchemy import BigInteger, Boolean, DateTime, Integer, Table, Text

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


@cache
def lake_schema(table: Table) -> pa.Schema:
    """Return the columns with their comments; every one may be null."""
    return pa.schema(
        pa.field(column.name, TYPES[type(column.type)], metadata={"comment": column.comment or ""})
        for column in table.columns
    )


def key_names(table: Table) -> list[str]:
    """Return the columns that tell a row apart, the library first."""
    return [column.name for column in natural_key(table)]


def properties(table: Table) -> dict[str, str | None]:
    """Return the properties that a table is made with.

    The log tells the least and the greatest value of a column in each file. Of texts it must not, since they can be a
    buyer's name: the log outlives the rows.
    """
    told = [column.name for column in table.columns if not isinstance(column.type, Text)]
    return {
        STATISTICS: ",".join(told),
        "delta.deletedFileRetentionDuration": "interval 1 days",
        "delta.logRetentionDuration": "interval 7 days",
    }
