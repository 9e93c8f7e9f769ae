"""A row a library a run: how far it came, and what went wrong."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from billetbro.errors import Fatal, Retriable
from billetbro.models.message import Message
from billetbro.store.runs import RunRecord, note_error, note_progress, read_run, read_runs, start_run
from demo.environment import make_live
from tests.integration.store.examples import HOUR, NOW

BEGUN = RunRecord(run_id="run 1", library="nordvig", mode="sync", by_hand=True, started_at=NOW, events=("u1", "u2"))


@pytest.fixture
def begun(engine: Engine) -> Iterator[Engine]:
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE sync.runs"))
    make_live(engine, ["solbjerg", "nordvig"])
    start_run(engine, "run 1", ["solbjerg", "nordvig"], "sync", by_hand=True, now=NOW, events={"u2", "u1"})
    yield engine
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE sync.runs"))


def test_run_begun_twice_begins_once(begun: Engine) -> None:
    start_run(begun, "run 1", ["nordvig"], "plan", by_hand=False, now=NOW + HOUR)
    with begun.connect() as connection:
        found = read_runs(connection, "run 1")
        assert [record.library for record in found] == ["nordvig", "solbjerg"]
        assert found[0] == read_run(connection, "run 1", "nordvig") == BEGUN


def test_run_never_begun_is_named(begun: Engine) -> None:
    with begun.connect() as connection, pytest.raises(KeyError) as raised:
        read_run(connection, "run 2", "nordvig")
    assert raised.value.args == ("run 'run 2' was not begun for library 'nordvig'",)


def test_run_error_stays_until_the_same_step_succeeds(begun: Engine) -> None:
    note_error(begun, "run 1", "nordvig", "extract", Retriable("Det gik galt"))
    note_error(begun, "run 1", "nordvig", "extract", Fatal('Anført "sådan"'))
    note_error(begun, "run 1", "nordvig", "load", OSError("noget"))
    with begun.begin() as connection:
        before = read_run(connection, "run 1", "nordvig").errors
        note_progress(connection, "run 1", "nordvig", "extract", extracted_at=NOW, source_events=3)
        after = read_run(connection, "run 1", "nordvig")
        other = read_run(connection, "run 1", "solbjerg")
    unexpected = Message("error.unexpected", {"kind": "OSError"})
    assert before == {"extract": Message('Anført "sådan"'), "load": unexpected}
    assert (after.errors, after.extracted_at, after.source_events) == ({"load": unexpected}, NOW, 3)
    assert (other.errors, other.extracted_at) == ({}, None)
