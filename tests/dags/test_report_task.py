"""The report's task: what it writes at which level, when it is red, and when the heartbeat is asked."""

import logging
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
from airflow.sdk import Context
from airflow.sdk.execution_time.context import set_current_context
from sqlalchemy import Engine, make_url, text

from billetbro.errors import Retriable
from billetbro.store.runs import note_error, note_progress, start_run
from billetbro_airflow.notifications.callbacks import RunFailed
from billetbro_airflow.notifications.heartbeat import VARIABLE
from billetbro_airflow.tasks import sync
from billetbro_airflow.tasks.databases import billetbro_engine
from billetbro_airflow.tasks.sync import WIDTH, folded, report_run
from demo.environment import LIBRARIES, EmbeddedPostgres, make_live
from tests.cases import cases
from tests.post import Post, open_post

REJECTION = """
    INSERT INTO sync.rejections (library, uuid, code, title, first_seen_at, last_seen_at, last_run_id)
    VALUES ('solbjerg', 'u1', 'capacity_missing', 'Uden pladser', now(), now(), 'r')
"""


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    with open_post() as post:
        monkeypatch.setenv(VARIABLE, f"http://127.0.0.1:{post.http_port}/beat")
        yield post


@pytest.fixture
def engine(
    postgres: EmbeddedPostgres, migrated_database_url: str, airflow_home: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    """Give a database in which a run of Solbjerg went well."""
    name = make_url(migrated_database_url).database or ""
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_DB", postgres.airflow_connection_json(name))
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(LIBRARIES))
    engine = billetbro_engine()
    now = sync.utc_now()
    make_live(engine, ["solbjerg"])
    start_run(engine, "r", ["solbjerg"], "sync", by_hand=False, now=now)
    with engine.begin() as connection:
        note_progress(connection, "r", "solbjerg", "extract", extracted_at=now, source_events=3)
        note_progress(connection, "r", "solbjerg", "load", observed_at=now, loaded_at=now)
    yield engine
    engine.dispose()


def report(states: Mapping[str, str] | None = None, **asked: object) -> None:
    """Carry out the task as Airflow would."""
    params = {"libraries": [], "events": [], "mode": "sync", "allow_mass_removal": False, "read_all_prices": False}
    run = SimpleNamespace(run_id="r", run_type="scheduled", dag_id="place2book_sync", run_after=sync.utc_now())
    ti = SimpleNamespace(xcom_pull=lambda **_: [["solbjerg"]], get_task_states=lambda **_: {"r": states or {}})
    context: dict[str, Any] = {"params": {**params, **asked}, "dag_run": run, "ti": ti}
    with set_current_context(cast(Context, {**context, "dag": SimpleNamespace(dag_id="place2book_sync")})):
        report_run()


def written(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    """Return what the report's lines are, with their levels."""
    return [(record.levelno, record.getMessage()) for record in caplog.records if record.name == sync.__name__]


def reject(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(REJECTION))


def test_run_with_an_open_rejection_is_green_and_says_so_in_its_first_line(
    engine: Engine, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    reject(engine)
    with caplog.at_level(logging.INFO):
        report()
    lines = written(caplog)
    assert lines[0] == (logging.INFO, "Det gik godt for alle biblioteker. 1 afvisning er åben.")
    assert [level for level, _ in lines].index(logging.WARNING) <= 5
    page = "http://localhost:8080/billetbro/libraries/solbjerg/events/u1"
    assert [line for level, line in lines if level == logging.WARNING][:4] == [
        "== solbjerg == kræver handling",
        "  Afvist, kræver handling: 1",
        f"    - Uden pladser  {page}",
        "      Der mangler et antal billetter. Skriv i CMS, hvor mange billetter der skal sættes til salg (mindst 1).",
    ]
    assert (logging.INFO, "== solbjerg == sync") in lines


def test_no_line_of_a_report_is_wider_than_a_screen(
    engine: Engine, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    reject(engine)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE sync.rejections SET code = 'refused_by_place2book', detail = repeat('nej ', 40)")
        )
    with caplog.at_level(logging.INFO):
        report()
    lines = [line for _, line in written(caplog)]
    assert (max(map(len, lines)) <= WIDTH, " ".join(" ".join(lines).split()).count("nej")) == (True, 40)


def test_run_in_which_nothing_needs_action_warns_of_nothing(
    engine: Engine, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        report()
    assert {level for level, _ in written(caplog)} == {logging.INFO}


def test_run_limited_to_an_unknown_event_fails_with_a_sentence(engine: Engine, post: Post) -> None:
    with pytest.raises(RunFailed, match="har uuid mistyped; se efter"):
        report(events=["mistyped"])


def test_task_that_was_killed_makes_the_run_red_in_its_first_line(
    engine: Engine, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(RunFailed, match="load_0 fejlede uden forklaring"):
        report({"library.load_0": "failed"})
    level, first = written(caplog)[0]
    assert (level, "library.load_0 fejlede uden forklaring" in first) == (logging.WARNING, True)


def failed(engine: Engine) -> None:
    note_error(engine, "r", "solbjerg", "load", Retriable("error.library_locked", library="solbjerg"))


@cases(
    "before asked states beats",
    ("good", lambda _: None, {}, {}, 1),
    ("good with an open rejection", reject, {}, {}, 1),
    ("failed", failed, {}, {}, 0),
    ("killed", lambda _: None, {}, {"library.load_0": "failed"}, 0),
    ("plan", lambda _: None, {"mode": "plan"}, {}, 0),
    ("of some libraries", lambda _: None, {"libraries": ["solbjerg"]}, {}, 0),
    ("of some events", lambda _: None, {"events": ["u"]}, {}, 0),
)
def test_heartbeat_is_asked_after_a_good_run_of_all_libraries(
    engine: Engine, post: Post, before: Any, asked: dict[str, object], states: dict[str, str], beats: int
) -> None:
    before(engine)
    try:
        report(states, **asked)
    except RunFailed:
        assert beats == 0
    assert post.paths == ["/beat"] * beats


@cases(
    "line parts",
    ("short", "  - Koncert", ["  - Koncert"]),
    ("empty", "", [""]),
    ("long", "  " + "ord " * 6, ["  ord ord ord ord", "      ord ord"]),
    ("with an address that is longer than a line", "se https://bib.example/x/y", ["se", "    https://bib.example/x/y"]),
)
def test_line_is_folded_between_words(line: str, parts: list[str]) -> None:
    assert folded(line, 18) == parts
