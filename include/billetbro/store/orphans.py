"""Place2book events of ours that no source event has any more (`reconcile/rebuild/orphans.py`)."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, Select, delete, select, tuple_

from billetbro.models import CurrentEvent
from billetbro.reconcile.matching.pages import host_of, normal_page
from billetbro.reconcile.rebuild.orphans import Orphan, naming_a_page, orphans_among
from billetbro.reconcile.state import ReconcileState
from billetbro.store.bulk import upsert_many
from billetbro.store.schema.tables import orphans, source_events


def read_pages(connection: Connection, library: str, *, absent_too: bool = False) -> Mapping[str, str]:
    """Return the page of each source event of the latest snapshot, in its normal form, by uuid."""
    address = source_events.c.payload["url"].as_string()
    query = select(source_events.c.uuid, address).where(source_events.c.library == library, address.is_not(None))
    if not absent_too:
        query = query.where(source_events.c.present)
    return {uuid: normal_page(url) for uuid, url in connection.execute(query)}


def refresh_orphans(connection: Connection, library: str, state: ReconcileState, now: datetime) -> None:
    """Store which events of a load's list are orphans; pages are read only when an unlinked event names one."""
    named = naming_a_page(state)
    found = {orphan.key: orphan for orphan in _found(connection, library, named)}
    known = {(row.event_maker, row.event_id) for row in connection.execute(_of_library(library))}
    if gone := known - found.keys():
        key = tuple_(orphans.c.event_maker, orphans.c.event_id)
        connection.execute(delete(orphans).where(orphans.c.library == library, key.in_(gone)))
    rows = [{"library": library, **asdict(orphan), "first_seen_at": now} for orphan in found.values()]
    upsert_many(connection, orphans, rows, update=("name", "begin_at", "sales_location", "page"))


def _found(connection: Connection, library: str, named: Collection[CurrentEvent]) -> tuple[Orphan, ...]:
    if not named:
        return ()
    present = frozenset(read_pages(connection, library).values())
    hosts = {host_of(page) for page in read_pages(connection, library, absent_too=True).values()}
    return orphans_among(named, present, hosts)


def _of_library(library: str) -> Select[tuple[int, int]]:
    return select(orphans.c.event_maker, orphans.c.event_id).where(orphans.c.library == library)


def read_orphans(connection: Connection, libraries: Collection[str]) -> Mapping[str, tuple[Orphan, ...]]:
    """Return the orphans of each library that has any, the next to come first, as of its latest run that read them."""
    names = [orphans.c[name] for name in Orphan.__dataclass_fields__]
    query = select(orphans.c.library, *names).where(orphans.c.library.in_(libraries))
    found: dict[str, list[Orphan]] = {}
    for library, *values in connection.execute(query.order_by(orphans.c.begin_at, orphans.c.event_id)):
        found.setdefault(library, []).append(Orphan(**dict(zip(Orphan.__dataclass_fields__, values, strict=True))))
    return {library: tuple(those) for library, those in found.items()}
