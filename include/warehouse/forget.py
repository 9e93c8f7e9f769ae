"""Find a person in the warehouse and the exports' files, and remove what is known of them; sums and rows stay.

A person is found by e-mail or phone, in any spelling that has the same pseudonym: as plain text, as the pseudonym under
the current key, and under each former one. Under `drop` nothing tells whose a purchase is: then its number does.
Place2book goes on listing the purchase, so it is noted as forgotten, and no export stores its personal data again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from include.api.errors import SettingsProblem
from include.store.privacy_tables import forgotten
from include.store.warehouse_tables import purchases
from include.warehouse.blanking import Counts, blank, blank_files
from include.warehouse.normalised import NORMALISED, PSEUDONYM
from include.warehouse.personal_files import PersonalDataFiles
from include.warehouse.policy_history import STORED_PSEUDONYM
from include.warehouse.privacy import Keys, Row, pseudonym

ROWS_AT_A_TIME = 5000


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Sought:
    """Who is sought: by column of `purchases` the normalised value, and its pseudonym under each key that is known."""

    values: Mapping[str, str] = field(default_factory=dict)
    pseudonyms: Mapping[str, frozenset[str]] = field(default_factory=dict)
    purchase_ids: frozenset[int] = frozenset()

    def is_theirs(self, row: Row) -> bool:
        """Return whether a purchase is one of theirs, by its number or any of the values."""
        return row["purchase_id"] in self.purchase_ids or any(
            _same(name, str(row[name]), normalised, self.pseudonyms[name])
            for name, normalised in self.values.items()
            if row[name] is not None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How many of a library's purchases were theirs, and in how many rows there was something to remove."""

    purchases: int = 0
    tables: Counts = field(default_factory=dict)
    files: Counts = field(default_factory=dict)


def sought(keys: Keys, email: str = "", phone: str = "", purchase_ids: Sequence[int] = ()) -> Sought:
    """Return who is sought; raises SettingsProblem when nothing that was given can tell a person from another."""
    given = {"email": email, "phone_number": phone}
    values = {name: normalised for name, plain in given.items() if (normalised := NORMALISED[name](plain))}
    if email and "@" not in values.get("email", ""):
        raise SettingsProblem("What was given as an e-mail address has no @ in it.")
    if phone and "phone_number" not in values:
        raise SettingsProblem("What was given as a phone number has no digits in it.")
    if not values and not purchase_ids:
        raise SettingsProblem("Nobody was named: give an e-mail address, a phone number or the numbers of purchases.")
    return Sought(
        values=values,
        pseudonyms={name: frozenset(pseudonym(key, plain) for key in keys.all) for name, plain in values.items()},
        purchase_ids=frozenset(purchase_ids),
    )


def forget(
    connection: Connection, library: str, who: Sought, now: datetime, files: PersonalDataFiles | None, *, dry_run: bool
) -> Forgotten:
    """Remove the person from the library's rows and files, in the caller's transaction, and note their purchases.

    With `dry_run` the files are only counted; the caller rolls the transaction back.
    """
    ids = {*_in_tables(connection, library, who), *(_in_files(files, library, who) if files else ())}
    if not ids:
        return Forgotten()
    noted = insert(forgotten).on_conflict_do_nothing()
    connection.execute(noted, [{"library": library, "purchase_id": one, "forgotten_at": now} for one in sorted(ids)])
    theirs = select(forgotten.c.purchase_id).where(forgotten.c.library == library, forgotten.c.purchase_id.in_(ids))
    return Forgotten(
        purchases=len(ids),
        tables=blank(connection, library, theirs, now),
        files=blank_files(files, library, ids, only_count=dry_run) if files else {},
    )


def forgotten_purchases(connection: Connection, library: str) -> frozenset[int]:
    """Return the ids of the library's purchases whose personal data may not be stored again."""
    return frozenset(connection.scalars(select(forgotten.c.purchase_id).where(forgotten.c.library == library)))


def bring_forgotten(before: Engine, warehouse: Engine, now: datetime) -> None:
    """Let a warehouse in a database of its own know who was forgotten while it lay in another.

    What it was brought of theirs, in a copy from before they were forgotten, is removed.
    """
    with before.connect() as old:
        if old.scalar(select(func.to_regclass(forgotten.fullname))) is None:
            return
        rows = [dict(row) for row in old.execute(select(forgotten)).mappings()]
    if not rows:
        return
    news = insert(forgotten).on_conflict_do_nothing().returning(forgotten.c.library)
    with warehouse.begin() as new:
        for library in sorted(set(new.scalars(news, rows))):
            theirs = select(forgotten.c.purchase_id).where(forgotten.c.library == library)
            blank(new, library, theirs, now)


def _in_tables(connection: Connection, library: str, who: Sought) -> Iterator[int]:
    """Find the person's purchases: pseudonyms by the database, plain text by its normalised form."""
    columns = [purchases.c.purchase_id, *(purchases.c[name] for name in who.values)]
    may_be = or_(
        purchases.c.purchase_id.in_(who.purchase_ids),
        *(purchases.c[name].in_(who.pseudonyms[name]) for name in who.values),
        *(purchases.c[name].op("!~")(STORED_PSEUDONYM) for name in who.values),
    )
    query = select(*columns).where(purchases.c.library == library, may_be)
    for row in connection.execute(query, execution_options={"yield_per": ROWS_AT_A_TIME}).mappings():
        if who.is_theirs({str(name): value for name, value in row.items()}):
            yield row["purchase_id"]


def _in_files(files: PersonalDataFiles, library: str, who: Sought) -> Iterator[int]:
    """Find them in files too, which may hold what a row said before it changed."""
    for row in files.rows(library, "purchases", ("purchase_id", *who.values)):
        if isinstance(row["purchase_id"], int) and who.is_theirs(row):
            yield row["purchase_id"]


def _same(name: str, stored: str, normalised: str, pseudonyms: frozenset[str]) -> bool:
    return stored in pseudonyms if PSEUDONYM.fullmatch(stored) else NORMALISED[name](stored) == normalised
