"""Find a person in the warehouse and the lake, and remove their personal data; rows and amounts stay.

A person is found by e-mail or phone in any spelling: as plain text, and as a pseudonym under the current or a former
key, in today's form or an earlier one (earlier_pseudonyms.py). Under `drop` only the purchase's number can be used.
Place2book goes on listing the purchase: it is noted as forgotten, so that no export stores its personal data again.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import BigInteger, Connection, Engine, Text, any_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from billetbro.errors import SettingsError
from billetbro.store.schema.warehouse_tables import purchases
from billetbro.warehouse.lake.lake import Lake
from billetbro.warehouse.privacy.earlier_pseudonyms import forms_of
from billetbro.warehouse.privacy.erasure_log import empty_files, note_forgotten
from billetbro.warehouse.privacy.normalise import NORMALISED, PSEUDONYM
from billetbro.warehouse.privacy.policy_history import STORED_PSEUDONYM
from billetbro.warehouse.privacy.pseudonymise import Keys, Row, pseudonym
from billetbro.warehouse.privacy.redact_stored import Counts, blank, count_in_files

ROWS_AT_A_TIME = 5000


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Sought:
    """The person sought: by column of `purchases`, the normalised value and its pseudonyms by every key and form."""

    values: Mapping[str, str] = field(default_factory=dict)
    pseudonyms: Mapping[str, frozenset[str]] = field(default_factory=dict)
    purchase_ids: frozenset[int] = frozenset()

    def is_theirs(self, row: Row) -> bool:
        """Return whether a purchase is theirs, by its number or any of the values."""
        return row["purchase_id"] in self.purchase_ids or any(
            _same(name, str(row[name]), normalised, self.pseudonyms[name])
            for name, normalised in self.values.items()
            if row[name] is not None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How many of a library's purchases were theirs, and in how many rows something was removed."""

    purchases: int = 0
    tables: Counts = field(default_factory=dict)
    files: Counts = field(default_factory=dict)


def sought(keys: Keys, email: str = "", phone: str = "", purchase_ids: Sequence[int] = ()) -> Sought:
    """Return whom to seek; raises SettingsError when nothing given identifies a person."""
    given = {"email": email, "phone_number": phone}
    values = {name: normalised for name, plain in given.items() if (normalised := NORMALISED[name](plain))}
    if email and "@" not in values.get("email", ""):
        raise SettingsError("error.no_email")
    if phone and "phone_number" not in values:
        raise SettingsError("error.no_phone")
    if not values and not purchase_ids:
        raise SettingsError("error.nobody_named")
    return Sought(
        values=values,
        pseudonyms={
            name: frozenset(pseudonym(key, form) for key in keys.all for form in forms_of(name, given[name]))
            for name in values
        },
        purchase_ids=frozenset(purchase_ids),
    )


def forget(
    warehouse: Engine, library: str, who: Sought, now: datetime, files: Lake | None, *, dry_run: bool
) -> Forgotten:
    """Remove the person from the library's rows and files, and note their purchases; the caller holds its lock.

    A given number is noted even when no such purchase is stored. The tables do not wait for the files. `dry_run` only
    counts. Six parameters, because tables and files are two places.
    """
    with warehouse.connect() as connection:
        ids = {*_in_tables(connection, library, who)}
        tables = _removed(connection, library, ids | who.purchase_ids, now, dry_run=dry_run)
        if files is None:
            return Forgotten(purchases=len(ids), tables=tables)
        also = {*_in_files(files, library, who)} - ids
        more = _removed(connection, library, also, now, dry_run=dry_run)
    ids |= also
    return Forgotten(
        purchases=len(ids),
        tables={table: tables.get(table, 0) + more.get(table, 0) for table in {**tables, **more}},
        files=(
            count_in_files(files, library, ids)
            if dry_run
            else empty_files(warehouse, library, now, files, thoroughly=True)
        ),
    )


def _removed(
    connection: Connection, library: str, purchase_ids: Collection[int], now: datetime, *, dry_run: bool
) -> Counts:
    """Note the purchases, empty their rows and commit; return how many rows of each table were emptied."""
    if not purchase_ids:
        return {}
    note_forgotten(connection, library, purchase_ids, now)
    theirs = select(func.unnest(literal(sorted(purchase_ids), ARRAY(BigInteger)), type_=BigInteger))
    counts = blank(connection, library, theirs, now)
    if dry_run:
        connection.rollback()
    else:
        connection.commit()
    return counts


def _in_tables(connection: Connection, library: str, who: Sought) -> Iterator[int]:
    columns = [purchases.c.purchase_id, *(purchases.c[name] for name in who.values)]
    may_be = or_(
        purchases.c.purchase_id.in_(who.purchase_ids),
        *(purchases.c[name] == any_(literal(sorted(who.pseudonyms[name]), ARRAY(Text))) for name in who.values),
        *(purchases.c[name].op("!~")(STORED_PSEUDONYM) for name in who.values),
    )
    query = select(*columns).where(purchases.c.library == library, may_be)
    for row in connection.execute(query, execution_options={"yield_per": ROWS_AT_A_TIME}).mappings():
        if who.is_theirs({str(name): value for name, value in row.items()}):
            yield row["purchase_id"]


def _in_files(files: Lake, library: str, who: Sought) -> Iterator[int]:
    """Yield their purchases in files, which may lack later changes of the tables."""
    for row in files.rows(library, "purchases", ("purchase_id", *who.values)):
        if isinstance(row["purchase_id"], int) and who.is_theirs(row):
            yield row["purchase_id"]


def _same(name: str, stored: str, normalised: str, pseudonyms: frozenset[str]) -> bool:
    return stored in pseudonyms if PSEUDONYM.fullmatch(stored) else NORMALISED[name](stored) == normalised
