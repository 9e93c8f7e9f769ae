"""The runs that a person may see, newest first, a page at a time: from each library its newest, by an index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, TextClause, text

from billetbro.reconcile.operations import kinds_where

RUNS_A_PAGE = 25
SHOWN_KINDS = [kind.value for kind in kinds_where(lambda operation: operation.section is not None)]
"""Changes that are counted as done: the others only note something."""
LAST_STEP = """greatest(
    runs.started_at, extracted_at, transformed_at, observed_at, loaded_at, written_back_at, exported_at
)"""


def _newest(condition: str) -> TextClause:
    # As many of each library as a page has runs: what is among the newest is so among those of its libraries.
    return text(f"""
        SELECT run_id, mode, min(started_at) AS started_at, max(last_step) AS last_step,
            count(*) AS libraries, count(*) FILTER (WHERE errors <> '{{}}') AS failed,
            count(removals_blocked) AS blocked, coalesce(sum(planned_rejections), 0) AS planned_rejections
        FROM unnest(CAST(:libraries AS text[])) AS asked (id)
        CROSS JOIN LATERAL (
            SELECT run_id, mode, started_at, errors, removals_blocked, {LAST_STEP} AS last_step,
                CASE jsonb_typeof(planned_rejections) WHEN 'array' THEN jsonb_array_length(planned_rejections) END
                    AS planned_rejections
            FROM sync.runs
            WHERE runs.library = asked.id {condition}
                AND (CAST(:before AS timestamptz) IS NULL OR (started_at, run_id) < (:before, :run_id))
            ORDER BY started_at DESC, run_id DESC
            LIMIT :number
        ) AS newest
        GROUP BY run_id, mode
        ORDER BY min(started_at) DESC, run_id DESC
        LIMIT :number
    """)


NEWEST, NEWEST_OF_MODE = _newest(""), _newest("AND runs.mode = :mode")
STARTED = text("SELECT min(started_at) FROM sync.runs WHERE run_id = :run_id AND library = ANY(:libraries)")
CHANGES = text("""
    SELECT run_id, library, status, kind, count(*) AS number FROM sync.changes
    WHERE run_id = ANY(:run_ids) AND library = ANY(:libraries) GROUP BY run_id, library, status, kind
""")
REJECTIONS = text("""
    SELECT first_run_id AS run_id, library, count(*) AS number FROM sync.rejections
    WHERE first_run_id = ANY(:run_ids) AND library = ANY(:libraries) GROUP BY first_run_id, library
""")
ASKED_BY = text(
    "SELECT run_id, min(asked_by) AS asked_by FROM sync.actions WHERE run_id = ANY(:run_ids) GROUP BY run_id"
)


@dataclass(slots=True, kw_only=True)
class Counts:
    """How many changes of a run were made, planned, held back or not carried out, and how many rejections opened."""

    applied: int = 0
    planned: int = 0
    held_back: int = 0
    failed: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """A run on a line; `last_step`: when its last step so far began. `blocked`: libraries with stopped removals."""

    run_id: str
    mode: str
    started_at: datetime
    last_step: datetime
    libraries: int
    failed: int
    blocked: int
    counts: Counts
    asked_by: str | None


def read_runs_page(
    connection: Connection, libraries: Sequence[str], *, mode: str | None = None, before: str | None = None
) -> tuple[tuple[RunLine, ...], bool]:
    """Return a page of the runs of these libraries, and whether there are older ones.

    `before`: the last run of the page before; an unknown one means the first page.
    """
    values: dict[str, Any] = {"libraries": list(libraries), "mode": mode, "run_id": before or ""}
    at = connection.scalar(STARTED, {"run_id": before, "libraries": list(libraries)}) if before else None
    statement = NEWEST if mode is None else NEWEST_OF_MODE
    values = {name: value for name, value in values.items() if name != "mode" or mode is not None}
    rows = connection.execute(statement, {**values, "before": at, "number": RUNS_A_PAGE + 1}).mappings().all()
    shown = rows[:RUNS_A_PAGE]
    run_ids = [row["run_id"] for row in shown]
    counts = count_by(connection, run_ids, libraries, "run_id")
    who = {row.run_id: row.asked_by for row in connection.execute(ASKED_BY, {"run_ids": run_ids})}
    lines = [
        RunLine(
            **{name: row[name] for name in ("run_id", "mode", "started_at", "last_step", "libraries")},
            failed=row["failed"],
            blocked=row["blocked"],
            counts=_with_planned(counts[row["run_id"]], row["planned_rejections"]),
            asked_by=who.get(row["run_id"]),
        )
        for row in shown
    ]
    return tuple(lines), len(rows) > RUNS_A_PAGE


def count_by(
    connection: Connection, run_ids: Sequence[str], libraries: Sequence[str], key: str
) -> Mapping[str, Counts]:
    """Return the counts of these runs, by `run_id` or by `library`."""
    given = {"run_ids": list(run_ids), "libraries": list(libraries)}
    found = {one: Counts() for one in (run_ids if key == "run_id" else libraries)}
    for row in connection.execute(CHANGES, given).mappings():
        counts, number = found[row[key]], row["number"]
        match row["status"]:
            case "applied" if row["kind"] in SHOWN_KINDS:
                counts.applied += number
            case "planned" | "applying":
                counts.planned += number
            case "held_back":
                counts.held_back += number
            case "failed":
                counts.failed += number
    for row in connection.execute(REJECTIONS, given).mappings():
        found[row[key]].rejected += row["number"]
    return found


def _with_planned(counts: Counts, rejections: int) -> Counts:
    counts.rejected += rejections
    return counts
