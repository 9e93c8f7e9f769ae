"""What people asked for on the pages: a row for each library or event that it was about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, func, insert, select, text

from billetbro.models import FieldChange
from billetbro.store.schema.tables import actions


class Action(StrEnum):
    """What a person can ask for."""

    UPDATE = "update"
    PLAN = "plan"
    RETRY = "retry"
    ACCEPT = "accept"
    OVERWRITE = "overwrite"
    ALLOW_REMOVALS = "allow_removals"
    CARRY_OUT = "carry_out"
    GO_LIVE = "go_live"
    PAUSE_LIVE = "pause_live"
    ADOPT = "adopt"
    ANOTHER = "another"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFor:
    """What a person asked for.

    `fields`: what of a drift was accepted, or is to be overwritten. `run_id`: the run that carries it out, if any.
    """

    action: Action
    asked_by: str
    asked_at: datetime
    fields: Sequence[FieldChange] = ()
    run_id: str | None = None


def is_stored(connection: Connection, run_id: str) -> bool:
    """Return whether somebody's request for this run was stored; nobody else stores one until the transaction ends."""
    key = {"name": f"billetbro:action:{run_id}"}
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), key)
    return connection.scalar(select(func.count()).where(actions.c.run_id == run_id)) != 0


def store_action(connection: Connection, asked: AskedFor, targets: Sequence[tuple[str, str | None]]) -> None:
    """Store what a person asked for, of these libraries and events.

    None: of all libraries; a target without a uuid: of all events of the library.
    """
    fields = [{"field": one.field, "old": one.old, "new": one.new} for one in asked.fields] or None
    same = {"action": asked.action.value, "asked_by": asked.asked_by, "asked_at": asked.asked_at, "fields": fields}
    rows = [{"library": library, "uuid": uuid, "run_id": asked.run_id, **same} for library, uuid in targets]
    rows = rows or [{"run_id": asked.run_id, **same}]
    connection.execute(insert(actions), rows)
