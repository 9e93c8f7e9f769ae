"""The migrated schema is the one that the code speaks of."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, text

import billetbro.store.file_exports
import billetbro.store.schema.privacy_tables
import billetbro.store.schema.sales_tables
import billetbro.store.schema.tables  # noqa: F401
from billetbro.store.database import lineage, migrate_warehouse
from billetbro.store.schema.metadata import metadata, warehouse_metadata
from billetbro.store.schema.warehouse_tables import SCHEMA
from tests.integration.warehouse.examples import TABLES, VIEWS


def differences(engine: Engine, tables: MetaData = warehouse_metadata) -> list[object]:
    options = {
        "include_schemas": True,
        "include_name": lambda name, kind, _: kind != "schema" or name == tables.schema,
        "version_table": "schema_version",
        "version_table_schema": tables.schema,
    }
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), tables))


def names(engine: Engine, query: str) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text(query)))


@pytest.mark.parametrize("tables", [metadata, warehouse_metadata], ids=["sync", "warehouse"])
def test_schema_migrated_equals_the_metadata(engine: Engine, tables: MetaData) -> None:
    assert differences(engine, tables) == []


def test_schema_migrated_twice_stays_as_it_is(engine: Engine) -> None:
    everything = "SELECT oid::text FROM pg_class WHERE relnamespace = 'warehouse'::regnamespace ORDER BY oid"
    before = names(engine, everything)
    migrate_warehouse(engine)
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'warehouse' ORDER BY tablename"
    views = "SELECT viewname FROM pg_views WHERE schemaname = 'warehouse' ORDER BY viewname"
    ours = sorted([*(table.name for table in warehouse_metadata.sorted_tables), "schema_version"])
    assert (names(engine, tables), names(engine, views), names(engine, everything)) == (ours, VIEWS, before)


def test_schema_every_table_view_and_column_has_a_comment(engine: Engine) -> None:
    without_comment = text(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
        "AND c.relname <> 'schema_version' "
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
    with own_engine.begin() as connection:
        command.downgrade(lineage(connection, warehouse_metadata), "base")
    left = "SELECT relname FROM pg_class WHERE relnamespace = 'warehouse'::regnamespace ORDER BY relname"
    assert names(own_engine, left) == ["schema_version", "schema_version_pkc"]
    migrate_warehouse(own_engine)
    assert differences(own_engine) == []
    assert names(own_engine, "SELECT view FROM warehouse.view_versions ORDER BY view") == VIEWS
