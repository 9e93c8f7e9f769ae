"""Erase a person in every library, under each library's lock, and report how much was removed, never whose."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from billetbro.messages.catalogue import Translator
from billetbro.steps.request import utc_now
from billetbro.store.database import library_lock
from billetbro.warehouse.lake.lake import Lake
from billetbro.warehouse.privacy.erasure import Forgotten, Sought, forget
from billetbro.warehouse.privacy.policy_history import rows_under_unknown_keys
from billetbro.warehouse.privacy.pseudonymise import Keys
from billetbro.warehouse.privacy.redact_stored import Counts

LOCK_WAIT_SECONDS = 60.0
"""Short, because a person is waiting for the command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was found of a person in a library, and how many purchases can no longer be searched."""

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
    """Erase a person in one library, or with `dry_run` only count; raises Retriable while a task works on it.

    It has many arguments: every place that holds personal data, and what identifies a person.
    """
    with library_lock(state, library, LOCK_WAIT_SECONDS):
        found = forget(warehouse, library, who, clock(), files, dry_run=dry_run)
        with warehouse.connect() as connection:
            lost = rows_under_unknown_keys(connection, library, keys)
    return Erasure(found=found, under_unknown_keys=lost)


def erasure_lines(say: Translator, erasures: Mapping[str, Erasure], *, dry_run: bool, by_number: bool) -> list[str]:
    """Return how much was found and removed, by library and table, without any data of the person.

    `by_number`: purchase ids were given, which are recorded even if nothing is stored for them.
    """
    lines = [line for library, erasure in erasures.items() for line in _lines(say, library, erasure)]
    if not any(erasure.found.purchases for erasure in erasures.values()):
        lines.append(say("forget.nothing_found"))
    else:
        lines.append(say("forget.dry_run" if dry_run else "forget.removed"))
    if by_number and not dry_run:
        lines.append(say("forget.numbers_noted"))
    return lines


def _lines(say: Translator, library: str, erasure: Erasure) -> Iterable[str]:
    if erasure.found.purchases:
        yield say("forget.purchases", library=library, number=erasure.found.purchases)
        yield say("forget.rows", rows=_counted(erasure.found.tables))
        yield say("forget.files", rows=_counted(erasure.found.files))
    if erasure.under_unknown_keys:
        yield say("forget.unknown_keys", library=library, number=erasure.under_unknown_keys)


def _counted(counts: Counts) -> str:
    return ", ".join(f"{table} {count}" for table, count in counts.items() if count) or "0"
