"""Run Alembic over the connection that include.store.database hands over."""

from alembic import context
from sqlalchemy import text

import include.store.tables
import include.store.warehouse_tables
from include.store.metadata import metadata

connection = context.config.attributes["connection"]
connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {include.store.tables.SCHEMA}"))
context.configure(
    connection=connection,
    target_metadata=metadata,
    include_schemas=True,
    version_table="schema_version",
    version_table_schema=include.store.tables.SCHEMA,
)
with context.begin_transaction():
    context.run_migrations()
