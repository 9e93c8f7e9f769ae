"""Put rows into a table by their natural key, with pandas: new ones are inserted, known ones brought up to date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Integer,
    ScalarSelect,
    Table,
    UniqueConstraint,
    case,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from include.warehouse.privacy import Row

NOT_A_CHANGE = frozenset({"last_seen_at", "exported_at", "changed_at"})
"""Columns that move by themselves: a row that differs in nothing else is unchanged."""


@dataclass(frozen=True, slots=True)
class Upserted:
    """How many rows were new, and how many were known with another content."""

    new: int = 0
    changed: int = 0


def upsert(connection: Connection, table: Table, rows: Iterable[Row]) -> Upserted:
    """Insert the rows, or update those that the table knows; all rows name the same columns.

    `first_seen_at` stays as it was first written, `cancelled_at` as long as the row stays cancelled.
    """
    shaped = frame(table, rows)
    if shaped.empty:
        return Upserted()
    differed: Counter[bool | None] = Counter()

    def write(_: object, writer: Connection, columns: list[str], values: Iterable[Sequence[object]]) -> None:
        parameters = [dict(zip(columns, value, strict=True)) for value in values]
        differed.update(writer.scalars(_statement(table, columns), parameters))

    shaped.to_sql(table.name, connection, schema=table.schema, if_exists="append", index=False, method=write)
    return Upserted(new=differed[None], changed=differed[True])


def frame(table: Table, rows: Iterable[Row]) -> pd.DataFrame:
    """Shape rows for the table: its own nullable types, and one row for each key, of which the last listed wins.

    Integers stay integers beside nulls. PostgreSQL's text cannot hold the character NUL, which is left out.
    """
    listed = list(rows)
    if not listed:
        return pd.DataFrame()
    columns = list(listed[0])
    shaped = pd.DataFrame(listed, columns=columns, dtype="object")
    shaped = shaped.drop_duplicates([column.name for column in natural_key(table)], keep="last")
    return pd.DataFrame({name: _typed(shaped[name], table.columns[name]) for name in columns})


def natural_key(table: Table) -> tuple[Column[object], ...]:
    """Return the columns that tell a row apart: the unique constraint's where there is one, else the primary key's."""
    unique = [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    return tuple((unique[0] if unique else table.primary_key).columns)


def _typed(values: pd.Series, column: Column[object]) -> pd.Series:
    if isinstance(column.type, DateTime):
        return pd.to_datetime(values, utc=True).astype("datetime64[us, UTC]")
    if isinstance(column.type, Integer):
        return values.astype("Int64")
    if isinstance(column.type, Boolean):
        return values.astype("boolean")
    return values.map(lambda text: text.replace("\0", ""), na_action="ignore")


def _statement(table: Table, columns: Sequence[str]) -> ReturningInsert[tuple[bool]]:
    """Build an upsert that returns for each row whether its content differed; null for a new row."""
    key = natural_key(table)
    kept = {*(column.name for column in key), "first_seen_at"}
    inserted = insert(table)
    updated: dict[str, ColumnElement[object]] = {name: inserted.excluded[name] for name in columns if name not in kept}
    if "cancelled_at" in updated:
        first = func.coalesce(table.c.cancelled_at, inserted.excluded.cancelled_at)
        updated["cancelled_at"] = case((inserted.excluded.cancelled_at.is_not(None), first))
    compared = [name for name in updated if name not in NOT_A_CHANGE]
    if "changed_at" in updated:
        before, after = tuple_(*(table.c[name] for name in compared)), tuple_(*(updated[name] for name in compared))
        updated["changed_at"] = case((before.is_distinct_from(after), updated["changed_at"]), else_=table.c.changed_at)
    return inserted.on_conflict_do_update(index_elements=key, set_=updated).returning(_differs(table, key, compared))


def _differs(table: Table, key: Sequence[Column[object]], compared: Sequence[str]) -> ScalarSelect[bool]:
    """Compare a row with what it was: a query inside RETURNING still sees the table as before the statement."""
    old = table.alias("old")
    before = tuple_(*(old.c[name] for name in compared))
    after = tuple_(*(_returned(table.c[name]) for name in compared))
    same = (
        old.c[column.name].is_not_distinct_from(_returned(column))
        if column.nullable
        else old.c[column.name] == _returned(column)
        for column in key
    )
    return select(before.is_distinct_from(after)).where(*same).scalar_subquery()


def _returned(column: Column[object]) -> ColumnElement[object]:
    """Name a column of the row that is returned, which SQLAlchemy would otherwise select from anew."""
    return literal_column(f"{column.table.fullname}.{column.name}", column.type)
