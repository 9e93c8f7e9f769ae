"""All planned changes: committed as `applying` before the request leaves, and as applied or failed afterwards."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, insert, select, update

from billetbro.errors import Retriable, code_of, message_of
from billetbro.models import Change
from billetbro.reconcile.operations import kinds_where
from billetbro.store.schema.tables import changes

NOT_SENT = {"error": {"key": "error.not_sent"}, "error_code": "not_sent"}
SEEN_WHEN_DONE = kinds_where(lambda operation: operation.sends_to_place2book)
WRITTEN_BACK = kinds_where(lambda operation: operation.sends_to_source)


def store_planned(
    connection: Connection, run_id: str, library: str, planned: Sequence[Change], now: datetime
) -> list[int]:
    """Store changes as planned and return their ids, in the same order."""
    return _stored(connection, [_row(run_id, library, change, now, "planned") for change in planned])


def store_held_back(
    connection: Connection, run_id: str, library: str, held: Sequence[Change], now: datetime
) -> list[int]:
    """Store changes that are not sent, each with the code of the rule that stops it as its reason."""
    return _stored(connection, [_row(run_id, library, change, now, "held_back") for change in held])


def _stored(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    if not rows:
        return []
    statement = insert(changes).returning(changes.c.id, sort_by_parameter_order=True)
    return list(connection.scalars(statement, rows))


def _row(run_id: str, library: str, change: Change, now: datetime, status: str) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "library": library,
        "uuid": change.uuid,
        "title": change.title,
        "event_maker": change.event_maker,
        "event_id": change.event_id,
        "price_id": change.price_id,
        "kind": change.kind.value,
        "fields": [{"field": field.field, "old": field.old, "new": field.new} for field in change.fields],
        "why": str(change.why),
        "status": status,
        "planned_at": now,
    }


def mark_applying(connection: Connection, change_id: int, now: datetime) -> None:
    """Mark the change as applying before its request leaves; raises Retriable if it is no longer ours to send.

    The library's lock is lost when its connection breaks. Another task then closes everything that was planned
    (`in_doubt.close_leftovers`) and reads the current state.
    """
    _while_ours(connection, change_id, ("planned",), {"status": "applying", "applying_at": now})


def mark_applied(
    connection: Connection, change_id: int, now: datetime, event_id: int | None, price_id: int | None
) -> None:
    """Mark the change as applied, with its event and price; raises Retriable like `mark_applying`.

    The change is then in doubt, and the next attempt looks for its result.
    """
    values: dict[str, Any] = {"status": "applied", "finished_at": now}
    values |= {name: found for name, found in (("event_id", event_id), ("price_id", price_id)) if found is not None}
    _while_ours(connection, change_id, ("planned", "applying"), values)


def mark_failed(
    connection: Connection, change_id: int, now: datetime, error: BaseException, *, outcome_unknown: bool
) -> None:
    """Mark the change as failed or of unknown outcome, with the error."""
    values = {
        "status": "failed",
        "finished_at": now,
        "error": message_of(error).to_json(),
        "error_code": code_of(error),
        "outcome_unknown": outcome_unknown,
    }
    still_ours = changes.c.status.in_(("planned", "applying"))
    connection.execute(update(changes).where(changes.c.id == change_id, still_ours).values(values))


def _while_ours(connection: Connection, change_id: int, statuses: Sequence[str], values: Mapping[str, Any]) -> None:
    of_ours = (changes.c.id == change_id) & changes.c.status.in_(statuses)
    if connection.execute(update(changes).where(of_ours).values(dict(values))).rowcount != 1:
        raise Retriable("error.taken_over")


def close_unsent(connection: Connection, run_id: str, library: str, now: datetime) -> None:
    """Mark the changes of a library's run that are still planned as not sent."""
    connection.execute(
        update(changes)
        .where(changes.c.run_id == run_id, changes.c.library == library, changes.c.status == "planned")
        .values(status="failed", finished_at=now, **NOT_SENT)
    )


def failed_write_backs(connection: Connection, library: str) -> frozenset[str]:
    """Return the source events whose latest PATCH failed."""
    sent = changes.c.kind.in_(WRITTEN_BACK) & changes.c.applying_at.is_not(None)
    later = changes.alias()
    of_same = (later.c.library == changes.c.library) & (later.c.uuid == changes.c.uuid) & (later.c.id > changes.c.id)
    later_sent = later.c.kind.in_(WRITTEN_BACK) & later.c.applying_at.is_not(None)
    failed = select(changes.c.uuid).where(
        changes.c.library == library, changes.c.status == "failed", sent, ~exists().where(of_same, later_sent)
    )
    return frozenset(connection.scalars(failed))
