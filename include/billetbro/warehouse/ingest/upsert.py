"""Put many rows into a table by their natural key: new ones are inserted, known ones brought up to date.

The rows are copied (COPY) into a temporary table beside it, and from there written in one statement.
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
"""Columns that move by themselves: a row that differs in nothing else is unchanged."""

_EMPTY = """
DO $$
BEGIN
    IF pg_relation_size('{0}') > 1048576 THEN TRUNCATE {0}; ELSE DELETE FROM {0}; END IF;
END
$$
"""
"""Empties a temporary table. To truncate it each time, as ON COMMIT DELETE ROWS does, costs more than all the rest."""


@dataclass(frozen=True, slots=True)
class Upserted:
    """How many rows were new, and how many were known with another content."""

    new: int = 0
    changed: int = 0


def upsert(connection: Connection, table: Table, rows: pd.DataFrame) -> Upserted:
    """Insert the rows, or update those that the table knows; the frame has the columns that are written.

    `first_seen_at` stays as it was first written, `cancelled_at` as long as the row stays cancelled, `created_at` where
    none is told any more, and `changed_at` as long as the content does. Of several rows with one key the last counts.
    """
    if rows.empty:
        return Upserted()
    _copy(connection, table, rows.drop_duplicates([column.name for column in natural_key(table)], keep="last"))
    new, changed = connection.execute(text(_statement(table, _columns(rows)))).one()
    connection.exec_driver_sql(_EMPTY.format(_incoming(table)), execution_options={"no_parameters": True})
    return Upserted(new=new, changed=changed)


def natural_key(table: Table) -> tuple[Column[object], ...]:
    """Return the columns that tell a row apart: the unique constraint's where there is one, else the primary key's."""
    unique = [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    return tuple((unique[0] if unique else table.primary_key).columns)


def _copy(connection: Connection, table: Table, rows: pd.DataFrame) -> None:
    """Copy the rows into the table's temporary one, which stays for the session, and is emptied after use.

    Raises SQLAlchemy's errors, without the values that PostgreSQL would quote.
    """
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
    """Return the values as PostgreSQL takes them: null where there is none, a text without the character NUL."""
    texts = column.str.replace("\0", "", regex=False) if column.dtype == "str" else column
    return texts.astype(object).where(column.notna(), None)


def _incoming(table: Table) -> str:
    return f"incoming_{table.name}"


def _statement(table: Table, columns: Sequence[str]) -> str:
    """Build the upsert, which returns how many rows were new and how many had another content.

    Both halves see the table as it was before: what is compared is what is about to be written over. It is looked up
    row by row, by its key: the planner knows too little of a temporary table to leave a join to it.
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
    """Return what a column of a known row becomes."""
    if name == "cancelled_at":
        return f"CASE WHEN {new}.{name} IS NOT NULL THEN coalesce({old}.{name}, {new}.{name}) END"
    if name == "created_at":
        return f"coalesce({new}.{name}, {old}.{name})"
    if name == "changed_at":
        return f"CASE WHEN {_differs(old, new, content)} THEN {new}.{name} ELSE {old}.{name} END"
    return f"{new}.{name}"
