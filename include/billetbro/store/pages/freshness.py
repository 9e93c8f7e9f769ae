"""How old each library's last good run is: one index scan for each library."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, FromClause, Text, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from billetbro.models import Mode
from billetbro.models.message import Message
from billetbro.store.schema.tables import runs

TOO_OLD = timedelta(hours=3)
"""A run begins every hour, and is late after 50 minutes: by now two have failed or not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryRuns:
    """A library's latest run that could write, and when the latest good one was loaded.

    `first_at`: when the library was first run at all, None if never.
    """

    library: str
    first_at: datetime | None = None
    run_id: str | None = None
    started_at: datetime | None = None
    errors: tuple[Message, ...] = ()
    removals_blocked: Message | None = None
    good_at: datetime | None = None

    def is_too_old(self, now: datetime) -> bool:
        """Return whether no run was good for too long; a library that was never run has not been waiting."""
        since = self.good_at or self.first_at
        return since is not None and now - since > TOO_OLD


def read_library_runs(connection: Connection, libraries: Sequence[str]) -> tuple[LibraryRuns, ...]:
    """Return the runs of each of these libraries, in their order."""
    asked = func.unnest(literal(list(libraries), ARRAY(Text))).table_valued("id", name="asked").render_derived()
    latest, good, first = (
        _one(asked.c.id, "latest", newest=True),
        _one(asked.c.id, "good", newest=True, only_good=True),
        _one(asked.c.id, "first", newest=False),
    )
    query = (
        select(
            asked.c.id,
            first.c.started_at.label("first_at"),
            *(latest.c.run_id, latest.c.started_at, latest.c.errors, latest.c.removals_blocked),
            good.c.loaded_at.label("good_at"),
        )
        .select_from(asked)
        .outerjoin(latest, true())
        .outerjoin(good, true())
        .outerjoin(first, true())
    )
    found = {row.id: row for row in connection.execute(query)}
    return tuple(
        LibraryRuns(
            library=library,
            first_at=row.first_at,
            run_id=row.run_id,
            started_at=row.started_at,
            errors=tuple(Message.from_json(error) for error in (row.errors or {}).values()),
            removals_blocked=Message.from_json(row.removals_blocked) if row.removals_blocked else None,
            good_at=row.good_at,
        )
        for library in libraries
        if (row := found[library]) is not None
    )


def _one(library: ColumnElement[str], name: str, *, newest: bool, only_good: bool = False) -> FromClause:
    query = select(runs).where(runs.c.library == library, runs.c.mode.in_((Mode.SYNC, Mode.RESYNC)))
    if only_good:
        query = query.where(runs.c.loaded_at.is_not(None), runs.c.errors == {})
    order = runs.c.started_at.desc() if newest else runs.c.started_at
    return query.order_by(order).limit(1).lateral(name)
