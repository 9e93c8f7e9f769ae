"""What the step does about files: where BILLETBRO_FILES says, and also after an export that is not complete."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from billetbro.errors import Fatal, Retriable, SettingsError
from billetbro.steps.request import NothingToDo
from billetbro.warehouse.ingest.tombstones import mark_events_gone
from billetbro_airflow.tasks.export_files import lake, place_named, written_to_files
from tests.integration.warehouse.examples import FIRST, LIBRARY, Till, export
from tests.integration.warehouse.files import rows


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("BILLETBRO_FILES", f"file://{tmp_path}/files")
    return tmp_path / "files"


def export_ended_by(engine: Engine, error: Exception) -> None:
    with written_to_files(engine, engine, LIBRARY) as written:
        export(engine, Till(), written.now)
        raise error


@pytest.mark.parametrize("value", [None, "", " "], ids=["unset", "empty", "blank"])
def test_files_are_off_without_a_place(engine: Engine, monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv("BILLETBRO_FILES", raising=False)
    if value is not None:
        monkeypatch.setenv("BILLETBRO_FILES", value)
    with written_to_files(engine, engine, LIBRARY) as written:
        export(engine, Till(), written.now)
    assert (lake(), written.summary, str(written)) == (None, None, "")


SECRETS = {
    "AWS": {
        "conn_type": "aws",
        "login": "AKIAMADEUP",
        "password": "made-up/secret",
        "extra": {"region_name": "eu-north-1"},
    },
    "AZURE": {"conn_type": "wasb", "login": "herlev", "password": "bWFkZSB1cA=="},
}


@pytest.mark.parametrize(
    ("place", "uri", "options"),
    [
        ("s3://AWS@bucket/files", "s3://bucket/files", ["aws_access_key_id", "aws_region", "aws_secret_access_key"]),
        ("s3://bucket/files/", "s3://bucket/files", []),
        ("abfs://AZURE@files", "abfs://files", ["azure_storage_account_key", "azure_storage_account_name"]),
    ],
)
def test_place_in_an_object_store_has_the_options_of_its_connection_and_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch, airflow_home: Path, place: str, uri: str, options: list[str]
) -> None:
    for name, values in SECRETS.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", json.dumps(values))
    found = place_named(place.replace("AWS", "aws").replace("AZURE", "azure"))
    assert (found.uri, sorted(found.options), "made" in repr(found).casefold()) == (uri, options, False)


@pytest.mark.parametrize("place", ["nosuch://bucket/x", "s3://no_such_connection@bucket/x"])
def test_place_that_cannot_be_used_is_a_settings_error(
    monkeypatch: pytest.MonkeyPatch, airflow_home: Path, place: str
) -> None:
    monkeypatch.setenv("BILLETBRO_FILES", place)
    with pytest.raises(SettingsError, match=rf"^BILLETBRO_FILES is '{place}', which is|no_such_connection"):
        lake()


def test_store_that_cannot_be_reached_is_told_of_without_a_secret(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, airflow_home: Path
) -> None:
    options = {"max_retries": "0", "retry_timeout": "1s"}
    extra = {
        "endpoint_url": "http://127.0.0.1:9/made-up/secret",
        "region_name": "eu-north-1",
        "storage_options": options,
    }
    monkeypatch.setenv("AIRFLOW_CONN_AWS", json.dumps(SECRETS["AWS"] | {"extra": extra}))
    monkeypatch.setenv("BILLETBRO_FILES", "s3://aws@bucket/files")
    with pytest.raises(Retriable, match=r"'s3://aws@bucket/files' \(OSError: Generic S3 ") as told:
        export_ended_by(engine, Retriable("one event"))
    assert ("made-up" in str(told.value), "9/***/bucket" in str(told.value)) == (False, True)


def test_files_follow_an_export(engine: Engine, root: Path) -> None:
    with written_to_files(engine, engine, LIBRARY) as written:
        export(engine, Till(), written.now)
    assert str(written) == "; to files: 1 events, 2 prices, 2 purchases, 3 tickets, 1 additional_sales"
    assert len(rows(root, "purchases")) == 2


def test_files_miss_nothing_of_an_export_that_waited_for_another(engine: Engine, root: Path) -> None:
    with written_to_files(engine, engine, LIBRARY) as waited:
        with written_to_files(engine, engine, LIBRARY) as written:
            export(engine, Till({10: (FIRST,)}), written.now)
        export(engine, Till(), waited.now, force=True)
        mark_events_gone(engine, LIBRARY, [10], waited.now)
    assert [row["purchase_id"] for row in rows(root, "purchases")] == [900, 910]
    assert [row["removed_at"] for row in rows(root, "events")] == [waited.now]


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
    failed = r":\n  - one event\n  - The export's files could not be written to .* \(TableNotFoundError\)\.$"
    with pytest.raises(Retriable, match=failed):
        export_ended_by(engine, Retriable("one event"))
