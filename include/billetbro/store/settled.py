"""What a library's latest run went by, where it had nothing to do (see steps/load/settled.py)."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Table,
    Text,
    any_,
    cast,
    delete,
    func,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from billetbro.models import LinkStatus
from billetbro.store.schema.tables import changes, links, lookalikes, rejections, settled, source_events


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A row of `sync.settled`."""

    run_id: str
    written_back: bool
    digest: str
    listed: str
    read_from: datetime
    event_makers: tuple[int, ...]


def read_settled(connection: Connection, library: str) -> Settled | None:
    """Return what the library's latest run went by; None if it had something to do."""
    row = connection.execute(select(settled).where(settled.c.library == library)).mappings().one_or_none()
    if row is None:
        return None
    values = {name: value for name, value in row.items() if name not in ("library", "event_makers")}
    return Settled(**values, event_makers=tuple(row["event_makers"]))


def note_settled(connection: Connection, library: str, found: Settled | None) -> None:
    """Store that the load of a run had nothing to do; None: it had."""
    if found is None:
        connection.execute(delete(settled).where(settled.c.library == library))
        return
    values = asdict(found) | {"event_makers": list(found.event_makers)}
    new = insert(settled).values(library=library, **values)
    connection.execute(new.on_conflict_do_update(index_elements=[settled.c.library], set_=values))


def confirm_settled(connection: Connection, library: str, run_id: str) -> None:
    """Store that the run's write-back had nothing to do either."""
    of_run = (settled.c.library == library) & (settled.c.run_id == run_id)
    connection.execute(update(settled).where(of_run, ~settled.c.written_back).values(written_back=True))


def has_ended_links(connection: Connection, library: str, now: datetime) -> bool:
    """Return whether a live link's event is over."""
    over = (links.c.library == library) & (links.c.status == LinkStatus.LIVE) & (links.c.ends_at <= now)
    return connection.scalar(select(links.c.uuid).where(over).limit(1)) is not None


def digest_of_rows(connection: Connection, library: str, event_makers: Collection[int]) -> str:
    """Return a digest of the versions of the rows that a load goes by: any write to one changes it.

    These are the snapshot, the links, also those of other libraries for the same event makers, the open rejections, and
    the changes whose outcome is unknown, and what people said of lookalikes.
    """
    makers = literal(list(event_makers), ARRAY(BigInteger))
    of_others = (links.c.library != library) & (links.c.event_maker == any_(makers))
    digests = [
        _digest(source_events, (source_events.c.library == library) & source_events.c.present),
        _digest(links, links.c.library == library),
        _digest(links, of_others & (links.c.status == LinkStatus.LIVE)),
        _digest(rejections, (rejections.c.library == library) & rejections.c.resolved_at.is_(None)),
        _digest(lookalikes, (lookalikes.c.library == library) & lookalikes.c.choice.is_not(None)),
        _digest(changes, (changes.c.library == library) & changes.c.outcome_unknown),
    ]
    row = connection.execute(select(*digests)).one()
    return " ".join(map(str, row))


def _digest(table: Table, which: ColumnElement[bool]) -> ColumnElement[object]:
    """Return the sum of the hashes of each row's place and version; PostgreSQL keeps both in every row."""
    version: ColumnElement[str] = literal_column(f"{table.name}.ctid::text || {table.name}.xmin::text")
    total = func.coalesce(func.sum(func.hashtextextended(version, 0)), 0)
    return select(cast(total, Text)).select_from(table).where(which).scalar_subquery()
