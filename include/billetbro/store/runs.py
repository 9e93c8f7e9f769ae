"""Runs: a row for each library and run, with its progress and errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, cast, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from billetbro.errors import code_of, message_of
from billetbro.models.message import Message
from billetbro.store.schema.tables import runs


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A row of `sync.runs`. Times are UTC."""

    run_id: str
    library: str
    mode: str
    by_hand: bool
    started_at: datetime
    window_start: datetime | None = None
    window_end: datetime | None = None
    extracted_at: datetime | None = None
    transformed_at: datetime | None = None
    observed_at: datetime | None = None
    loaded_at: datetime | None = None
    written_back_at: datetime | None = None
    exported_at: datetime | None = None
    source_events: int | None = None
    removals_blocked: Message | None = None
    planned_rejections: Sequence[Mapping[str, str | None]] | None = None
    purchases: Mapping[str, Any] | None = None
    errors: Mapping[str, Message] = field(default_factory=dict)
    error_codes: Mapping[str, str] = field(default_factory=dict)


def start_run(
    engine: Engine, run_id: str, libraries: Sequence[str], mode: str, *, by_hand: bool, now: datetime
) -> None:
    """Store that a run begins for these libraries; a retry changes nothing.

    Its many arguments are columns of the row.
    """
    rows = [
        {"run_id": run_id, "library": library, "mode": mode, "by_hand": by_hand, "started_at": now}
        for library in libraries
    ]
    with engine.begin() as connection:
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
    return RunRecord(**values | {"errors": errors, "removals_blocked": blocked})
