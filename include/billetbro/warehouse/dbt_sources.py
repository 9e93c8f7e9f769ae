"""The warehouse as sources for dbt, from the comments of its tables and views; no database is needed.

`python -m billetbro.warehouse.dbt_sources` prints the file `sources.yml`.
"""

import re
from collections.abc import Iterable

import yaml
from sqlalchemy import Table

from billetbro.store.schema.sales_tables import daily_sales, event_sales
from billetbro.store.schema.views import VIEWS
from billetbro.store.schema.warehouse_tables import (
    SCHEMA,
    additional_sales,
    answers,
    data_quality,
    events,
    libraries,
    prices,
    purchases,
    tickets,
)

TABLES = (
    *(events, prices, purchases, tickets, additional_sales, answers),
    *(data_quality, libraries, event_sales, daily_sales),
)
FORMER = "Former name of "
"""So begins the comment of a column that is kept for those who use it: nobody is to begin with it."""
_COMMENT = re.compile(
    r"COMMENT ON (?:VIEW|COLUMN) warehouse\.(?P<view>\w+)(?:\.(?P<column>\w+))? IS\s+'(?P<text>(?:[^']|'')*)';"
)

Described = tuple[str, str]
"""A name and its comment."""


def dbt_sources() -> str:
    """Return the text of `sources.yml`: one source for the views, one for the tables."""
    views = [_view(file.read_text()) for file in sorted(VIEWS.glob("*.sql"))]
    sources = [
        _source("billetbro", "What was sold, without buyers. The role billetbro_analyst may read these views.", views),
        _source(
            "billetbro_tables",
            "What the views are made from. Holds buyers as the library's policy for personal data allows.",
            [_table(table) for table in TABLES],
        ),
    ]
    content = yaml.safe_dump({"version": 2, "sources": sources}, allow_unicode=True, sort_keys=False, width=120)
    return f"# Made by `make dbt-sources` from the comments in the database: do not edit.\n{content}"


def _source(name: str, description: str, tables: Iterable[dict[str, object]]) -> dict[str, object]:
    return {"name": name, "description": description, "schema": SCHEMA, "tables": list(tables)}


def _view(definition: str) -> dict[str, object]:
    comments = [(one["view"], one["column"], one["text"].replace("''", "'")) for one in _COMMENT.finditer(definition)]
    ((view, description),) = ((view, text) for view, column, text in comments if column is None)
    columns = [(column, text) for _, column, text in comments if column and not text.startswith(FORMER)]
    return _described(view, description, columns)


def _table(table: Table) -> dict[str, object]:
    # SQLAlchemy's names are a kind of text of their own, which YAML does not know.
    return _described(f"{table.name}", f"{table.comment}", [(f"{one.name}", f"{one.comment}") for one in table.columns])


def _described(name: str, description: str, columns: Iterable[Described]) -> dict[str, object]:
    return {
        "name": name,
        "description": description,
        "columns": [{"name": column, "description": text} for column, text in columns],
    }


if __name__ == "__main__":
    print(dbt_sources(), end="")
