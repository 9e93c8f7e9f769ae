"""The engine, and bringing the schema up to date from several processes at once."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, text

from billetbro.errors import SettingsError
from billetbro.store.database import MIGRATIONS, connect, ensure_schema_is_current, lineage, migrate, migrate_warehouse
from billetbro.store.schema.metadata import metadata, warehouse_metadata
from tests.cases import cases
from tests.integration.store.examples import NOW

SEEN = f"'{NOW}', '{NOW}'"
OLD_ROWS = (
    f"INSERT INTO warehouse.events VALUES ('solbjerg', 10, 5000, 'u1', 'Koncert', null, null, null, null, 50, 49, "
    f"false, '{NOW}', {SEEN})",
    f"INSERT INTO warehouse.purchases VALUES ('solbjerg', 900, 10, 'completed', null, '{NOW}', 7500, null, null, "
    f"null, '2730', null, {SEEN})",
)


@pytest.fixture
def empty(database_url: str) -> Iterator[Engine]:
    engine = connect(database_url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg2", "postgresql+psycopg"])
def test_connect_uses_psycopg_whatever_driver_is_named(database_url: str, scheme: str) -> None:
    engine = connect(scheme + database_url[database_url.index(":") :])
    with engine.connect() as connection:
        assert (engine.dialect.driver, connection.scalar(text("SHOW timezone"))) == ("psycopg", "UTC")
    engine.dispose()


def test_postgresql_notices_within_a_minute_that_the_machine_of_a_connection_is_gone(empty: Engine) -> None:
    names = ("idle", "interval", "count")
    idle, interval, count = (
        int(str(value)) for value in numbers(empty, *(f"SHOW tcp_keepalives_{name}" for name in names))
    )
    assert 0 < idle + interval * count <= 60


def test_what_was_committed_outlives_a_crash_also_of_a_server_that_would_not_wait_for_it(
    empty: Engine, database_url: str
) -> None:
    with psycopg.connect(database_url.replace("+psycopg", "")) as plain:
        assert plain.execute("SHOW synchronous_commit").fetchone() == ("off",)
    assert numbers(empty, "SHOW synchronous_commit") == ["on"]


def both(engine: Engine) -> None:
    migrate(engine)
    migrate_warehouse(engine)


def numbers(engine: Engine, *queries: str) -> list[object]:
    with engine.connect() as connection:
        return [connection.scalar(text(query)) for query in queries]


def latest(schema: str) -> str:
    return max(file.stem for file in (MIGRATIONS / schema).glob("0*.py"))


def test_migrate_from_several_processes_at_once_happens_once(empty: Engine) -> None:
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(lambda _: both(empty), range(4)))
    assert numbers(
        empty,
        "SELECT version_num FROM sync.schema_version",
        "SELECT version_num FROM warehouse.schema_version",
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
    ) == [latest("sync"), latest("warehouse"), 0]


def test_migrate_warehouse_alone_makes_no_other_schema(empty: Engine) -> None:
    migrate_warehouse(empty)
    found = numbers(empty, "SELECT to_regnamespace('sync')", "SELECT count(*) FROM warehouse.sales_by_event")
    assert found == [None, 0]


def test_migrate_where_one_lineage_made_both_schemas_loses_nothing(empty: Engine) -> None:
    """Begin where installations stood before the schemas had migrations of their own."""
    with empty.begin() as connection:
        command.upgrade(lineage(connection, metadata), "0002_warehouse")
        command.upgrade(lineage(connection, warehouse_metadata), "0001_warehouse")
        for statement in ("DROP TABLE warehouse.schema_version", *OLD_ROWS):
            connection.execute(text(statement))
        connection.execute(text("CREATE VIEW warehouse.sales_by_day AS SELECT 1 AS something, 'else' AS than"))
    both(empty)
    assert numbers(
        empty,
        "SELECT version_num FROM warehouse.schema_version",
        "SELECT changed_at FROM warehouse.purchases WHERE purchase_id = 900",
        "SELECT income_ore FROM warehouse.sales_by_event WHERE event_id = 10",
        "SELECT sum(income_ore) FROM warehouse.sales_by_day",
    ) == [latest("warehouse"), NOW, 7500, 7500]


def test_migrate_from_before_purchases_had_several_events_keeps_every_row(empty: Engine) -> None:
    seen = f"'{NOW}', '{NOW}', '{NOW}'"
    with empty.begin() as connection:
        command.upgrade(lineage(connection, warehouse_metadata), "0005_emptied_purchases")
        event = "INSERT INTO warehouse.events SELECT 'solbjerg', n, 5000, 'u' || n, 'Koncert', null, null, null, null, "
        connection.execute(text(event + f"50, 49, false, '{NOW}', {seen}, null FROM generate_series(10, 11) n"))
        for number, kind, event_id in ((900, "completed", 10), (901, "cancel", 11)):
            bought = f"VALUES ('solbjerg', {number}, {event_id}, '{kind}', null, '{NOW}', 7500, null, null, null, "
            connection.execute(text(f"INSERT INTO warehouse.purchases {bought}null, null, {seen})"))
            ticket = f"VALUES ('solbjerg', {number * 10}, {number}, null, 7500, null, null, null, {seen})"
            connection.execute(text(f"INSERT INTO warehouse.tickets {ticket}"))
            answer = (
                f"(library, purchase_id, name, first_seen_at, last_seen_at, changed_at) VALUES ('solbjerg', {number}"
            )
            connection.execute(text(f"INSERT INTO warehouse.answers {answer}, 'Klub', {seen})"))
    migrate_warehouse(empty)
    assert numbers(
        empty,
        "SELECT array_agg((purchase_id, event_id, moved_at, income_ore, changed_at)::text ORDER BY purchase_id) "
        "= ARRAY[(900, 10, null, 7500, max(changed_at))::text, (901, 11, null, 0, max(changed_at))::text] "
        "FROM warehouse.purchases",
        "SELECT array_agg((ticket_id, event_id)::text ORDER BY ticket_id) FROM warehouse.tickets",
        "SELECT count(*) FROM warehouse.answers",
        "SELECT sum(income_ore) FROM warehouse.sales_by_event",
    ) == [True, ["(9000,10)", "(9010,11)"], 2, 7500]


def test_migrate_from_before_there_was_a_warehouse_makes_it(empty: Engine) -> None:
    with empty.begin() as connection:
        command.upgrade(lineage(connection, metadata), "0001_sync")
    both(empty)
    assert numbers(empty, "SELECT count(*) FROM warehouse.sales_by_event") == [0]


def test_migrate_from_before_errors_were_messages_keeps_what_was_said(empty: Engine) -> None:
    failed = (("BadAnswer", "Not JSON."), ("not_sent", "not sent: the run ended before"), ("SoldMeanwhile", "Sold."))
    with empty.begin() as connection:
        command.upgrade(lineage(connection, metadata), "0013_text_rules")
        columns = "run_id, library, mode, by_hand, started_at, errors, error_codes"
        values = "'r', 'solbjerg', 'sync', false, now(), jsonb_build_object('load', 'Late.'), :codes"
        run = text(f"INSERT INTO sync.runs ({columns}) VALUES ({values})")
        connection.execute(run, {"codes": json.dumps({"load": "Throttled"})})
        columns = "run_id, library, uuid, title, event_maker, kind, fields, why, status, planned_at, error_code, error"
        values = "'r', 'solbjerg', 'u', 'Koncert', 5000, 'update', '[]', 'x', 'failed', now(), :code, :said"
        change = text(f"INSERT INTO sync.changes ({columns}) VALUES ({values})")
        connection.execute(change, [{"code": code, "said": said} for code, said in failed])
    migrate(empty)
    late, said = ({"key": "as_said", "values": {"text": words}} for words in ("Late.", "Not JSON."))
    assert numbers(
        empty,
        "SELECT errors FROM sync.runs",
        "SELECT error_codes FROM sync.runs",
        "SELECT array_agg(error_code ORDER BY id) FROM sync.changes",
        "SELECT jsonb_agg(error ORDER BY id) FROM sync.changes",
    ) == [
        {"load": late},
        {"load": "rate_limited"},
        ["invalid_response", "not_sent", "sold_meanwhile"],
        [said, {"key": "error.not_sent"}, {"key": "as_said", "values": {"text": "Sold."}}],
    ]


def test_migrate_from_before_there_were_actions_keeps_what_is_open_and_knows_nothing_more(empty: Engine) -> None:
    seen = "'solbjerg', :uuid, 'title_missing', 'Koncert', :first, :last, 'run 9'"
    with empty.begin() as connection:
        command.upgrade(lineage(connection, metadata), "0021_notices")
        columns = "library, uuid, code, title, first_seen_at, last_seen_at, last_run_id"
        for uuid, last in (("once", NOW), ("twice", "2026-03-01 13:00:00+00")):
            rejection = text(f"INSERT INTO sync.rejections ({columns}) VALUES ({seen})")
            connection.execute(rejection, {"uuid": uuid, "first": NOW, "last": last})
        run = "('r', 'solbjerg', 'plan', now())"
        connection.execute(text(f"INSERT INTO sync.runs (run_id, library, mode, started_at) VALUES {run}"))
    migrate(empty)
    assert numbers(
        empty,
        "SELECT array_agg(first_run_id ORDER BY uuid) FROM sync.rejections",
        "SELECT events FROM sync.runs",
    ) == [["run 9", None], None]


@cases("schema bring_up_to_date", ("sync", "sync", migrate), ("warehouse", "warehouse", migrate_warehouse))
def test_migrate_of_tables_from_a_newer_version_says_so_and_leaves_them(
    empty: Engine, schema: str, bring_up_to_date: Callable[[Engine], None]
) -> None:
    bring_up_to_date(empty)
    with empty.begin() as connection:
        connection.execute(text(f"UPDATE {schema}.schema_version SET version_num = '9999_later'"))
    with pytest.raises(SettingsError, match=f"{schema} have version 9999_later, which a newer Billetbro made"):
        bring_up_to_date(empty)
    with empty.connect() as connection:
        assert connection.scalar(text(f"SELECT version_num FROM {schema}.schema_version")) == "9999_later"


def test_tables_that_are_current_are_told_from_older_ones_and_none(empty: Engine) -> None:
    with pytest.raises(SettingsError, match="schema sync have version none, and this Billetbro works with"):
        ensure_schema_is_current(empty, metadata)
    both(empty)
    ensure_schema_is_current(empty, metadata)
    ensure_schema_is_current(empty, warehouse_metadata)
    with empty.begin() as connection:
        connection.execute(text("UPDATE warehouse.schema_version SET version_num = '0002_changed_at'"))
    with pytest.raises(SettingsError, match="schema warehouse have version 0002_changed_at, and this Billetbro"):
        ensure_schema_is_current(empty, warehouse_metadata)


@pytest.mark.parametrize("tables", [metadata, warehouse_metadata], ids=["sync", "warehouse"])
def test_versions_by_the_names_of_the_files_are_alembics(empty: Engine, tables: MetaData) -> None:
    with empty.connect() as connection:
        alembics = ScriptDirectory.from_config(lineage(connection, tables))
    newest_first = [script.revision for script in alembics.walk_revisions()]
    assert newest_first == sorted((file.stem for file in (MIGRATIONS / str(tables.schema)).glob("0*.py")), reverse=True)


def test_migrate_when_all_is_up_to_date_changes_nothing(empty: Engine) -> None:
    migrate(empty)
    oids = text("SELECT oid FROM pg_class WHERE relnamespace = 'sync'::regnamespace ORDER BY oid")
    with empty.connect() as connection:
        before = connection.scalars(oids).all()
    migrate(empty)
    with empty.connect() as connection:
        assert connection.scalars(oids).all() == before


def test_schema_every_table_has_a_comment(empty: Engine) -> None:
    migrate(empty)
    query = text(
        "SELECT relname FROM pg_class WHERE relnamespace = 'sync'::regnamespace AND relkind = 'r' "
        "AND obj_description(oid, 'pg_class') IS NULL AND relname <> 'schema_version'"
    )
    with empty.connect() as connection:
        assert connection.scalars(query).all() == []
