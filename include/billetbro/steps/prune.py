"""Every night, for each library: remove history that is past its time (`history` in libraries.yaml), in batches."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from billetbro.settings.libraries import History, LibrariesFileError, Settings
from billetbro.store.database import LOCK_WAIT_SECONDS, library_lock
from billetbro.store.pruning import OF_EVENTS, OF_HISTORY, note_pruned, prune_batch

BATCH = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prunable:
    """A library with rows in `sync`: how long its history is kept, and whether its events may go with it.

    `read_back_days`: events that ended this long ago are still read, whatever `history` says.
    """

    id: str
    history: History
    read_back_days: int = 0
    has_twin: bool = False


def prunable_libraries(settings: Settings, stored: Iterable[str], wanted: Iterable[str]) -> tuple[Prunable, ...]:
    """Return the libraries to prune: the listed ones, then unlisted ones with rows, all unless some are wanted.

    Raises LibrariesFileError for a wanted one that is neither.
    """
    listed = [
        Prunable(
            id=library.id,
            history=library.history,
            read_back_days=library.lookback_days + 1,
            has_twin=settings.twin(library) is not None,
        )
        for library in settings.libraries
    ]
    others = sorted(set(stored).difference(library.id for library in listed))
    known = [*listed, *(Prunable(id=library, history=settings.unlisted_history) for library in others)]
    chosen = set(wanted)
    if unknown := sorted(chosen.difference(library.id for library in known)):
        ids = ", ".join(library.id for library in known)
        raise LibrariesFileError("settings.unknown_library", unknown=", ".join(unknown), known=ids)
    return tuple(library for library in known if not chosen or library.id in chosen)


def prune(
    engine: Engine, library: Prunable, now: datetime, *, batch: int = BATCH, wait_seconds: float = LOCK_WAIT_SECONDS
) -> dict[str, int]:
    """Remove what is past its time, and return how many rows of each table.

    Each batch is a transaction of its own, under the library's lock: a run waits for one of them at most. Raises
    Retriable when another task works on the library.
    """
    days = max(library.history.days, library.read_back_days)
    before, quiet_before = now - timedelta(days=days), now - timedelta(days=library.history.quiet_runs_days)
    statements = OF_HISTORY if library.has_twin else {**OF_EVENTS, **OF_HISTORY}
    removed = dict.fromkeys(statements, 0)
    for table, statement in statements.items():
        count = batch
        while count >= batch:
            with library_lock(engine, library.id, wait_seconds), engine.begin() as connection:
                count = prune_batch(
                    connection, statement, library.id, before=before, quiet_before=quiet_before, batch=batch
                )
                if count and table != "runs":
                    note_pruned(connection, library.id, before)
            removed[table] += count
    return {table: count for table, count in removed.items() if count}
