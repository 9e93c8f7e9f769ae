"""Linked events whose sale windows opened or closed recently, in one query over all libraries."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from billetbro.models import CurrentEvent, Link, Mapped
from billetbro.reconcile.sale_status.windows import STILL_TRIED
from billetbro.store.schema.records import CURRENT_EVENT, MAPPED, link_from_row

# A coarse filter in the database; is_due decides (sale_status/windows.py).
BOUNDS_IN_REACH = text("""
    SELECT links.*, source.mapped AS of_source, stands.payload AS of_event, stands.read_at AS read_at
    FROM sync.links AS links
    JOIN sync.ticket_events AS stands USING (library, event_maker, event_id)
    JOIN sync.source_events AS source USING (library, uuid)
    CROSS JOIN LATERAL jsonb_to_record(stands.payload)
        AS told (sale_open_at timestamptz, sale_close_at timestamptz, prices jsonb)
    CROSS JOIN LATERAL (SELECT least(stands.read_at, CAST(:tried_since AS timestamptz)) AS since) AS reach
    WHERE links.status = 'live' AND (links.ends_at IS NULL OR links.ends_at > :now)
        AND source.present AND source.mapped IS NOT NULL
        AND (CAST(:library AS text) IS NULL OR links.library = :library)
        AND (
            (told.sale_open_at >= reach.since AND told.sale_open_at <= :now)
            OR (told.sale_close_at >= reach.since AND told.sale_close_at <= :now)
            OR EXISTS (
                SELECT FROM jsonb_to_recordset(
                    CASE jsonb_typeof(told.prices) WHEN 'array' THEN told.prices ELSE '[]' END
                ) AS price (sale_begin_at timestamptz, sale_end_at timestamptz)
                WHERE (price.sale_begin_at >= reach.since AND price.sale_begin_at <= :now)
                    OR (price.sale_end_at >= reach.since AND price.sale_end_at <= :now)
            )
        )
    ORDER BY links.library, links.uuid
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class LastReading:
    """A linked event in our tables: `event` is what Place2book showed at `read_at`."""

    library: str
    mapped: Mapped
    link: Link
    event: CurrentEvent
    read_at: datetime


def bounds_in_reach(connection: Connection, now: datetime, library: str | None = None) -> tuple[LastReading, ...]:
    """Return the linked events, of all libraries or one, whose sale windows opened or closed recently.

    "Recently": since the event was read, or while its state may still be retried. Empty before the tables exist.
    """
    if connection.scalar(text("SELECT to_regclass('sync.ticket_events')")) is None:
        return ()
    values = {"now": now, "tried_since": now - STILL_TRIED, "library": library}
    return tuple(
        LastReading(
            library=row["library"],
            mapped=MAPPED.validate_python(row["of_source"]),
            link=link_from_row(row),
            event=CURRENT_EVENT.validate_python(row["of_event"]),
            read_at=row["read_at"],
        )
        for row in connection.execute(BOUNDS_IN_REACH, values).mappings()
    )
