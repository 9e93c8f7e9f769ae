"""Counts for the metrics of a run."""

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from billetbro.store.schema.tables import changes, rejections


def changes_by_kind(connection: Connection, run_id: str) -> dict[str, int]:
    """Return how many changes a run has applied, by kind."""
    query = (
        select(changes.c.kind, func.count())
        .where(changes.c.run_id == run_id, changes.c.status == "applied")
        .group_by(changes.c.kind)
    )
    return dict(map(tuple, connection.execute(query)))


def open_rejections(connection: Connection, libraries: Collection[str]) -> dict[str, int]:
    """Return how many rejections are open in each of these libraries that has any."""
    query = (
        select(rejections.c.library, func.count())
        .where(rejections.c.library.in_(libraries), rejections.c.resolved_at.is_(None))
        .group_by(rejections.c.library)
    )
    return dict(map(tuple, connection.execute(query)))
