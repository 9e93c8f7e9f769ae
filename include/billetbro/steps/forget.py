"""Forget a person in every library, under each library's lock, and say how much was removed, never whose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from billetbro.messages.pluralize import pluralize
from billetbro.steps.request import utc_now
from billetbro.store.database import library_lock
from billetbro.warehouse.lake.lake import Lake
from billetbro.warehouse.privacy.erasure import Forgotten, Sought, forget
from billetbro.warehouse.privacy.policy import Keys
from billetbro.warehouse.privacy.policy_history import rows_under_unknown_keys
from billetbro.warehouse.privacy.redact import Counts

LOCK_WAIT_SECONDS = 60.0
"""Somebody is looking at the command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was found of the person in a library, and how many purchases nobody can search any longer."""

    found: Forgotten
    under_unknown_keys: int = 0


def forget_in_library(
    state: Engine,
    warehouse: Engine,
    library: str,
    who: Sought,
    keys: Keys,
    files: Lake | None,
    *,
    dry_run: bool = False,
    clock: Callable[[], datetime] = utc_now,
) -> Erasure:
    """Remove a person from one library, or with `dry_run` only count; raises Retriable while a task works on it.

    Its arguments are many, for each place that holds personal data is one, and so is what a person is found by.
    """
    with library_lock(state, library, LOCK_WAIT_SECONDS):
        found = forget(warehouse, library, who, clock(), files, dry_run=dry_run)
        with warehouse.connect() as connection:
            lost = rows_under_unknown_keys(connection, library, keys)
    return Erasure(found=found, under_unknown_keys=lost)


def erasure_report(erasures: Mapping[str, Erasure], *, dry_run: bool, by_number: bool) -> str:
    """Return what was found and removed, by library and table, in Danish and English; of the person nothing.

    `by_number` says that numbers of purchases were given, which are noted even if nothing is stored of them.
    """
    lines = [line for library, erasure in erasures.items() for line in _lines(library, erasure)]
    if not any(erasure.found.purchases for erasure in erasures.values()):
        lines.append("Ingen køb fundet: intet fjernet. / No purchases found: nothing removed.")
    elif dry_run:
        lines.append("Intet er fjernet (--dry-run). / Nothing was removed (--dry-run).")
    else:
        lines.append(
            "Fjernet. Place2book har stadig købene: slet dem også dér. / "
            "Removed. Place2book still holds the purchases: have them deleted there too."
        )
    if by_number and not dry_run:
        lines.append(
            "Numrene er noteret: ingen eksport gemmer køberen. / The numbers are noted: no export stores the buyer."
        )
    return "\n".join(lines)


def _lines(library: str, erasure: Erasure) -> Iterable[str]:
    if erasure.found.purchases:
        yield f"{library}: {pluralize(erasure.found.purchases, 'køb / purchase', 'køb / purchases')}"
        yield f"  rækker med persondata / rows with personal data: {_counted(erasure.found.tables)}"
        yield f"  i filer / in files: {_counted(erasure.found.files)}"
    if erasure.under_unknown_keys:
        unknown = erasure.under_unknown_keys
        yield (
            f"{library}: {unknown} køb har pseudonymer fra en nøgle, der mangler i former_keys, og kan ikke "
            f"gennemsøges. / {pluralize(unknown, 'purchase has', 'purchases have')} pseudonyms of a key that "
            "former_keys lacks, and cannot be searched."
        )


def _counted(counts: Counts) -> str:
    return ", ".join(f"{table} {count}" for table, count in counts.items() if count) or "0"
