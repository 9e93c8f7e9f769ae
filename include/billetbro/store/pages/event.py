"""What people asked for of one event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from billetbro.models import FieldChange
from billetbro.store.schema.tables import actions

LATEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAction:
    """What a person asked for; `fields`: what was accepted; `run_id`: the run that carried it out."""

    asked_at: datetime
    asked_by: str
    action: str
    fields: tuple[FieldChange, ...]
    run_id: str | None


def read_actions(connection: Connection, library: str, uuid: str) -> tuple[AskedAction, ...]:
    """Return what people asked for of an event, the latest first."""
    query = select(actions).where(actions.c.library == library, actions.c.uuid == uuid)
    return tuple(map(_action, connection.execute(query.order_by(actions.c.id.desc()).limit(LATEST)).mappings()))


def _action(row: Mapping[Any, Any]) -> AskedAction:
    fields = (FieldChange(field=one["field"], old=one["old"], new=one["new"]) for one in row["fields"] or ())
    values = {name: row[name] for name in ("asked_at", "asked_by", "action", "run_id")}
    return AskedAction(**values, fields=tuple(fields))
