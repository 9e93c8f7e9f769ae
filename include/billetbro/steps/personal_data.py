"""Every night, for each library: remove personal data past retention, and apply the policy to the rest.

1. Forget again whom a restored database has back
2. Remove what is past retention from tables and files (without needing a key)
3. Apply the policy to what is stored; after it was changed, to files too
4. Warn of pseudonyms with an unknown key: their people cannot be found
5. After all libraries: merge the files, and remove expired versions
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Engine, func, select, union

from billetbro.messages.catalogue import Translator
from billetbro.settings.libraries import LibrariesFileError, Library, Settings
from billetbro.steps.request import utc_now
from billetbro.store.database import LOCK_WAIT_SECONDS, library_lock
from billetbro.store.schema.privacy_tables import privacy_policies, retention_sweeps
from billetbro.store.schema.warehouse_tables import purchases
from billetbro.warehouse.lake.lake import Lake
from billetbro.warehouse.privacy.erasure_log import repeat_erasures
from billetbro.warehouse.privacy.policy_change import apply_policy, apply_policy_to_files
from billetbro.warehouse.privacy.policy_history import rows_under_unknown_keys
from billetbro.warehouse.privacy.pseudonymise import Keys, Privacy
from billetbro.warehouse.privacy.redact_stored import Counts
from billetbro.warehouse.privacy.retention import Removed, remove_past
from billetbro.warehouse.privacy.retention_rule import Retention

NEVER = datetime.min.replace(tzinfo=UTC)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A library with stored data: its retention, and its settings if it is still listed.

    `retention` is None if it is unknown while the settings have mistakes.
    """

    id: str
    retention: Retention | None
    settings: Library | None = None

    @property
    def name(self) -> str:
        """Return the library's name, or its id if the settings do not list it."""
        return self.settings.name if self.settings else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """A night's result for a library, in rows by table: removed, and brought under the policy."""

    removed: Removed
    protected: Counts = field(default_factory=dict)
    protected_in_files: Counts = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of rows removed or protected by table, files separately."""
        parts = {
            "": self.removed.tables,
            " in files": self.removed.files,
            " by policy": self.protected,
            " by policy in files": self.protected_in_files,
        }
        return {f"{table}{where}": count for where, counts in parts.items() for table, count in counts.items() if count}


def kept_libraries(settings: Settings, stored: Iterable[str], wanted: Iterable[str]) -> tuple[Kept, ...]:
    """Return the libraries to process: the listed ones, and unlisted ones with stored data.

    Unlisted libraries have the retention of the file's defaults. Raises LibrariesFileError for a wanted one that is
    neither listed nor stored.
    """
    listed = _listed(settings.libraries)
    gone = Retention(days=settings.unlisted.retention_days)
    return _chosen(listed, _others(stored, listed, gone), wanted)


def kept_despite_mistakes(
    in_order: Iterable[Library], stored: Iterable[str], wanted: Iterable[str]
) -> tuple[Kept, ...]:
    """Return the libraries to process while the settings have mistakes: the valid ones, and those with stored data.

    The retention of the others is unknown: they may be listed under a mistyped id. Raises LibrariesFileError for a
    wanted one that is neither valid nor stored.
    """
    listed = _listed(in_order)
    return _chosen(listed, _others(stored, listed, None), wanted)


def _listed(libraries: Iterable[Library]) -> list[Kept]:
    return [
        Kept(id=one.id, retention=Retention(days=one.personal_data.retention_days, timezone=one.timezone), settings=one)
        for one in libraries
    ]


def _others(stored: Iterable[str], listed: Sequence[Kept], retention: Retention | None) -> list[Kept]:
    ids = [one.id for one in listed]
    return [Kept(id=library, retention=retention) for library in sorted(set(stored).difference(ids))]


def _chosen(listed: Sequence[Kept], others: Sequence[Kept], wanted: Iterable[str]) -> tuple[Kept, ...]:
    chosen, known = set(wanted), (*listed, *others)
    if unknown := sorted(chosen.difference(one.id for one in known)):
        ids = ", ".join(one.id for one in known)
        raise LibrariesFileError("settings.unknown_library", unknown=", ".join(unknown), known=ids)
    return tuple(one for one in known if not chosen or one.id in chosen)


def stored_libraries(warehouse: Engine, files: Lake | None) -> frozenset[str]:
    """Return the libraries with data in the warehouse or the files."""
    query = union(select(purchases.c.library).distinct(), select(privacy_policies.c.library).distinct())
    with warehouse.connect() as connection:
        in_tables = frozenset(connection.scalars(query))
    return in_tables | (files.libraries() if files else frozenset())


def longest_waiting_first(warehouse: Engine, libraries: Sequence[Kept]) -> tuple[Kept, ...]:
    """Return the libraries in the order of their last retention run, those without one first.

    So each gets its turn even if the nights are too short for all. Without libraries no tables are needed.
    """
    if not libraries:
        return ()
    query = select(retention_sweeps.c.library, retention_sweeps.c.swept_at)
    with warehouse.connect() as connection:
        swept = {row.library: row.swept_at for row in connection.execute(query)}
    return tuple(sorted(libraries, key=lambda library: swept.get(library.id, NEVER)))


def has_warehouse(engine: Engine) -> bool:
    """Return whether this database has the warehouse's table of purchases."""
    with engine.connect() as connection:
        return connection.scalar(select(func.to_regclass(purchases.fullname))) is not None


def keep_in_order(
    state: Engine,
    warehouse: Engine,
    library: Kept,
    privacy: Callable[[Library], Privacy],
    keys: Keys,
    files: Lake | None,
    clock: Callable[[], datetime] = utc_now,
    wait_seconds: float = LOCK_WAIT_SECONDS,
) -> Night:
    """Do a night's work for one library under its lock; what retention removed stays removed if the rest fails.

    Raises Fatal when the key is missing, and Retriable when another task works on the library or the files are out of
    reach. It has many arguments: every place that holds personal data.
    """
    if library.retention is None:
        raise LibrariesFileError("settings.retention_unknown", library=library.id)
    with library_lock(state, library.id, wait_seconds):
        now = clock()  # after the lock: what changes now must be newer than what the files hold
        if files is not None:
            repeat_erasures(warehouse, library.id, now, files)
        removed = remove_past(warehouse, library.id, library.retention, now, files)
        if library.settings is None:
            log.info(
                "%s is in libraries.yaml no longer; its data is kept for %s days", library.id, library.retention.days
            )
            return Night(removed=removed)
        policy = privacy(library.settings)
        with warehouse.begin() as connection:
            protected = apply_policy(connection, library.id, policy, now, thoroughly=True)
        with warehouse.begin() as connection:
            in_files = apply_policy_to_files(connection, library.id, policy, now, files) if files else {}
            lost = rows_under_unknown_keys(connection, library.id, keys)
    if lost:
        log.warning(
            "%s: %s purchases have pseudonyms of a key that is neither the current one in 'billetbro_privacy' nor in "
            "its former_keys: their buyers cannot be found to be forgotten before retention removes them.",
            library.id,
            lost,
        )
    return Night(removed=removed, protected=protected, protected_in_files=in_files)


def tidy_files(
    state: Engine, warehouse: Engine, library: str, files: Lake, clock: Callable[[], datetime] = utc_now
) -> int:
    """Bring the library's files up to date and merge them under its lock; return how many were merged.

    Unlisted libraries have no export that does it.
    """
    with library_lock(state, library):
        files.write(warehouse, library, clock())
        merged = files.compact(library)
    if merged:
        log.info("%s: %s files were merged into fewer", library, merged)
    return merged


def night_lines(say: Translator, nights: Mapping[str, Night]) -> list[str]:
    """Return a line for each library with the counts."""
    lines = []
    for library, night in nights.items():
        counts = ", ".join(f"{name}: {count}" for name, count in night.counts.items())
        lines.append(f"{library}: {counts}" if counts else say("night.nothing", library=library))
    return lines
