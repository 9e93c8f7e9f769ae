"""Store with each ticket event when its sale windows open or close its sale, and find it by an index.

Until an event is read again, every bound of its windows counts as a turn: too many are looked at, none is missed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_sale_turns"
down_revision = "0015_reason_codes"
branch_labels = None
depends_on = None

COLUMNS = {
    "last_turn_at": "when its sale windows last opened or closed its sale, up to read_at",
    "next_turn_at": "when they first do so after read_at; null: they do not",
}
BOUNDS = """
    UPDATE sync.ticket_events AS stands
    SET last_turn_at = bounds.last_one, next_turn_at = bounds.next_one
    FROM sync.ticket_events AS told
    JOIN sync.links AS links USING (library, event_maker, event_id)
    CROSS JOIN LATERAL (
        SELECT max(bound) FILTER (WHERE bound <= told.read_at) AS last_one,
            min(bound) FILTER (WHERE bound > told.read_at) AS next_one
        FROM (
            SELECT told.payload - 'prices'
            UNION ALL
            SELECT jsonb_array_elements(
                CASE jsonb_typeof(told.payload -> 'prices') WHEN 'array' THEN told.payload -> 'prices' ELSE '[]' END
            )
        ) AS part (windows)
        CROSS JOIN LATERAL unnest(ARRAY[
            windows ->> 'sale_open_at', windows ->> 'sale_close_at',
            windows ->> 'sale_begin_at', windows ->> 'sale_end_at'
        ]::timestamptz[]) AS bound
    ) AS bounds
    WHERE links.status = 'live' AND stands.library = told.library
        AND stands.event_maker = told.event_maker AND stands.event_id = told.event_id
"""


def upgrade() -> None:
    for column, comment in COLUMNS.items():
        of_time = sa.Column(column, sa.DateTime(timezone=True), nullable=True, comment=comment)
        op.add_column("ticket_events", of_time, schema="sync")
    op.execute(BOUNDS)
    for column in COLUMNS:
        op.create_index(
            f"ix_ticket_events_{column}",
            "ticket_events",
            [column],
            schema="sync",
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
    op.execute("ANALYZE sync.ticket_events")


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_column("ticket_events", column, schema="sync")
