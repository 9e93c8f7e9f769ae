"""Upsert many rows by their natural key: COPY them into a temporary table, then write them in one statement.

Rows that are known to be new are copied straight into their table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy import Column, Connection, Table, UniqueConstraint, text

from billetbro.store.database import without_values

if TYPE_CHECKING:
    import pandas as pd

NOT_A_CHANGE = frozenset({"last_seen_at", "exported_at", "changed_at"})
"""Columns that do not make a row a changed one."""

_EMPTY = """
DO $$
BEGIN
    IF pg_relation_size('{0}') > 1048576 THEN TRUNCATE {0}; ELSE DELETE FROM {0}; END IF;
END
$$
"""
"""Empties a temporary table. TRUNCATE every time, as ON COMMIT DELETE ROWS does, costs more than everything else."""


@dataclass(frozen=True, slots=True)
class Upserted:
    """How many rows were new, and how many were changed."""

    new: int = 0
    changed: int = 0


def upsert(connection: Connection, table: Table, rows: pd.DataFrame) -> Upserted:
    """Insert or update the rows; the frame has the columns to write. Of several rows with one key the last counts.

    `first_seen_at` is never updated, `cancelled_at` not while the row stays cancelled, `created_at` not by null, and
    `changed_at` not while the content stays the same.
    """
    if rows.empty:
        return Upserted()
    incoming = _incoming(table)
    prepare = f"CREATE TEMPORARY TABLE IF NOT EXISTS {incoming} AS SELECT * FROM {table.fullname} WITH NO DATA"
    connection.exec_driver_sql(prepare, execution_options={"no_parameters": True})
    _copy(connection, incoming, rows.drop_duplicates([column.name for column in natural_key(table)], keep="last"))
    new, changed = connection.execute(text(_statement(table, _columns(rows)))).one()
    connection.exec_driver_sql(_EMPTY.format(incoming), execution_options={"no_parameters": True})
    return Upserted(new=new, changed=changed)


def insert_new(connection: Connection, table: Table, rows: pd.DataFrame) -> Upserted:
    """Insert rows of which the table has none, like `upsert`, but without comparing them with what is stored."""
    rows = rows.drop_duplicates([column.name for column in natural_key(table)], keep="last")
    if not rows.empty:
        _copy(connection, table.fullname, rows)
    return Upserted(new=len(rows))


def natural_key(table: Table) -> tuple[Column[object], ...]:
    """Return the columns of the unique constraint if there is one, else of the primary key."""
    unique = [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    return tuple((unique[0] if unique else table.primary_key).columns)


def _copy(connection: Connection, target: str, rows: pd.DataFrame) -> None:
    """Copy the rows into a table; errors do not quote values, as PostgreSQL's would."""
    statement = f"COPY {target} ({', '.join(_columns(rows))}) FROM STDIN (FORMAT csv)"
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            copy.write(_csv_of(rows))
    except psycopg.Error as error:
        raise without_values(error, statement) from None


def _columns(rows: pd.DataFrame) -> list[str]:
    return [str(name) for name in rows.columns]


def _csv_of(rows: pd.DataFrame) -> bytes:
    """Return the rows for PostgreSQL: nothing is null, a text is in quotes and without NUL."""
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyarrow.csv import WriteOptions, write_csv  # type: ignore[import-untyped]

    texts = {str(name): rows[name].str.replace("\0", "", regex=False) for name in rows if rows[name].dtype == "str"}
    table = pa.Table.from_pandas(rows.assign(**texts), preserve_index=False)
    content = pa.BufferOutputStream()
    write_csv(table, content, WriteOptions(include_header=False))
    written: bytes = content.getvalue().to_pybytes()
    return written


def _incoming(table: Table) -> str:
    return f"incoming_{table.name}"


def _statement(table: Table, columns: Sequence[str]) -> str:
    """Build the upsert, which returns how many rows were new and how many changed.

    Both halves see the table as it was before. Rows are looked up one by one by key: the planner knows too little of a
    temporary table for a join.
    """
    key = [column.name for column in natural_key(table)]
    written = [name for name in columns if name not in {*key, "first_seen_at"}]
    content = [name for name in written if name not in NOT_A_CHANGE]
    same_key = " AND ".join(_equal(column) for column in natural_key(table))
    differs = f"SELECT {_differs('known', 'given', content)} FROM {table.fullname} AS known WHERE {same_key}"
    values = ", ".join(f"{name} = {_value(name, 'known', 'excluded', content)}" for name in written)
    return f"""
        WITH compared AS (
            SELECT ({differs}) AS differs FROM {_incoming(table)} AS given
        ), written AS (
            INSERT INTO {table.fullname} AS known ({", ".join(columns)})
            SELECT {", ".join(columns)} FROM {_incoming(table)}
            ON CONFLICT ({", ".join(key)}) DO UPDATE SET {values}
        )
        SELECT count(*) FILTER (WHERE differs IS NULL), count(*) FILTER (WHERE differs) FROM compared
    """


def _equal(column: Column[object]) -> str:
    same = "IS NOT DISTINCT FROM" if column.nullable else "="
    return f"known.{column.name} {same} given.{column.name}"


def _differs(old: str, new: str, content: Sequence[str]) -> str:
    before = ", ".join(f"{old}.{name}" for name in content)
    after = ", ".join(_value(name, old, new, content) for name in content)
    return f"ROW({before}) IS DISTINCT FROM ROW({after})"


def _value(name: str, old: str, new: str, content: Sequence[str]) -> str:
    """Return the new value of a column of a known row."""
    if name == "cancelled_at":
        return f"CASE WHEN {new}.{name} IS NOT NULL THEN coalesce({old}.{name}, {new}.{name}) END"
    if name == "created_at":
        return f"coalesce({new}.{name}, {old}.{name})"
    if name == "changed_at":
        return f"CASE WHEN {_differs(old, new, content)} THEN {new}.{name} ELSE {old}.{name} END"
    return f"{new}.{name}"
