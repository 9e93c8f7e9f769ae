"""Run one lineage of migrations over the connection that billetbro.store.database hands over."""

from alembic import context
from sqlalchemy import text

connection = context.config.attributes["connection"]
metadata = context.config.attributes["metadata"]
# Asked for first: PostgreSQL wants the right to create schemas even where IF NOT EXISTS has nothing to do.
if connection.scalar(text("SELECT to_regnamespace(:schema)"), {"schema": metadata.schema}) is None:
    connection.execute(text(f"CREATE SCHEMA {metadata.schema}"))
context.configure(
    connection=connection,
    target_metadata=metadata,
    include_schemas=True,
    version_table="schema_version",
    version_table_schema=metadata.schema,
)
with context.begin_transaction():
    context.run_migrations()
