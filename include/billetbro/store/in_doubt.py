"""Writes in doubt in `sync.changes`: failed, with an unknown outcome (see reconcile/in_doubt.py)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, func, select, update

from billetbro.models import Kind, Mode, WriteInDoubt
from billetbro.store.changes import NOT_SENT, SEEN_WHEN_DONE, WRITTEN_BACK
from billetbro.store.schema.tables import changes, runs, source_events

ENOUGH_LOOKS = 3
"""How many runs that looked for a write are counted: more make no difference."""
INTERRUPTED = {"error": {"key": "error.interrupted"}, "error_code": "interrupted"}


def close_leftovers(connection: Connection, library: str, now: datetime) -> None:
    """Close what a dead task left: changes being applied are in doubt, planned ones were not sent.

    Plans of mode `plan` stay planned. Call it only under the library's lock.
    """
    begun = (changes.c.library == library) & (changes.c.status == "applying")
    failed: dict[str, Any] = {"status": "failed", "finished_at": now}
    connection.execute(update(changes).where(begun).values(failed | INTERRUPTED | {"outcome_unknown": True}))
    of_plans = exists().where(runs.c.run_id == changes.c.run_id, runs.c.library == library, runs.c.mode == "plan")
    unsent = (changes.c.library == library) & (changes.c.status == "planned") & ~of_plans
    connection.execute(update(changes).where(unsent).values(failed | NOT_SENT))


def read_writes_in_doubt(connection: Connection, library: str, run_id: str) -> tuple[WriteInDoubt, ...]:
    """Return the writes in doubt for this run, oldest first.

    One followed by an applied change of the same source event is settled: that was based on its result.
    """
    seen_at = func.coalesce(changes.c.put_off_at, changes.c.planned_at)
    since = (runs.c.library == changes.c.library) & (runs.c.observed_at > seen_at)
    earlier = since & runs.c.mode.in_((Mode.SYNC, Mode.RESYNC)) & (runs.c.run_id != run_id)
    some = select(runs.c.id).where(earlier).limit(ENOUGH_LOOKS).correlate(changes).subquery()
    looks = select(func.count()).select_from(some).scalar_subquery().label("looks")
    later = changes.alias()
    of_same = (later.c.library == changes.c.library) & (later.c.uuid == changes.c.uuid) & (later.c.id > changes.c.id)
    followed = exists().where(of_same, later.c.status == "applied", later.c.kind.not_in(WRITTEN_BACK))
    of_source = (source_events.c.library == changes.c.library) & (source_events.c.uuid == changes.c.uuid)
    series = source_events.c.payload["series_uuid"].astext.label("series_uuid")
    query = (
        select(changes, looks, series)
        .outerjoin(source_events, of_source)
        .where(changes.c.library == library, changes.c.kind.in_(SEEN_WHEN_DONE), changes.c.outcome_unknown, ~followed)
        .order_by(changes.c.id)
    )
    return tuple(_write_in_doubt(row) for row in connection.execute(query).mappings())


def confirm(connection: Connection, confirmed: Mapping[int, int]) -> None:
    """Mark changes as applied after all; `confirmed` maps their ids to their Place2book events."""
    done = {"status": "applied", "outcome_unknown": False, "error": None, "error_code": None}
    if confirmed:
        connection.execute(
            update(changes)
            .where(changes.c.id == bindparam("of_id"))
            .values(done | {"event_id": bindparam("to_event")}),
            [{"of_id": change_id, "to_event": event_id} for change_id, event_id in confirmed.items()],
        )


def defer(connection: Connection, change_ids: Sequence[int], now: datetime) -> None:
    """Defer writes in doubt whose event could not be read: the check does not count."""
    connection.execute(update(changes).where(changes.c.id.in_(change_ids)).values(put_off_at=now))


def _write_in_doubt(row: Mapping[Any, Any]) -> WriteInDoubt:
    return WriteInDoubt(
        change_id=row["id"],
        kind=Kind(row["kind"]),
        uuid=row["uuid"],
        title=row["title"],
        event_maker=row["event_maker"],
        event_id=row["event_id"],
        price_id=row["price_id"],
        old={field["field"]: field["old"] for field in row["fields"]},
        new={field["field"]: field["new"] for field in row["fields"]},
        looks=row["looks"],
        series_uuid=row["series_uuid"],
    )
