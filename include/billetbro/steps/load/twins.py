"""Twin libraries: what a load knows of the other one, and the lock that makes them load one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine

from billetbro.reconcile.matching.twin_claims import Twin
from billetbro.settings.libraries import Library
from billetbro.store.database import library_lock
from billetbro.store.links import read_links
from billetbro.store.rejections import open_codes
from billetbro.store.snapshots import read_mapped
from billetbro.store.twins import creates_in_doubt, read_deferred, read_deferred_gone, still_to_come, was_read


@contextmanager
def twins_lock(engine: Engine, library: Library, twin: Library | None) -> Iterator[None]:
    """Hold the lock of a pair inside the library's own: what one creates is linked before the other plans.

    Its holder waits for no other lock, so there is no deadlock. Raises Retriable like `library_lock`.
    """
    if twin is None:
        yield
        return
    # Not the id of a library: ids have no spaces.
    with library_lock(engine, " and ".join(sorted((library.id, twin.id)))):
        yield


def read_twin(connection: Connection, library: Library, twin: Library | None, now: datetime) -> Twin | None:
    """Return the library's twin from our tables; None if it has none."""
    if twin is None:
        return None
    deleted = {uuid for uuid, code in open_codes(connection, twin.id) if code == "event_missing_in_place2book"}
    return Twin(
        name=twin.name,
        leads=library.twin_of == twin.id,
        read=was_read(connection, twin.id),
        links=read_links(connection, twin.id),
        snapshot=read_mapped(connection, twin.id),
        creates_in_doubt=creates_in_doubt(connection, twin.id),
        missing=deleted,
        to_come=still_to_come(connection, twin.id, now),
        deferred=read_deferred(connection, library.id),
        deferred_gone=read_deferred_gone(connection, library.id),
    )
