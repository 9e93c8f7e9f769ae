"""Where `BILLETBRO_FILES` says that exports are also written to as Delta Lake tables, and how a step writes them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from airflow.sdk.log import mask_secret
from sqlalchemy import Engine

from billetbro.errors import Retriable, SettingsError, several
from billetbro.steps.request import utc_now
from billetbro.store.database import library_lock
from billetbro.warehouse.lake.lake import FileSummary, Lake, LakePlace
from billetbro.warehouse.lake.place import (
    SCHEMES,
    ConnectionValues,
    NamedPlace,
    parse_place,
    secrets_of,
    storage_options,
)
from billetbro_airflow.hooks.connections import connection_named

FILES = "BILLETBRO_FILES"


def lake() -> Lake | None:
    """Return the lake in the folder or object store that BILLETBRO_FILES names, None when it names none.

    Raises SettingsError when its kind is not known, or when the connection that it names is missing.
    """
    name = os.environ.get(FILES, "").strip()
    if not name:
        return None
    # Here, since a step without a lake must not wait for the import.
    from billetbro.warehouse.lake.delta_lake import DeltaLake

    return DeltaLake(place_named(name))


def place_named(name: str) -> LakePlace:
    """Return where a lake is; raises SettingsError as `lake` does."""
    found = parse_place(name)
    if found is None:
        raise SettingsError("error.no_lake", variable=FILES, place=name, kinds=", ".join(SCHEMES))
    options = _options(found)
    return LakePlace(name=name, uri=found.uri, options=options)


def _options(place: NamedPlace) -> dict[str, str]:
    """Return the options that the store is opened with, what is secret in them masked in every log."""
    if place.connection is None:
        return {}
    given = connection_named(place.connection)
    options = storage_options(
        place.kind,
        ConnectionValues(
            login=given.login or "", password=given.password or "", host=given.host or "", extra=given.extra_dejson
        ),
    )
    for secret in secrets_of(options):
        mask_secret(secret)
    return options


class Written:
    """What a step writes to files: `now` is when it began, `summary` what was written, once it was."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.summary: FileSummary | None = None

    def __str__(self) -> str:
        """Say it in words that follow a sentence; nothing when files are switched off."""
        return "" if self.summary is None else f"; to files: {self.summary}"


@contextmanager
def written_to_files(state: Engine, warehouse: Engine, library: str) -> Iterator[Written]:
    """Write what the block exported to files, where BILLETBRO_FILES is set, also when some events could not be read."""
    files, written = lake(), Written(utc_now())
    if files is None:
        yield written
        return
    incomplete: Retriable | None = None
    try:
        yield written
    except Retriable as error:
        incomplete = error
    try:
        with library_lock(state, library):
            written.summary = files.write(warehouse, library, written.now)
    except Retriable as trouble:
        raise trouble if incomplete is None else several([incomplete, trouble]) from trouble
    if incomplete is not None:
        raise incomplete
