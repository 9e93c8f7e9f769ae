"""Data frames with the types of the warehouse's tables; no id or amount becomes a float. pandas imports slowly."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import pandas as pd
from sqlalchemy import Table

WHOLE, TEXT, TRUTH, MOMENT, DAY = "Int64", "str", "boolean", "datetime64[us, UTC]", "datetime64[s]"
"""The types of columns. `WHOLE` is nullable and takes whole numbers only: ids, counts, and money in øre."""

TYPES: Mapping[type, str] = {int: WHOLE, str: TEXT, bool: TRUTH, datetime: MOMENT, date: DAY}
Types = Mapping[str, str]
"""Column -> its type."""


def types_of(table: Table) -> Types:
    """Return the type of each of a table's columns."""
    return {column.name: TYPES[column.type.python_type] for column in table.columns}


def frame_of(rows: Iterable[Mapping[str, object]], types: Types) -> pd.DataFrame:
    """Return the rows as a frame of these columns; raises for a value of another type."""
    listed = list(rows)
    return pd.DataFrame({name: pd.Series([row[name] for row in listed], dtype=type_) for name, type_ in types.items()})


def ints(column: pd.Series) -> list[int]:
    """Return the whole numbers of a column, as the database takes them."""
    return [] if column.empty else [int(value) for value in column.dropna()]
