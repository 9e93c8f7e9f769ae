"""Analysts see the views, and nothing else."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from billetbro.errors import SettingsError
from billetbro.models import PersonalDataPolicy
from billetbro.store.database import connect, lineage, migrate_warehouse, version_of
from billetbro.store.schema.metadata import warehouse_metadata
from billetbro.store.schema.views import ANALYST, CREATE_ROLE
from billetbro.store.schema.warehouse_tables import view_versions
from billetbro.warehouse.privacy.pseudonymise import Privacy
from demo.environment import EmbeddedPostgres
from tests.integration.warehouse.examples import FIRST, SECOND, VIEWS, Till, contents, export, view

KEEP = Privacy(policy=PersonalDataPolicy.KEEP, keep_answers=frozenset({"Allergi", "Hørt om os"}))
PERSONAL = ("testesen", "prøvesen", "example.com", "12 34 56 78", "87654321", "77001122", "nødder", "plakat", "2730")


def as_analyst(engine: Engine, query: str) -> list[str]:
    with engine.connect() as connection:
        connection.execute(text(f"SET ROLE {ANALYST}"))
        return list(connection.scalars(text(query)))


def test_analyst_reads_every_view_and_no_buyer_in_any_under_any_policy(engine: Engine) -> None:
    export(engine, Till({10: (FIRST, SECOND)}), privacy=KEEP)
    seen = "\n".join(line for view in VIEWS for line in as_analyst(engine, f"SELECT v::text FROM warehouse.{view} v"))
    assert ("Foredrag" in seen, [trace for trace in PERSONAL if trace in seen.casefold()]) == (True, [])


def test_analyst_is_refused_every_table(engine: Engine) -> None:
    with engine.connect() as connection:
        tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'warehouse'")).all()
    refused = []
    for table in tables:
        with pytest.raises(ProgrammingError, match=f"permission denied for table {table}"):
            as_analyst(engine, f"SELECT 1 FROM warehouse.{table}")
        refused.append(table)
    assert {"purchases", "tickets", "answers", "data_quality"} < set(refused)


OLDER = (
    "DROP VIEW warehouse.no_shows",
    "CREATE VIEW warehouse.no_shows AS SELECT 1 AS in_another_form",
    "CREATE VIEW warehouse.no_longer_ours AS SELECT 1 AS one",
    "CREATE SCHEMA theirs",
    "CREATE VIEW theirs.days AS SELECT count(*) AS days FROM warehouse.sales_by_day",
    "UPDATE warehouse.view_versions SET fingerprint = 'older'",
    "INSERT INTO warehouse.view_versions VALUES ('no_longer_ours', 'older')",
)


def test_views_that_changed_are_made_again_and_what_others_built_on_them_stays(own_engine: Engine) -> None:
    with own_engine.begin() as connection:
        for statement in OLDER:
            connection.execute(text(statement))
    migrate_warehouse(own_engine)
    assert [row["view"] for row in contents(own_engine, view_versions, "view")] == VIEWS
    assert as_analyst(own_engine, "SELECT count(*) FROM warehouse.no_shows WHERE share > 2") == [0]
    with own_engine.connect() as connection:
        assert connection.scalar(text("SELECT days FROM theirs.days")) == 0
        assert connection.scalar(text("SELECT to_regclass('warehouse.no_longer_ours')")) is None


BUILT_ON = (
    "DROP VIEW warehouse.no_shows",
    "CREATE VIEW warehouse.no_shows AS SELECT 1 AS in_another_form",
    "CREATE VIEW warehouse.no_longer_ours AS SELECT 1 AS one",
    "CREATE SCHEMA theirs",
    "CREATE VIEW theirs.late AS SELECT * FROM warehouse.no_shows, warehouse.no_longer_ours",
    "UPDATE warehouse.view_versions SET fingerprint = 'older' WHERE view = 'no_shows'",
    "INSERT INTO warehouse.view_versions VALUES ('no_longer_ours', 'older')",
)


def test_views_that_others_build_on_stay_until_that_is_dropped_and_keep_nobody_from_selling(
    own_engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    with own_engine.begin() as connection:
        for statement in BUILT_ON:
            connection.execute(text(statement))
    migrate_warehouse(own_engine)
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert [
        ("no_longer_ours stays" in one, "no_shows stays" in one, "view theirs.late depends" in one) for one in told
    ] == [(True, False, True), (False, True, True)]
    assert [row["in_another_form"] for row in view(own_engine, "no_shows", "1")] == [1]
    with own_engine.begin() as connection:
        connection.execute(text("DROP VIEW theirs.late"))
    migrate_warehouse(own_engine)
    assert view(own_engine, "no_shows", "1") == []
    assert [row["view"] for row in contents(own_engine, view_versions, "view")] == VIEWS


def test_tables_that_others_build_on_are_not_brought_up_to_date_and_it_is_said_why(own_engine: Engine) -> None:
    with own_engine.begin() as connection:
        command.downgrade(lineage(connection, warehouse_metadata), "0004_file_exports")
        connection.execute(text("CREATE SCHEMA theirs"))
        connection.execute(text("CREATE VIEW theirs.swept AS SELECT files_kept_from FROM warehouse.retention_sweeps"))
    with pytest.raises(SettingsError, match=r"0004_file_exports to .* built on them: view theirs\.swept depends on"):
        migrate_warehouse(own_engine)
    with own_engine.begin() as connection:
        connection.execute(text("DROP VIEW theirs.swept"))
    migrate_warehouse(own_engine)
    with own_engine.connect() as connection:
        assert len(set(version_of(connection, warehouse_metadata))) == 1


@pytest.fixture
def cluster() -> Iterator[list[Engine]]:
    with EmbeddedPostgres() as server:
        engines = [connect(server.create_database(f"reports_{number}")) for number in range(3)]
        yield engines
        for engine in engines:
            engine.dispose()


def test_role_is_created_by_whoever_comes_first_and_asked_for_where_it_may_not_be(
    cluster: list[Engine], caplog: pytest.LogCaptureFixture
) -> None:
    first, second, third = cluster
    with third.begin() as connection:
        connection.execute(text("CREATE ROLE modest LOGIN PASSWORD 'made-up'"))
        connection.execute(text("GRANT CREATE, TEMPORARY ON DATABASE reports_2 TO modest"))
    modest = connect(third.url.set(username="modest", password="made-up"))
    with caplog.at_level(logging.WARNING):
        migrate_warehouse(modest)
        migrate_warehouse(modest)
    told = [record.getMessage() for record in caplog.records]
    assert (len(told), f"CREATE ROLE {ANALYST} NOLOGIN" in told[0]) == (1, True)
    with ThreadPoolExecutor() as pool, first.begin() as connection:
        connection.execute(text(CREATE_ROLE))
        late = pool.submit(migrate_warehouse, second)
        while connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")) == 0:
            assert not late.done()
        connection.commit()
        late.result()
    migrate_warehouse(modest)
    modest.dispose()
    found = [as_analyst(engine, "SELECT count(*) FROM warehouse.sales_by_day") for engine in (second, third)]
    assert found == [[0], [0]]
