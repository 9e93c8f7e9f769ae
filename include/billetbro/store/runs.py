"""Runs: a row for each library and run, with its progress and errors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, cast, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from billetbro.errors import Fatal, code_of, codes_that_stay, message_of
from billetbro.models import Mode
from billetbro.models.message import Message
from billetbro.store.live_libraries import Live, is_live, read_live
from billetbro.store.schema.tables import runs

STEP_TIMES = {
    "extract": ("extracted_at",),
    "transform": ("transformed_at",),
    "load": ("loaded_at", "observed_at"),
    "writeback": ("written_back_at",),
    "export_purchases": ("exported_at",),
}
"""What each step stores of itself; the first tells that it succeeded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A row of `sync.runs`. Times are UTC. `events`: those that the run was limited to; None: not known."""

    run_id: str
    library: str
    mode: str
    by_hand: bool
    started_at: datetime
    not_live: bool = False
    events: tuple[str, ...] | None = None
    window_start: datetime | None = None
    window_end: datetime | None = None
    extracted_at: datetime | None = None
    transformed_at: datetime | None = None
    observed_at: datetime | None = None
    loaded_at: datetime | None = None
    written_back_at: datetime | None = None
    exported_at: datetime | None = None
    unchanged: bool = False
    source_events: int | None = None
    removals_blocked: Message | None = None
    planned_rejections: Sequence[Mapping[str, str | None]] | None = None
    purchases: Mapping[str, Any] | None = None
    errors: Mapping[str, Message] = field(default_factory=dict)
    error_codes: Mapping[str, str] = field(default_factory=dict)

    def has_done(self, step: str) -> bool:
        """Return whether the step succeeded; of a plan the load ends once Place2book was read, and is the last."""
        if step in self.errors:
            return False
        if self.mode == Mode.PLAN.value and step not in ("extract", "transform"):
            return step != "load" or self.observed_at is not None
        return getattr(self, STEP_TIMES[step][0]) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of a step's libraries in an earlier try: those that are done, and the failures that stay."""

    done: frozenset[str]
    failed: Mapping[str, Fatal]


def start_run(
    engine: Engine,
    run_id: str,
    libraries: Sequence[str],
    mode: str,
    *,
    by_hand: bool,
    now: datetime,
    events: Iterable[str] = (),
) -> None:
    """Store that a run begins for these libraries, of those that are not live only as a plan; a retry changes nothing.

    Its many arguments are columns of the row.
    """
    same = {"run_id": run_id, "by_hand": by_hand, "started_at": now, "events": sorted(events)}
    with engine.begin() as connection:
        live = read_live(connection, libraries)
        off = {library for library in libraries if mode != Mode.PLAN and live[library] is not Live.YES}
        rows = [
            {
                "library": library,
                "mode": Mode.PLAN.value if library in off else mode,
                "not_live": library in off,
                **same,
            }
            for library in libraries
        ]
        connection.execute(insert(runs).values(rows).on_conflict_do_nothing())


def read_runs(connection: Connection, run_id: str) -> tuple[RunRecord, ...]:
    """Return the rows of a run, by library."""
    query = select(runs).where(runs.c.run_id == run_id).order_by(runs.c.library)
    return tuple(_record(row) for row in connection.execute(query).mappings())


def read_run(connection: Connection, run_id: str, library: str) -> RunRecord:
    """Return one library's row; raises KeyError when the run was never begun for it."""
    query = select(runs).where(runs.c.run_id == run_id, runs.c.library == library)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise KeyError(f"run '{run_id}' was not begun for library '{library}'")
    return _record(row)


def only_plans(connection: Connection, run_id: str, library: str) -> bool:
    """Return whether a library's part of a run may write nothing: it began as a plan, or the library is not live."""
    query = select(runs.c.mode).where(runs.c.run_id == run_id, runs.c.library == library)
    return connection.scalar(query) == Mode.PLAN or not is_live(connection, library)


def begin_step(connection: Connection, run_id: str, libraries: Sequence[str], step: str) -> None:
    """Forget what the step stored before a person cleared it; mostly there is nothing, and nothing is written."""
    times = [runs.c[name] for name in STEP_TIMES[step]]
    stored = or_(*(time.is_not(None) for time in times), runs.c.errors.has_key(step))
    connection.execute(
        update(runs)
        .where(runs.c.run_id == run_id, runs.c.library.in_(libraries), stored)
        .values(dict.fromkeys(times) | {column: column.op("-")(step) for column in (runs.c.errors, runs.c.error_codes)})
    )


def failed_in_the_run_before(connection: Connection, run_id: str) -> frozenset[str]:
    """Return the libraries that failed in the hourly job's latest other run."""
    hourly = (runs.c.run_id != run_id) & runs.c.mode.in_([mode.value for mode in Mode])
    before = select(runs.c.run_id).where(hourly).order_by(runs.c.id.desc()).limit(1).scalar_subquery()
    failed = select(runs.c.library).where(runs.c.run_id == before, runs.c.errors != {})
    return frozenset(connection.scalars(failed))


def read_tried(connection: Connection, run_id: str, libraries: Sequence[str], step: str) -> Tried:
    """Return what an earlier try of the step left for these libraries."""
    records = [record for record in read_runs(connection, run_id) if record.library in libraries]
    stay = codes_that_stay()
    failed = [record for record in records if record.error_codes.get(step) in stay]
    return Tried(
        done=frozenset(record.library for record in records if record.has_done(step)),
        failed={record.library: Fatal(record.errors[step]) for record in failed},
    )


def note_progress(connection: Connection, run_id: str, library: str, step: str, **values: object) -> None:
    """Store a step's progress, and remove its error of an earlier attempt."""
    stored = {name: value.to_json() if isinstance(value, Message) else value for name, value in values.items()}
    connection.execute(
        update(runs)
        .where(runs.c.run_id == run_id, runs.c.library == library)
        .values(errors=runs.c.errors.op("-")(step), error_codes=runs.c.error_codes.op("-")(step), **stored)
    )


def note_error(engine: Engine, run_id: str, library: str, step: str, error: BaseException) -> None:
    """Store the error that ended a step of a library's run."""
    new = {runs.c.errors: message_of(error).to_json(), runs.c.error_codes: code_of(error)}
    values = {column: column.op("||")(cast(literal({step: value}, JSONB), JSONB)) for column, value in new.items()}
    with engine.begin() as connection:
        connection.execute(update(runs).where(runs.c.run_id == run_id, runs.c.library == library).values(values))


def _record(row: Mapping[Any, Any]) -> RunRecord:
    errors = {step: Message.from_json(error) for step, error in row["errors"].items()}
    blocked = None if row["removals_blocked"] is None else Message.from_json(row["removals_blocked"])
    values = {name: value for name, value in row.items() if name != "id"}
    events = None if row["events"] is None else tuple(row["events"])
    return RunRecord(**values | {"events": events, "errors": errors, "removals_blocked": blocked})
