"""What was sold, added up by event and by day; and which events have a waiting list."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0009_sales"
down_revision = "0008_library_names"
branch_labels = None
depends_on = None

SOLD = {
    "purchases": "Completed purchases",
    "tickets_sold": "Tickets of completed purchases that are not released",
    "income_ore": "Paid in all, in øre, additional sales included, as Place2book totals the purchases",
    "additional_sales_ore": "Paid for what was sold with these tickets, in øre; income_ore includes it",
}
BOOKED = ", ".join(
    f"coalesce(sum(s.tickets) FILTER (WHERE (e.begin_at AT TIME ZONE 'Europe/Copenhagen')::date - s.day >= {days}), 0)"
    for days in (60, 45, 30, 21, 14, 7, 3, 1, 0)
)
PURCHASES = """
    SELECT p.library, p.event_id, p.purchase_id, p.income_ore,
           (coalesce(p.created_at, p.first_seen_at) AT TIME ZONE 'Europe/Copenhagen')::date AS day,
           coalesce(k.tickets, 0) AS tickets, coalesce(k.arrived, 0) AS arrived, coalesce(k.extra, 0) AS extra
    FROM warehouse.purchases p
    LEFT JOIN (
        SELECT t.library, t.purchase_id, t.event_id,
               count(*) AS tickets, count(t.arrived_at) AS arrived, sum(a.amount_ore) AS extra
        FROM warehouse.tickets t
        LEFT JOIN (
            SELECT library, ticket_id, sum(amount_ore) AS amount_ore FROM warehouse.additional_sales
            WHERE released_at IS NULL GROUP BY library, ticket_id
        ) AS a ON a.library = t.library AND a.ticket_id = t.ticket_id
        WHERE t.released_at IS NULL
        GROUP BY t.library, t.purchase_id, t.event_id
    ) AS k ON k.library = p.library AND k.purchase_id = p.purchase_id AND k.event_id = p.event_id
    WHERE p.transaction_type = 'completed' AND p.moved_at IS NULL
"""
SUMS = "coalesce(sum(s.tickets), 0), coalesce(sum(s.income_ore), 0), coalesce(sum(s.extra), 0)"


def upgrade() -> None:
    _create_event_sales()
    _create_daily_sales()
    waiting = "Whether it had a waiting list at the latest export; null if not known"
    op.add_column("events", sa.Column("waiting_list", sa.Boolean(), comment=waiting), schema="warehouse")
    op.execute(
        f"INSERT INTO warehouse.event_sales SELECT e.library, e.event_id, count(s.purchase_id), {SUMS}, "
        f"coalesce(sum(s.arrived), 0), CASE WHEN e.begin_at IS NOT NULL THEN ARRAY[{BOOKED}]::integer[] END "
        f"FROM warehouse.events e LEFT JOIN ({PURCHASES}) s ON s.library = e.library AND s.event_id = e.event_id "
        "GROUP BY e.library, e.event_id"
    )
    op.execute(
        f"INSERT INTO warehouse.daily_sales SELECT s.library, s.day, count(DISTINCT s.purchase_id), {SUMS} "
        f"FROM ({PURCHASES}) s GROUP BY s.library, s.day"
    )


def downgrade() -> None:
    op.drop_column("events", "waiting_list", schema="warehouse")
    for table in ("daily_sales", "event_sales"):
        op.drop_table(table, schema="warehouse")


def _create_event_sales() -> None:
    op.create_table(
        "event_sales",
        _library(),
        sa.Column("event_id", sa.BigInteger(), nullable=False, comment="Place2book's id of the event"),
        *_sold(),
        sa.Column("arrived", sa.BigInteger(), nullable=False, comment="Those scanned at the door"),
        sa.Column(
            "booked",
            ARRAY(sa.Integer()),
            comment="tickets_sold until 60, 45, 30, 21, 14, 7, 3, 1 and 0 days before the event; "
            "null where it has no start",
        ),
        sa.PrimaryKeyConstraint("library", "event_id", name=op.f("pk_event_sales")),
        sa.ForeignKeyConstraint(
            ["library", "event_id"],
            ["warehouse.events.library", "warehouse.events.event_id"],
            name=op.f("fk_event_sales_library_events"),
        ),
        schema="warehouse",
        comment="What was sold for each event, added up when it is exported",
    )


def _create_daily_sales() -> None:
    op.create_table(
        "daily_sales",
        _library(),
        sa.Column(
            "day",
            sa.Date(),
            nullable=False,
            comment="Calendar day in Denmark (Europe/Copenhagen) on which the purchases were made, or first seen",
        ),
        *_sold(),
        sa.PrimaryKeyConstraint("library", "day", name=op.f("pk_daily_sales")),
        schema="warehouse",
        comment="What each library sold on each day, added up when something of that day is exported",
    )


def _library() -> sa.Column[str]:
    return sa.Column("library", sa.Text(), nullable=False, comment="The library's id in libraries.yaml")


def _sold() -> tuple[sa.Column[int], ...]:
    return tuple(sa.Column(name, sa.BigInteger(), nullable=False, comment=text) for name, text in SOLD.items())
