"""Where `BILLETBRO_FILES` says that exports are also written to as Parquet files, and how a step writes them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from airflow.sdk import ObjectStoragePath
from sqlalchemy import Engine

from billetbro.errors import Retriable, SettingsError, several
from billetbro.steps.request import RunRequest, utc_now
from billetbro.store.database import library_lock
from billetbro.warehouse.lake.files import FileStore
from billetbro.warehouse.lake.write import FileSummary, write_files

FILES = "BILLETBRO_FILES"
FOLDERS = frozenset({"", "file", "local"})


def file_store() -> FileStore | None:
    """Return the folder or object store that BILLETBRO_FILES names, None when it names none.

    Raises SettingsError when Airflow does not know its kind, or has not the connection that it names.
    """
    name = os.environ.get(FILES, "").strip()
    return store_named(FILES, name) if name else None


def store_named(variable: str, name: str, contents: str = "export") -> FileStore:
    """Return the folder or object store of this name, which `variable` gives; `contents` is what its errors speak of.

    Raises SettingsError as `file_store` does.
    """
    try:
        root = ObjectStoragePath(name)
        # Airflow reaches the store here for the first time; a path without it would go on without the connection.
        known = root.fs is not None
    except Exception as error:
        raise SettingsError("error.no_store", variable=variable, place=name, kind=type(error).__name__) from error
    assert known
    return FileStore(name=name, root=root, appears_whole=root.protocol not in FOLDERS, contents=contents)


class Written:
    """What a step writes to files: `now` is when it began, `summary` what was written, once it was."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.summary: FileSummary | None = None

    def __str__(self) -> str:
        """Say it in words that follow a sentence; nothing when files are switched off."""
        return "" if self.summary is None else f"; to files: {self.summary}"


@contextmanager
def written_to_files(state: Engine, warehouse: Engine, library: str, request: RunRequest) -> Iterator[Written]:
    """Write what the block exported to files, where BILLETBRO_FILES is set, also when some events could not be read."""
    store, written = file_store(), Written(utc_now())
    if store is None:
        yield written
        return
    incomplete: Retriable | None = None
    try:
        yield written
    except Retriable as error:
        incomplete = error
    try:
        with library_lock(state, library):
            written.summary = write_files(warehouse, store, library, request.run_id, written.now)
    except Retriable as trouble:
        raise trouble if incomplete is None else several([incomplete, trouble]) from trouble
    if incomplete is not None:
        raise incomplete
