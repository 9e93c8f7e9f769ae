"""The lake that `BILLETBRO_FILES` names, and how a step writes its export there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

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
from billetbro_airflow.hooks.connections import connection_named, mask

FILES = "BILLETBRO_FILES"
_one_library_at_a_time = Lock()
"""A task works on several libraries, which would disturb one another in the same tables, and each takes memory."""


def lake() -> Lake | None:
    """Return the lake that BILLETBRO_FILES names, None if it is not set; raises SettingsError."""
    name = os.environ.get(FILES, "").strip()
    if not name:
        return None
    # Imported here: a step without a lake must not wait for it.
    from billetbro.warehouse.lake.delta_lake import DeltaLake

    return DeltaLake(place_named(name))


def place_named(name: str) -> LakePlace:
    """Return where a lake is; raises SettingsError for an unknown scheme or a missing connection."""
    found = parse_place(name)
    if found is None:
        raise SettingsError("error.no_lake", variable=FILES, place=name, kinds=", ".join(SCHEMES))
    return LakePlace(name=name, uri=found.uri, options=_options(found))


def _options(place: NamedPlace) -> dict[str, str]:
    """Return the store's options, secrets masked in logs."""
    if place.connection is None:
        return {}
    given = connection_named(place.connection)
    values = ConnectionValues(
        login=given.login or "", password=given.password or "", host=given.host or "", extra=given.extra_dejson
    )
    options = storage_options(place.kind, values)
    mask(secrets_of(options))
    return options


class Written:
    """What a step writes to files: when it began, and afterwards a summary."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.summary: FileSummary | None = None

    def __str__(self) -> str:
        """Return the end of a sentence; empty without files."""
        return "" if self.summary is None else f"; to files: {self.summary}"


@contextmanager
def written_to_files(state: Engine, warehouse: Engine, library: str) -> Iterator[Written]:
    """Write what the block exported to files, if BILLETBRO_FILES is set, also when some events could not be read."""
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
        with _one_library_at_a_time, library_lock(state, library):
            written.summary = files.write(warehouse, library, written.now)
    except Retriable as trouble:
        raise trouble if incomplete is None else several([incomplete, trouble]) from trouble
    if incomplete is not None:
        raise incomplete
