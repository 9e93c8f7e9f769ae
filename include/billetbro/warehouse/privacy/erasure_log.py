"""The log of purchases whose personal data was removed: it is not stored again, whatever happens to the event.

A purchase is noted in the transaction that empties its rows, before any file is touched. If that is interrupted, or
there are no files at the time, the next night or the next `forget` finishes it.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Connection, Engine, Select, any_, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from billetbro.store.database import migrate_warehouse
from billetbro.store.schema.privacy_tables import forgotten
from billetbro.warehouse.lake.lake import Lake
from billetbro.warehouse.privacy.redact_stored import Counts, blank, blank_files


def note_forgotten(connection: Connection, library: str, purchase_ids: Iterable[int], now: datetime) -> None:
    """Note purchases whose buyer asked to be forgotten; the files are searched for them (again)."""
    rows = [{"library": library, "purchase_id": one, "forgotten_at": now} for one in sorted(purchase_ids)]
    if rows:
        asked = {"past_retention": False, "in_files_at": None}
        connection.execute(insert(forgotten).on_conflict_do_update(constraint=forgotten.primary_key, set_=asked), rows)


def note_past_retention(connection: Connection, library: str, purchase_ids: Select[tuple[int]], now: datetime) -> None:
    """Note the purchases that are past retention, also those with nothing to remove."""
    past = purchase_ids.add_columns(literal(library), literal(now), literal(True))
    columns = ["purchase_id", "library", "forgotten_at", "past_retention"]
    connection.execute(insert(forgotten).from_select(columns, past).on_conflict_do_nothing())


def forgotten_purchases(connection: Connection, library: str, purchase_ids: Collection[int]) -> frozenset[int]:
    """Return the purchases of which no personal data may be stored again."""
    noted = select(forgotten.c.purchase_id).where(forgotten.c.library == library)
    return frozenset(connection.scalars(noted.where(_one_of(purchase_ids))))


def empty_files(warehouse: Engine, library: str, now: datetime, files: Lake, *, thoroughly: bool = False) -> Counts:
    """Empty the noted purchases that are still due in the library's files; return how many rows of each table changed.

    Changes of the tables are written too, and earlier versions, which may hold earlier values, are removed;
    `thoroughly` even when nothing is due. The caller holds the library's lock.
    """
    due = (forgotten.c.library == library, forgotten.c.in_files_at.is_(None))
    asked = forgotten.c.purchase_id, forgotten.c.forgotten_at, forgotten.c.past_retention
    with warehouse.connect() as connection:
        noted = connection.execute(select(*asked).where(*due)).all()
    purchase_ids = frozenset(row.purchase_id for row in noted)
    if not purchase_ids and not thoroughly:
        return {}
    files.keep_erasures(library, {row.purchase_id: row.forgotten_at for row in noted if not row.past_retention})
    counts = blank_files(files, library, purchase_ids) if purchase_ids else {}
    files.write(warehouse, library, now)
    files.remove_earlier_versions(library)
    with warehouse.begin() as connection:
        connection.execute(update(forgotten).where(*due, _one_of(purchase_ids)).values(in_files_at=now))
    return counts


def repeat_erasures(warehouse: Engine, library: str, now: datetime, files: Lake) -> Counts:
    """Forget again whom a restored database has back; return how many rows of each table were emptied.

    The files keep the numbers of the purchases. The caller holds the library's lock.
    """
    if not (kept := files.erasures(library)):
        return {}
    with warehouse.begin() as connection:
        known = select(forgotten.c.purchase_id).where(forgotten.c.library == library, ~forgotten.c.past_retention)
        back = kept.difference(connection.scalars(known))
        note_forgotten(connection, library, back, now)
        theirs = select(func.unnest(literal(sorted(back), ARRAY(BigInteger)), type_=BigInteger))
        return blank(connection, library, theirs, now) if back else {}


def bring_forgotten(before: Engine, warehouse: Engine, now: datetime) -> None:
    """Copy to a warehouse in a new database who was forgotten in the old one, and remove their data from it."""
    with before.connect() as old:
        if old.scalar(select(func.to_regclass(forgotten.fullname))) is None:
            return
    migrate_warehouse(before)
    with before.connect() as old:
        noted = {(row["library"], row["purchase_id"]): dict(row) for row in old.execute(select(forgotten)).mappings()}
    with warehouse.begin() as new:
        known = {(row.library, row.purchase_id) for row in new.execute(select(forgotten))}
        news = [row for key, row in noted.items() if key not in known]
        if news:
            new.execute(insert(forgotten).on_conflict_do_nothing(), news)
        for library in sorted({row["library"] for row in news}):
            blank(new, library, select(forgotten.c.purchase_id).where(forgotten.c.library == library), now)


def _one_of(purchase_ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a purchase is one of these; an array, since the number of parameters is limited."""
    return forgotten.c.purchase_id == any_(literal(sorted(purchase_ids), ARRAY(BigInteger)))
