"""Rejections: open until a run no longer finds them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, text, update
from sqlalchemy.dialects.postgresql import insert

from billetbro.models import Refusal, Rejection
from billetbro.reconcile.sale_status.unsavable_event import UNSAVED
from billetbro.reconcile.sale_status.write_back import STILL_SHOWN
from billetbro.store.schema.tables import rejections

OF_APPLYING = frozenset({"refused_by_place2book", "outcome_unknown", "cms_refused", UNSAVED, STILL_SHOWN})
"""Codes found when changes are applied or written back; all others are found when planning."""


def open_codes(connection: Connection, library: str) -> frozenset[tuple[str, str]]:
    """Return (uuid, code) of every open rejection of the library."""
    query = select(rejections.c.uuid, rejections.c.code).where(
        rejections.c.library == library, rejections.c.resolved_at.is_(None)
    )
    return frozenset((uuid, code) for uuid, code in connection.execute(query))


def report_rejections(
    connection: Connection,
    library: str,
    found: Sequence[Rejection],
    run_id: str,
    now: datetime,
    fingerprints: Mapping[str, str] | None = None,
) -> None:
    """Open these rejections, or update those that are open; `fingerprints`: what was tried, by uuid.

    Its many arguments are columns of the rows.
    """
    tried = fingerprints or {}
    rows = [{"library": library, **_row(one, run_id, now, tried.get(one.uuid))} for one in found]
    rows = list({(row["uuid"], row["code"]): row for row in rows}.values())
    if not rows:
        return
    new = insert(rejections)
    follow = ("title", "field", "found", "detail", "last_seen_at", "last_run_id")
    changed = {name: new.excluded[name] for name in follow}
    if fingerprints is not None:
        changed |= {name: new.excluded[name] for name in ("fingerprint", "tried_at")}
    key = ["library", "uuid", "code"]
    open_ones = text("resolved_at IS NULL")
    connection.execute(new.on_conflict_do_update(index_elements=key, index_where=open_ones, set_=changed), rows)


def noted(rejection: Rejection) -> dict[str, str | None]:
    """Return the fields of a rejection from which its text is made."""
    return {name: getattr(rejection, name) for name in ("title", "code", "field", "found", "detail")}


def _row(rejection: Rejection, run_id: str, now: datetime, tried: str | None) -> dict[str, object]:
    return {
        "uuid": rejection.uuid,
        **noted(rejection),
        "fingerprint": tried,
        "tried_at": now if tried else None,
        "first_seen_at": now,
        "last_seen_at": now,
        "first_run_id": run_id,
        "last_run_id": run_id,
    }


def resolve_rejections(
    connection: Connection,
    library: str,
    now: datetime,
    *,
    still: Collection[tuple[str, str]],
    codes: Collection[str] | None = None,
    uuids: Collection[str] | None = None,
) -> None:
    """Resolve the open rejections that were not found again; `still`: the (uuid, code) that were.

    `codes` limits it to these codes, by default those found when planning; `uuids` limits it to these events. It has
    many arguments because each limits it independently.
    """
    of_open = (rejections.c.library == library) & rejections.c.resolved_at.is_(None)
    rows = connection.execute(select(rejections.c.id, rejections.c.uuid, rejections.c.code).where(of_open))
    gone = [
        rejection_id
        for rejection_id, uuid, code in rows
        if (uuid, code) not in still
        and (code in codes if codes is not None else code not in OF_APPLYING)
        and (uuids is None or uuid in uuids)
    ]
    if gone:
        connection.execute(update(rejections).where(rejections.c.id.in_(gone)).values(resolved_at=now))


def read_refusals(connection: Connection, library: str, code: str = "refused_by_place2book") -> dict[str, Refusal]:
    """Return the refusals by event, by default those of Place2book."""
    query = select(rejections.c.uuid, rejections.c.fingerprint, rejections.c.tried_at).where(
        rejections.c.library == library,
        rejections.c.code == code,
        rejections.c.resolved_at.is_(None),
        rejections.c.fingerprint.is_not(None),
    )
    return {uuid: Refusal(fingerprint=tried, tried_at=at) for uuid, tried, at in connection.execute(query)}
