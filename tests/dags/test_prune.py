"""The nightly pruning through Airflow's side: which database, which libraries, and what one failure does to others."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, make_url, text

from billetbro.errors import Retriable
from billetbro.store import database
from billetbro_airflow.tasks import prune as task
from billetbro_airflow.tasks.databases import billetbro_engine
from demo.environment import LIBRARIES, EmbeddedPostgres

LONG_AGO = (
    "INSERT INTO sync.rejections (library, uuid, code, title, first_seen_at, last_seen_at, last_run_id, resolved_at)"
    " SELECT library, 'u', 'x', 'Koncert', t, t, 'r', t FROM unnest(ARRAY['solbjerg', 'nordvig', 'gone']) AS library,"
    " CAST('2020-01-01' AS timestamptz) AS t"
)


@pytest.fixture
def engine(postgres: EmbeddedPostgres, migrated_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    name = make_url(migrated_database_url).database or ""
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_DB", postgres.airflow_connection_json(name))
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(LIBRARIES))
    engine = billetbro_engine()
    with engine.begin() as connection:
        connection.execute(text(LONG_AGO))
        run = "INSERT INTO sync.runs (run_id, library, mode, started_at) VALUES ('r', 'gone', 'sync', '2020-01-01')"
        connection.execute(text(run))
    yield engine
    engine.dispose()


def test_every_library_is_pruned_those_no_longer_listed_too(engine: Engine, airflow_home: object) -> None:
    assert task.prune_history([]) == {library: {"rejections": 1} for library in ("solbjerg", "nordvig", "gone")}
    assert task.prune_history([]) == {}


def test_libraries_that_are_named_are_pruned_alone(engine: Engine, airflow_home: object) -> None:
    assert task.prune_history(["nordvig"]) == {"nordvig": {"rejections": 1}}


def test_one_librarys_failure_leaves_the_others_untouched_and_is_named(
    engine: Engine, airflow_home: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task, "WAIT_SECONDS", 0.0)
    with database.library_lock(engine, "solbjerg"), pytest.raises(Retriable, match="solbjerg"):
        task.prune_history([])
    assert task.prune_history([]) == {"solbjerg": {"rejections": 1}}
