"""Write many rows in one statement: PostgreSQL unpacks them from one JSON value."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, text

Rows = Sequence[Mapping[str, Any]]


def upsert_many(connection: Connection, table: Table, rows: Rows, *, update: Sequence[str]) -> None:
    """Insert rows, which have the same columns and different keys; those that exist get their columns to `update`."""
    if not rows:
        return
    names, key = ", ".join(rows[0]), ", ".join(column.name for column in table.primary_key)
    values = ", ".join(f"{name} = excluded.{name}" for name in update)
    _execute(
        connection,
        f"INSERT INTO {table.fullname} ({names}) SELECT {names} FROM {_given(table)}"
        f" ON CONFLICT ({key}) DO UPDATE SET {values}",
        rows,
    )


def update_many(connection: Connection, table: Table, rows: Rows, *, only: str = "true") -> None:
    """Update the rows with these keys, which have the same columns, where one of them differs.

    `only`: an SQL condition on the row as it is, `known`.
    """
    if not rows:
        return
    key = [column.name for column in table.primary_key]
    names = [name for name in rows[0] if name not in key]
    values = ", ".join(f"{name} = given.{name}" for name in names)
    same = " AND ".join(f"known.{name} = given.{name}" for name in key)
    before, after = (", ".join(f"{row}.{name}" for name in names) for row in ("known", "given"))
    _execute(
        connection,
        f"UPDATE {table.fullname} AS known SET {values} FROM {_given(table)} AS given"
        f" WHERE {same} AND ROW({before}) IS DISTINCT FROM ROW({after}) AND {only}",
        rows,
    )


def _given(table: Table) -> str:
    return f"jsonb_populate_recordset(NULL::{table.fullname}, CAST(:rows AS jsonb))"


def _execute(connection: Connection, statement: str, rows: Rows) -> None:
    connection.execute(text(statement), {"rows": json.dumps([dict(row) for row in rows], default=_written)})


def _written(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} is no value of a row")
    return value.isoformat()
