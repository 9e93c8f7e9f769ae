"""What the report's task tells people, with what Airflow knows of the run."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from airflow.sdk import Context
from airflow.sdk.execution_time.context import set_current_context
from sqlalchemy import Engine, make_url, text

from billetbro.models import Mode
from billetbro.models.message import Message
from billetbro.steps.request import RunRequest, utc_now
from billetbro.store.runs import RunRecord
from billetbro_airflow.language import translator
from billetbro_airflow.notifications.operators import tell_of_late_run
from billetbro_airflow.tasks.databases import billetbro_engine
from billetbro_airflow.tasks.notify import tell_people
from demo.environment import EmbeddedPostgres
from tests.post import Post, open_post
from tests.unit.settings.libraries_file import SMALLEST

CULTURE, OPERATOR = "kultur@bib.example", "drift@it.example"
FAILED = Message("error.library_locked", {"library": "herlev"})


@pytest.fixture
def post() -> Iterator[Post]:
    with open_post() as post:
        yield post


@pytest.fixture
def file(tmp_path: Path, post: Post, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the settings of a library and of operators who have addresses for mail."""
    file = tmp_path / "libraries.yaml"
    told = f"    notify:\n      - {post.mailto(CULTURE)}\noperators:\n  notify:\n    - {post.mailto(OPERATOR)}\n"
    file.write_text(SMALLEST + told, "utf-8")
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(file))
    return file


@pytest.fixture
def engine(
    postgres: EmbeddedPostgres,
    migrated_database_url: str,
    file: Path,
    airflow_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Engine]:
    name = make_url(migrated_database_url).database or ""
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_DB", postgres.airflow_connection_json(name))
    engine = billetbro_engine()
    yield engine
    engine.dispose()


def tell(engine: Engine, *, mode: Mode = Mode.SYNC, minutes_ago: float = 5, failed: bool = True) -> None:
    """Tell people of a run in which Herlev failed, or did not."""
    now = utc_now()
    errors = {"errors": {"load": FAILED}} if failed else {"observed_at": now, "loaded_at": now}
    record = RunRecord(
        run_id="r", library="herlev", mode=mode.value, by_hand=False, started_at=now, **cast(Any, errors)
    )
    run = SimpleNamespace(dag_id="place2book_sync", run_after=now - timedelta(minutes=minutes_ago))
    with set_current_context(cast(Context, {"dag_run": run})):
        tell_people(engine, RunRequest(run_id="r", mode=mode), [record], {}, translator())


def test_report_tells_the_library_and_the_operators(engine: Engine, post: Post) -> None:
    tell(engine)
    assert sorted(mail.to for mail in post.taken()) == [(OPERATOR,), (CULTURE,)]
    tell(engine)
    assert post.taken() == []
    tell(engine, failed=False)
    assert len(post.taken()) == 2


def test_plan_tells_nobody(engine: Engine, post: Post) -> None:
    tell(engine, mode=Mode.PLAN)
    assert post.taken() == []


def test_late_run_is_over_with_one_that_ended_in_time(engine: Engine, post: Post) -> None:
    tell_of_late_run("place2book_sync")
    assert len(post.taken()) == 1
    tell(engine, failed=False, minutes_ago=50)
    assert post.taken() == []
    tell(engine, failed=False, minutes_ago=49)
    assert len(post.taken()) == 1


def test_mistake_in_the_settings_leaves_what_was_told_as_it_is(engine: Engine, post: Post, file: Path) -> None:
    tell(engine)
    post.taken()
    right = file.read_text("utf-8")
    file.write_text(right.replace("price_unit: kroner", "price_unit: øre"), "utf-8")
    tell(engine)
    file.write_text(right, "utf-8")
    tell(engine)
    assert post.taken() == []


def test_telling_never_fails_the_report(engine: Engine, post: Post, caplog: pytest.LogCaptureFixture) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE sync.notices"))
    tell(engine)
    assert post.taken() == []
    assert [message for message in caplog.messages if message.startswith("People could not be told")] != []
