"""A run's request, and a task's share of a step: a batch of libraries, of which each may fail alone."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy import Engine

from billetbro.errors import several
from billetbro.models import Mode
from billetbro.settings.libraries import Library
from billetbro.steps.library_threads import LibraryThreads, Limits
from billetbro.store.database import ensure_schema_is_current
from billetbro.store.runs import begin_step, note_error, only_plans, read_tried
from billetbro.store.schema.metadata import metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """A run as requested by the schedule or a person. Empty `events` means all."""

    run_id: str
    mode: Mode = Mode.SYNC
    by_hand: bool = False
    events: frozenset[str] = frozenset()
    allow_mass_removal: bool = False
    read_all_prices: bool = False


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


def library_run(engine: Engine, library: Library, request: RunRequest, now: datetime) -> LibraryRun:
    """Return a library's part of a run as its steps carry it out: a plan, unless the library is live (behaviour 16)."""
    if request.mode is not Mode.PLAN:
        with engine.connect() as connection:
            if only_plans(connection, request.run_id, library.id):
                request = replace(request, mode=Mode.PLAN)
    return LibraryRun(engine=engine, library=library, request=request, now=now)


class NothingToDo(Exception):  # noqa: N818
    """An earlier step left nothing for this one: not a failure of this step."""


def utc_now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A task's share of a step: its libraries in units, of which twins are one.

    `again`: Airflow tries the task again after a failure. A task that a person clears begins from scratch.
    """

    step: str
    units: Sequence[Sequence[str]]
    again: bool = False
    limits: Limits = field(default_factory=Limits)


def for_each_library(engine: Engine, request: RunRequest, batch: Batch, work: Callable[[str], object]) -> None:
    """Do the work for each library independently, several side by side, and raise the failures at the end.

    Failures are stored in `sync.runs`. Another try does only what failed and can pass. Raises NothingToDo when every
    library does, and SettingsError up front when the tables have another version.
    """
    ensure_schema_is_current(engine, metadata)
    failed, units = _still_to_do(engine, request, batch)
    idle: list[str] = []
    with closing(iter(LibraryThreads(units, work, batch.limits))) as all_ended:
        for ended in all_ended:
            if isinstance(ended.error, NothingToDo):
                idle.append(ended.library)
            elif ended.error is not None:
                note_error(engine, request.run_id, ended.library, batch.step, ended.error)
                failed[ended.library] = ended.error
    if failed:
        raise next(iter(failed.values())) if len(failed) == 1 else several(failed.values(), list(failed))
    if len(idle) == sum(map(len, batch.units)):
        raise NothingToDo(f"nothing to do for {', '.join(sorted(idle))}")


def _still_to_do(engine: Engine, request: RunRequest, batch: Batch) -> tuple[dict[str, BaseException], list[list[str]]]:
    """Return the failures of an earlier try that stay, and the units with what is left to do."""
    libraries = [library for unit in batch.units for library in unit]
    with engine.begin() as connection:
        if not batch.again:
            begin_step(connection, request.run_id, libraries, batch.step)
            return {}, [list(unit) for unit in batch.units]
        tried = read_tried(connection, request.run_id, libraries, batch.step)
    over = tried.done | tried.failed.keys()
    return dict(tried.failed), [[library for library in unit if library not in over] for unit in batch.units]
