"""The columns of the Parquet files: those of the warehouse's tables, the same in every file whatever it holds."""

from __future__ import annotations

from functools import cache

import pyarrow as pa  # type: ignore[import-untyped]
from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, Table, Text

IN_THE_PATH = frozenset({"library"})
"""Columns of the tables that a file's path tells."""

TYPES: dict[type, pa.DataType] = {
    BigInteger: pa.int64(),
    Integer: pa.int64(),
    Text: pa.string(),
    Boolean: pa.bool_(),
    DateTime: pa.timestamp("us", tz="UTC"),
}


def file_columns(table: Table) -> list[Column[object]]:
    """Return the table's columns that its files have, in their order."""
    return [column for column in table.columns if column.name not in IN_THE_PATH]


@cache
def file_schema(table: Table) -> pa.Schema:
    """Return the schema of the table's files, with the comments of table and columns; every column may be null."""
    fields = [
        pa.field(column.name, TYPES[type(column.type)], metadata={"comment": column.comment or ""})
        for column in file_columns(table)
    ]
    return pa.schema(fields, metadata={"comment": table.comment or "", "table": table.fullname})
