"""Operators are told of failed tasks and late runs: once, and once that it is over."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import DAG
from sqlalchemy import Engine, make_url, text

from billetbro.errors import WrongCredentials
from billetbro.models.message import Message
from billetbro.settings.libraries import load_settings
from billetbro.steps.notify import Ended, Teller, notify
from billetbro.steps.request import utc_now
from billetbro_airflow.language import translator
from billetbro_airflow.notifications.alerts import asked_for_run_is_late, run_is_late
from billetbro_airflow.notifications.callbacks import RunFailed, task_failed, task_succeeded
from billetbro_airflow.notifications.people import circles
from billetbro_airflow.notifications.sending import send
from billetbro_airflow.tasks.databases import billetbro_engine
from demo.environment import EmbeddedPostgres
from tests.post import Post, open_post
from tests.unit.settings.libraries_file import SMALLEST

OPERATOR = "drift@it.example"
DAG_ID = "monthly_report"
WRONG = WrongCredentials("error.other_tables", schema="sync", current="1", head="2")


@pytest.fixture
def post() -> Iterator[Post]:
    with open_post() as post:
        yield post


@pytest.fixture
def engine(
    postgres: EmbeddedPostgres,
    migrated_database_url: str,
    post: Post,
    tmp_path: Path,
    airflow_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Engine]:
    """Give Billetbro's database, with operators who have an address for mail."""
    file = tmp_path / "libraries.yaml"
    file.write_text(f"{SMALLEST}operators:\n  notify:\n    - {post.mailto(OPERATOR)}\n", "utf-8")
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(file))
    name = make_url(migrated_database_url).database or ""
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_DB", postgres.airflow_connection_json(name))
    engine = billetbro_engine()
    yield engine
    engine.dispose()


def context(exception: object = None, task: str = "report", dag: str = DAG_ID) -> dict[str, Any]:
    return {"ti": SimpleNamespace(dag_id=dag, task_id=task, map_index=-1), "exception": exception}


def mapped(map_index: int, **states: str) -> dict[str, Any]:
    """Return the context of one of the mapped tasks `report`, with the states of all of them."""
    found = {"r": {task.replace("report", "report_"): state for task, state in states.items()}}
    ti = SimpleNamespace(dag_id=DAG_ID, task_id="report", map_index=map_index, run_id="r")
    ti.get_task_states = lambda **_: found
    return {"ti": ti}


def report(engine: Engine, *, in_time: bool = True) -> None:
    """Tell people as the report of an hourly run of no library does."""
    ended = Ended(dag_id="place2book_sync", run_id="r", records=(), in_time=in_time)
    notify(Teller(engine=engine, send=send, now=utc_now()), ended, circles(load_settings(), (), translator()))


def test_failed_task_is_told_once_with_its_reason_and_once_that_it_works_again(engine: Engine, post: Post) -> None:
    task_failed(context(WRONG))
    (failed,) = post.taken()
    assert (failed.to, failed.subject) == ((OPERATOR,), "Billetbro: 1 ting kræver handling")
    said = Message(WRONG.message.key, WRONG.message.values)
    assert f"- Opgaven report i monthly_report fejlede: {translator().say(said)}" in failed.text
    task_failed(context(WRONG))
    report(engine)
    assert post.taken() == []
    task_succeeded(context())
    (over,) = post.taken()
    assert "- Opgaven report i monthly_report virker igen." in over.text
    task_succeeded(context())
    assert post.taken() == []


def test_what_an_error_of_another_library_says_is_not_told(engine: Engine, post: Post) -> None:
    task_failed(context(KeyError("Testine Testesen")))
    (mail,) = post.taken()
    assert "KeyError" in mail.text
    assert "Testesen" not in mail.whole


def test_task_that_was_killed_is_told_of(engine: Engine, post: Post) -> None:
    task_failed(context("{'DAG Id': 'monthly_report'} heartbeat timed out"))
    assert "den blev standset udefra, eller dens maskine er væk." in post.taken()[0].text


def test_report_that_told_of_failed_libraries_is_not_told_of_once_more(engine: Engine, post: Post) -> None:
    task_failed(context(RunFailed("1 af 1 bibliotek fejlede"), dag="place2book_sync"))
    assert post.taken() == []


def test_report_tells_that_a_task_of_its_dag_works_again(engine: Engine, post: Post) -> None:
    task_failed(context(WRONG, "select_libraries", "place2book_sync"))
    assert len(post.taken()) == 1
    report(engine)
    assert "- Opgaven select_libraries i place2book_sync virker igen." in post.taken()[0].text
    report(engine)
    assert post.taken() == []


def test_failed_task_that_could_not_be_told_is_told_by_the_next_report(engine: Engine, post: Post) -> None:
    post.down = True
    task_failed(context(WRONG))
    report(engine)
    post.down = False
    assert post.taken() == []
    report(engine)
    (mail,) = post.taken()
    assert "- Opgaven report i monthly_report fejlede: se dens log." in mail.text
    report(engine)
    assert post.taken() == []


def test_task_that_works_again_before_it_could_be_told_is_not_told(engine: Engine, post: Post) -> None:
    post.down = True
    task_failed(context(WRONG))
    task_succeeded(context())
    post.down = False
    report(engine)
    assert post.taken() == []


def test_failed_task_is_told_without_the_database_too(
    engine: Engine, post: Post, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_DB", postgres.airflow_connection_json("not_there"))
    task_failed(context(WRONG))
    assert "- Opgaven report i monthly_report fejlede" in post.taken()[0].text


def test_operators_are_told_while_the_settings_have_mistakes(engine: Engine, post: Post, tmp_path: Path) -> None:
    file = tmp_path / "libraries.yaml"
    file.write_text(file.read_text("utf-8").replace("price_unit: kroner", "price_unit: øre"), "utf-8")
    task_failed(context(WRONG))
    assert len(post.taken()) == 1


def test_telling_never_fails_a_task(engine: Engine, post: Post, tmp_path: Path) -> None:
    (tmp_path / "libraries.yaml").write_text("operators: [\n", "utf-8")
    task_failed(context(WRONG))
    task_succeeded(context())
    assert post.taken() == []


def test_mapped_task_works_again_once_all_of_it_does(engine: Engine, post: Post) -> None:
    task_failed(context(WRONG))
    post.taken()
    task_succeeded(mapped(1, report0="failed", report1="running"))
    task_succeeded(mapped(1, report0="running", report1="running"))
    assert post.taken() == []
    task_succeeded(mapped(1, report0="success", report1="running"))
    assert len(post.taken()) == 1


LATE = "- En kørsel af place2book_sync varer for længe"


@pytest.mark.parametrize(
    ("alert", "run_type"),
    [pytest.param(run_is_late, "scheduled", id="due"), pytest.param(asked_for_run_is_late, "manual", id="asked-for")],
)
def test_late_run_is_told_once_until_one_ends_in_time(engine: Engine, post: Post, alert: Any, run_type: str) -> None:
    run = {"dag_id": "place2book_sync", "dag_run_id": "9", "run_type": run_type, "state": "running"}
    asyncio.run(alert({"dag_run": run}))
    (late,) = post.taken()
    assert (late.to, LATE in late.text) == ((OPERATOR,), True)
    report(engine, in_time=False)
    asyncio.run(alert({"dag_run": run}))
    assert post.taken() == []
    report(engine)
    assert "- Kørslerne af place2book_sync bliver færdige i tide igen." in post.taken()[0].text
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM sync.notices")) == 0


def test_tasks_that_operators_are_told_of(dags: dict[str, DAG]) -> None:
    told = {
        (dag_id, task.task_id): (bool(task.on_failure_callback), bool(task.on_success_callback))
        for dag_id, dag in dags.items()
        for task in dag.tasks
    }
    assert {key: counts for key, counts in told.items() if any(counts)} == {
        ("place2book_sync", "select_libraries"): (True, False),
        ("place2book_sync", "report"): (True, False),
        ("venue_updates", "select_libraries"): (True, False),
        ("venue_updates", "report"): (True, False),
        ("ticket_status", "follow_sale_windows"): (True, True),
        ("personal_data_retention", "remove"): (True, True),
        ("personal_data_retention", "prune"): (True, True),
        ("monthly_report", "select_libraries"): (True, True),
        ("monthly_report", "report"): (True, True),
    }
