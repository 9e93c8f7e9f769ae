"""A Billetbro that was rolled back finds tables that a newer one made: it says so, and writes nothing anywhere."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, text

from billetbro.errors import SettingsError
from billetbro.steps.request import Batch, RunRequest, for_each_library
from billetbro.steps.sale_windows import for_each_due
from billetbro.store.database import connect
from tests.catalogues import english
from tests.integration.steps.harness import World

pytestmark = pytest.mark.thorough

SAYING = "The tables of the schema {0} have version 9999_later, which a newer Billetbro made; this one knows "


@contextmanager
def made_by_a_newer_one(engine: Engine, schema: str) -> Iterator[dict[str, list[str]]]:
    with engine.begin() as connection:
        known = connection.scalar(text(f"SELECT version_num FROM {schema}.schema_version"))
        connection.execute(text(f"UPDATE {schema}.schema_version SET version_num = '9999_later'"))
    try:
        yield everything(engine)
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE {schema}.schema_version SET version_num = :known"), {"known": known})


@pytest.fixture
def elsewhere(migrated_database_url: str) -> Iterator[Engine]:
    engine = connect(migrated_database_url)
    yield engine
    engine.dispose()


def everything(engine: Engine) -> dict[str, list[str]]:
    tables = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('sync', 'warehouse')"
    with engine.connect() as connection:
        return {
            table: sorted(connection.scalars(text(f"SELECT to_jsonb(r)::text FROM {table} AS r")))
            for table in connection.scalars(text(tables)).all()
        }


@pytest.mark.parametrize("schema", ["sync", "warehouse"])
def test_run_on_newer_tables_says_so_and_asks_and_writes_nothing(world: World, schema: str) -> None:
    world.add()
    with made_by_a_newer_one(world.engine, schema) as before:
        with pytest.raises(SettingsError, match=SAYING.format(schema)):
            world.run()
        assert everything(world.engine) == before
    assert world.sandbox.log.entries == []


@pytest.mark.parametrize("step", ["extract", "transform", "load", "writeback", "export_purchases"])
def test_step_whose_tables_were_made_newer_under_way_says_so_and_does_nothing(world: World, step: str) -> None:
    request, done = RunRequest(run_id="under way"), list[str]()
    world.carry_out(request, only=[])
    with made_by_a_newer_one(world.engine, "sync") as before:
        with pytest.raises(SettingsError, match=SAYING.format("sync")):
            for_each_library(world.engine, request, Batch(step=step, units=[["solbjerg"]]), done.append)
        assert (done, everything(world.engine)) == ([], before)


def test_round_on_newer_tables_says_so_and_does_nothing(world: World) -> None:
    with made_by_a_newer_one(world.engine, "sync") as before:
        with pytest.raises(SettingsError, match=SAYING.format("sync")):
            for_each_due(world.engine, "ticket_status__1", list(world.libraries.values()), lambda _: None)
        assert everything(world.engine) == before


def test_warehouse_elsewhere_with_newer_tables_is_left_alone_and_keeps_no_event_from_sale(
    world: World, elsewhere: Engine
) -> None:
    world.warehouse = elsewhere
    uuid = world.add()
    with made_by_a_newer_one(elsewhere, "warehouse") as before:
        happened = world.run()
        assert everything(elsewhere) == before
    assert [(step, type(error)) for step, error in happened.raised.items()] == [("export_purchases", SettingsError)]
    assert english(world.record(happened).errors["export_purchases"]).startswith(SAYING.format("warehouse"))
    assert world.answers(world.link_shown(uuid))
