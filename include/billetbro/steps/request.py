"""A run's request, and the loop of a step over its libraries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from billetbro.errors import several
from billetbro.models import Mode
from billetbro.settings.libraries import Library
from billetbro.store.database import ensure_schema_is_current
from billetbro.store.runs import note_error
from billetbro.store.schema.metadata import metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """A run as requested by the schedule or a person. Empty `events` means all."""

    run_id: str
    mode: Mode = Mode.SYNC
    by_hand: bool = False
    events: frozenset[str] = frozenset()
    allow_mass_removal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryRun:
    """One library's part of a run: its database, its settings, the request, and the current time."""

    engine: Engine
    library: Library
    request: RunRequest
    now: datetime

    @property
    def id(self) -> str:
        """Return the library's id."""
        return self.library.id

    @property
    def run_id(self) -> str:
        """Return the run's id."""
        return self.request.run_id

    @property
    def mode(self) -> Mode:
        """Return the run's mode."""
        return self.request.mode


class NothingToDo(Exception):  # noqa: N818
    """An earlier step left nothing for this one: not a failure of this step."""


def utc_now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def batches(libraries: Sequence[str], at_most: int = 16) -> list[list[str]]:
    """Return the libraries in batches of one, or in at most `at_most` batches of nearly equal size."""
    size = max(1, -(-len(libraries) // at_most))
    return [list(libraries[start : start + size]) for start in range(0, len(libraries), size)]


def for_each_library(
    engine: Engine, request: RunRequest, step: str, libraries: Sequence[str], work: Callable[[str], None]
) -> None:
    """Do the work for each library independently, and raise the failures at the end.

    Failures are stored in `sync.runs`. Raises NothingToDo when every library does, and SettingsError up front when the
    tables have another version.
    """
    ensure_schema_is_current(engine, metadata)
    failed: list[Exception] = []
    idle = 0
    for library in libraries:
        try:
            work(library)
        except NothingToDo:
            idle += 1
        except Exception as error:
            note_error(engine, request.run_id, library, step, error)
            failed.append(error)
    if failed:
        raise failed[0] if len(failed) == 1 else several(failed)
    if idle == len(libraries):
        raise NothingToDo(f"nothing to do for {', '.join(libraries)}")
