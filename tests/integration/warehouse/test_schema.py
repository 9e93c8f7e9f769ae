"""The migrated schema is the one that the code speaks of."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

import include.store.tables  # noqa: F401
from include.store.database import MIGRATIONS, migrate
from include.store.metadata import metadata
from include.store.warehouse_tables import SCHEMA
from tests.integration.warehouse.examples import TABLES


def differences(engine: Engine) -> list[object]:
    options = {"include_schemas": True, "version_table": "schema_version", "version_table_schema": "sync"}
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def test_schema_migrated_equals_the_metadata(engine: Engine) -> None:
    assert differences(engine) == []


def test_schema_migrated_twice_stays_as_it_is(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        tables = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'warehouse' ORDER BY tablename")
        ).all()
        views = connection.scalars(
            text("SELECT viewname FROM pg_views WHERE schemaname = 'warehouse' ORDER BY viewname")
        ).all()
    assert tables == ["additional_sales", "answers", "events", "prices", "purchases", "tickets"]
    assert views == ["attendance", "sales_by_day", "sales_by_event"]


def test_schema_every_table_view_and_column_of_a_table_has_a_comment(engine: Engine) -> None:
    without_comment = text(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND c.relkind = 'r' "
        "WHERE n.nspname = :schema AND c.relkind IN ('r', 'v') "
        "AND (obj_description(c.oid, 'pg_class') IS NULL "
        "     OR (a.attnum IS NOT NULL AND col_description(c.oid, a.attnum) IS NULL))"
    )
    with engine.connect() as connection:
        assert connection.execute(without_comment, {"schema": SCHEMA}).all() == []


def test_schema_money_is_whole_ore_and_times_know_their_zone(engine: Engine) -> None:
    kinds = text(
        "SELECT DISTINCT right(column_name, 4) = '_ore' AS money, right(column_name, 3) = '_at' AS time, data_type "
        "FROM information_schema.columns WHERE table_schema = 'warehouse' "
        "AND (column_name LIKE '%\\_ore' OR column_name LIKE '%\\_at')"
    )
    with engine.connect() as connection:
        found = {tuple(row) for row in connection.execute(kinds)}
    assert found == {(True, False, "bigint"), (False, True, "timestamp with time zone")}


def test_schema_no_table_has_a_column_for_barcodes() -> None:
    assert [column.name for table in TABLES for column in table.columns if "barcode" in column.name] == []


def test_schema_taken_back_and_migrated_again_is_whole(own_engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with own_engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001_sync")
        schemas = connection.scalars(text("SELECT nspname FROM pg_namespace WHERE nspname = 'warehouse'")).all()
    migrate(own_engine)
    assert schemas == []
    assert differences(own_engine) == []
