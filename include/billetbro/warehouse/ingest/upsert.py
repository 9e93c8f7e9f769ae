"""Upsert many rows by their natural key: COPY them into a temporary table, then write them in one statement."""

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
    _copy(connection, table, rows.drop_duplicates([column.name for column in natural_key(table)], keep="last"))
    new, changed = connection.execute(text(_statement(table, _columns(rows)))).one()
    connection.exec_driver_sql(_EMPTY.format(_incoming(table)), execution_options={"no_parameters": True})
    return Upserted(new=new, changed=changed)


def natural_key(table: Table) -> tuple[Column[object], ...]:
    """Return the columns of the unique constraint if there is one, else of the primary key."""
    unique = [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    return tuple((unique[0] if unique else table.primary_key).columns)


def _copy(connection: Connection, table: Table, rows: pd.DataFrame) -> None:
    """Copy the rows into the session's temporary table; errors do not quote values, as PostgreSQL's would."""
    incoming = _incoming(table)
    prepare = f"CREATE TEMPORARY TABLE IF NOT EXISTS {incoming} AS SELECT * FROM {table.fullname} WITH NO DATA"
    connection.exec_driver_sql(prepare, execution_options={"no_parameters": True})
    statement = f"COPY {incoming} ({', '.join(_columns(rows))}) FROM STDIN"
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for row in zip(*(_storable(rows[name]) for name in rows), strict=True):
                copy.write_row(row)
    except psycopg.Error as error:
        raise without_values(error, statement) from None


def _columns(rows: pd.DataFrame) -> list[str]:
    return [str(name) for name in rows.columns]


def _storable(column: pd.Series) -> pd.Series:
    """Return the values for PostgreSQL: null where there is none, text without NUL."""
    texts = column.str.replace("\0", "", regex=False) if column.dtype == "str" else column
    return texts.astype(object).where(column.notna(), None)


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
