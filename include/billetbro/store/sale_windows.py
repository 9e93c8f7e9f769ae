"""Linked events whose sale windows opened or closed recently: one query over all libraries, by indexes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from billetbro.models import CurrentEvent, Link, Mapped
from billetbro.reconcile.sale_status.windows import STILL_TRIED, UNREAD
from billetbro.store.schema.records import CURRENT_EVENT, MAPPED, link_from_row

# By the indexes of the stored turns, whatever the planner thinks of the links; is_due decides (sale_status/windows.py).
BOUNDS_IN_REACH = text("""
    WITH stands AS MATERIALIZED (
        SELECT library, event_maker, event_id, payload, read_at FROM sync.ticket_events
        WHERE next_turn_at BETWEEN :unread_since AND :now OR last_turn_at >= :tried_since
    )
    SELECT links.*, source.mapped AS of_source, stands.payload AS of_event, stands.read_at AS read_at
    FROM stands
    JOIN sync.links AS links USING (library, event_maker, event_id)
    JOIN sync.source_events AS source USING (library, uuid)
    WHERE links.status = 'live' AND (links.ends_at IS NULL OR links.ends_at > :now)
        AND source.present AND source.mapped IS NOT NULL
        AND (CAST(:library AS text) IS NULL OR stands.library = :library)
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

    "Recently": since the event was read, or while its state may still be retried.
    """
    values = {"now": now, "unread_since": now - UNREAD, "tried_since": now - STILL_TRIED, "library": library}
    return tuple(
        LastReading(
            library=row["library"],
            mapped=MAPPED.of(row["of_source"]),
            link=link_from_row(row),
            event=CURRENT_EVENT.of(row["of_event"]),
            read_at=row["read_at"],
        )
        for row in connection.execute(BOUNDS_IN_REACH, values).mappings()
    )
