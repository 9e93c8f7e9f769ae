"""What the step does about files: where BILLETBRO_FILES says, and also after an export that is not complete."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from billetbro.errors import Fatal, Retriable, SettingsError
from billetbro.steps.request import NothingToDo, RunRequest
from billetbro.warehouse.ingest.tombstones import mark_events_gone
from billetbro_airflow.tasks.export_files import file_store, written_to_files
from tests.integration.warehouse.examples import FIRST, LIBRARY, Till, export
from tests.integration.warehouse.files import paths, rows

pytestmark = pytest.mark.filterwarnings("ignore:GitWildMatchPattern:DeprecationWarning")
HOURLY = RunRequest(run_id="scheduled__2026-03-02T10:00:00+00:00")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Switch files on, in a folder that is not there yet."""
    monkeypatch.setenv("BILLETBRO_FILES", f"file://{tmp_path}/files")
    return tmp_path / "files"


def export_ended_by(engine: Engine, error: Exception) -> None:
    with written_to_files(engine, engine, LIBRARY, HOURLY) as written:
        export(engine, Till(), written.now)
        raise error


@pytest.mark.parametrize("value", [None, "", " "], ids=["unset", "empty", "blank"])
def test_files_are_off_unless_a_place_is_named(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("BILLETBRO_FILES", raising=False)
    if value is not None:
        monkeypatch.setenv("BILLETBRO_FILES", value)

    with written_to_files(engine, engine, LIBRARY, HOURLY) as written:
        export(engine, Till(), written.now)

    assert (file_store(), written.summary, str(written)) == (None, None, "")


@pytest.mark.parametrize("form", ["{}", "file://{}"], ids=["folder", "url"])
def test_files_in_a_folder_are_written_under_another_name_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setenv("BILLETBRO_FILES", form.format(tmp_path))
    store = file_store()
    assert store is not None
    assert (store.name, store.appears_whole) == (form.format(tmp_path), False)


@pytest.mark.parametrize("place", ["nosuch://bucket/x", "s3://no_such_connection@bucket/x"])
def test_files_in_a_place_that_airflow_cannot_reach_are_a_problem_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, airflow_home: Path, place: str
) -> None:
    monkeypatch.setenv("BILLETBRO_FILES", place)
    with pytest.raises(SettingsError, match=rf"^BILLETBRO_FILES is '{place}', which Airflow cannot reach \("):
        file_store()


def test_files_follow_an_export(engine: Engine, root: Path) -> None:
    with written_to_files(engine, engine, LIBRARY, HOURLY) as written:
        export(engine, Till(), written.now)

    assert str(written) == "; to files: 1 events, 2 prices, 2 purchases, 3 tickets, 1 additional_sales"
    day = f"{written.now:%Y-%m-%d}"
    name = "scheduled__2026-03-02T10-00-00-00-00-f74e3cb3-000000.parquet"
    assert [path for path in paths(root) if "purchases" in path] == [f"purchases/library={LIBRARY}/day={day}/{name}"]


def test_files_miss_nothing_of_an_export_that_waited_for_another(engine: Engine, root: Path) -> None:
    with written_to_files(engine, engine, LIBRARY, HOURLY) as waited:
        with written_to_files(engine, engine, LIBRARY, RunRequest(run_id="by hand")) as written:
            export(engine, Till({10: (FIRST,)}), written.now)
        export(engine, Till(), waited.now, force=True)
        mark_events_gone(engine, LIBRARY, [10], waited.now)

    assert [row["purchase_id"] for row in rows(root, "purchases")] == [900, 910]
    assert [row["removed_at"] for row in rows(root, "events")] == [None, waited.now]


def test_files_follow_an_export_in_which_events_failed(engine: Engine, root: Path) -> None:
    with pytest.raises(Retriable, match=r"^one event$"):
        export_ended_by(engine, Retriable("one event"))

    assert len(rows(root, "purchases")) == 2


@pytest.mark.parametrize("error", [NothingToDo("herlev"), Fatal("the password is wrong")], ids=["plan", "fatal"])
def test_files_do_not_follow_an_export_that_was_none(engine: Engine, root: Path, error: Exception) -> None:
    with pytest.raises(type(error)):
        export_ended_by(engine, error)

    assert not root.exists()


def test_files_that_fail_after_an_export_in_which_events_failed_hide_neither(engine: Engine, root: Path) -> None:
    root.write_text("in the way")
    failed = r":\n  - one event\n  - The export's files could not be written to '.*' \(\w+\)\.$"
    with pytest.raises(Retriable, match=failed):
        export_ended_by(engine, Retriable("one event"))
