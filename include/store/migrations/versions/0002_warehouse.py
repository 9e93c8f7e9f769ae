"""The schema `warehouse`: events, prices, purchases, tickets, what was sold with them, answers, and the first views."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0002_warehouse"
down_revision = "0001_sync"
branch_labels = None
depends_on = None

SALES_BY_EVENT = """
CREATE VIEW warehouse.sales_by_event AS
WITH bought AS (
    SELECT library, event_id,
           count(*) FILTER (WHERE transaction_type = 'completed') AS purchases,
           count(*) FILTER (WHERE cancelled_at IS NOT NULL) AS cancelled_purchases,
           coalesce(sum(total_ore) FILTER (WHERE transaction_type = 'completed'), 0)::bigint AS revenue_ore
    FROM warehouse.purchases
    GROUP BY library, event_id
), issued AS (
    SELECT p.library, p.event_id, count(*) AS tickets_sold, sum(t.amount_ore)::bigint AS tickets_ore
    FROM warehouse.tickets t
    JOIN warehouse.purchases p ON p.library = t.library AND p.purchase_id = t.purchase_id
    WHERE p.transaction_type = 'completed' AND t.released_at IS NULL
    GROUP BY p.library, p.event_id
), extra AS (
    SELECT p.library, p.event_id, sum(a.amount_ore)::bigint AS additional_sales_ore
    FROM warehouse.additional_sales a
    JOIN warehouse.tickets t ON t.library = a.library AND t.ticket_id = a.ticket_id
    JOIN warehouse.purchases p ON p.library = t.library AND p.purchase_id = t.purchase_id
    WHERE p.transaction_type = 'completed' AND t.released_at IS NULL AND a.released_at IS NULL
    GROUP BY p.library, p.event_id
)
SELECT e.library, e.event_id, e.source_uuid, e.title, e.branch, e.category, e.begin_at, e.capacity,
       coalesce(b.purchases, 0) AS purchases,
       coalesce(b.cancelled_purchases, 0) AS cancelled_purchases,
       coalesce(i.tickets_sold, 0) AS tickets_sold,
       coalesce(i.tickets_ore, 0) AS tickets_ore,
       coalesce(x.additional_sales_ore, 0) AS additional_sales_ore,
       coalesce(b.revenue_ore, 0) AS revenue_ore,
       e.exported_at
FROM warehouse.events e
LEFT JOIN bought b ON b.library = e.library AND b.event_id = e.event_id
LEFT JOIN issued i ON i.library = e.library AND i.event_id = e.event_id
LEFT JOIN extra x ON x.library = e.library AND x.event_id = e.event_id
"""

SALES_BY_DAY = """
CREATE VIEW warehouse.sales_by_day AS
WITH completed AS (
    SELECT p.library, p.total_ore,
           (coalesce(p.created_at, p.first_seen_at) AT TIME ZONE 'Europe/Copenhagen')::date AS day,
           (SELECT count(*) FROM warehouse.tickets t
            WHERE t.library = p.library AND t.purchase_id = p.purchase_id AND t.released_at IS NULL) AS tickets
    FROM warehouse.purchases p
    WHERE p.transaction_type = 'completed'
)
SELECT library, day, count(*) AS purchases, sum(tickets)::bigint AS tickets_sold, sum(total_ore)::bigint AS revenue_ore
FROM completed
GROUP BY library, day
"""

ATTENDANCE = """
CREATE VIEW warehouse.attendance AS
SELECT e.library, e.event_id, e.source_uuid, e.title, e.branch, e.begin_at,
       count(t.ticket_id) AS tickets_sold,
       count(t.arrived_at) AS arrived,
       count(t.ticket_id) - count(t.arrived_at) AS not_arrived
FROM warehouse.events e
LEFT JOIN warehouse.purchases p
       ON p.library = e.library AND p.event_id = e.event_id AND p.transaction_type = 'completed'
LEFT JOIN warehouse.tickets t
       ON t.library = p.library AND t.purchase_id = p.purchase_id AND t.released_at IS NULL
GROUP BY e.library, e.event_id, e.source_uuid, e.title, e.branch, e.begin_at
"""

VIEWS = {"sales_by_event": SALES_BY_EVENT, "sales_by_day": SALES_BY_DAY, "attendance": ATTENDANCE}
COMMENTS = {
    "VIEW warehouse.sales_by_event": "Sales by event: completed purchases and their tickets that are not released",
    "COLUMN warehouse.sales_by_event.tickets_ore": "Paid for the tickets, in øre",
    "COLUMN warehouse.sales_by_event.additional_sales_ore": "Paid for what was sold with the tickets, in øre",
    "COLUMN warehouse.sales_by_event.revenue_ore": "Paid in all, in øre, as Place2book totals the purchases",
    "VIEW warehouse.sales_by_day": "Sales by day of purchase: completed purchases, their tickets not released",
    "COLUMN warehouse.sales_by_day.day": "Calendar day in Denmark (Europe/Copenhagen) on which the purchase was made",
    "COLUMN warehouse.sales_by_day.revenue_ore": "Paid in all, in øre, as Place2book totals the purchases",
    "VIEW warehouse.attendance": "Who came, by event: tickets of completed purchases that are not released",
    "COLUMN warehouse.attendance.arrived": "Tickets scanned at the door",
}


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS warehouse")
    op.execute("COMMENT ON SCHEMA warehouse IS 'What was bought at Place2book, for reports'")
    _create_events()
    _create_prices()
    _create_purchases()
    _create_tickets()
    _create_additional_sales()
    _create_answers()
    for view in VIEWS.values():
        op.execute(view)
    for subject, comment in COMMENTS.items():
        op.execute(f"COMMENT ON {subject} IS '{comment}'")


def downgrade() -> None:
    for view in reversed(VIEWS):
        op.execute(f"DROP VIEW warehouse.{view}")
    for table in ("answers", "additional_sales", "tickets", "purchases", "prices", "events"):
        op.drop_table(table, schema="warehouse")
    op.execute("DROP SCHEMA warehouse")


def _text(name: str, comment: str, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable, comment=comment)


def _number(name: str, comment: str, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=nullable, comment=comment)


def _time(name: str, comment: str, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def _library() -> sa.Column[str]:
    return _text("library", "The library's id in libraries.yaml", nullable=False)


def _seen() -> tuple[sa.Column[datetime], sa.Column[datetime]]:
    return (
        _time("first_seen_at", "When an export first stored the row", nullable=False),
        _time("last_seen_at", "The latest export in which Place2book listed the row", nullable=False),
    )


def _refers(table: str, column: str, referred: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["library", column],
        [f"warehouse.{referred}.library", f"warehouse.{referred}.{column}"],
        name=op.f(f"fk_{table}_library_{referred}"),
    )


def _create_events() -> None:
    op.create_table(
        "events",
        _library(),
        _number("event_id", "Place2book's id of the event", nullable=False),
        _number("event_maker", "Place2book's id of the organiser", nullable=False),
        _text("source_uuid", "The linked event at the source (CMS), latest known uuid", nullable=False),
        _text("title", "Title, from the link", nullable=False),
        _text("branch", "The branch that holds the event, from the source; null where it names none"),
        _text("category", "The event's category, from the source; null where it names none"),
        _time("begin_at", "Start of the event, from the link"),
        _time("end_at", "End of the event, from the link"),
        _number("capacity", "Tickets in all, from Place2book; null is unlimited"),
        _number("available_tickets", "Tickets left at the latest export, as Place2book counts them"),
        sa.Column("ended", sa.Boolean(), nullable=False, comment="Whether the event had ended at the latest export"),
        _time("exported_at", "When the event's purchases were last read and stored", nullable=False),
        *_seen(),
        sa.PrimaryKeyConstraint("library", "event_id", name=op.f("pk_events")),
        schema="warehouse",
        comment="Linked Place2book events whose purchases are exported, and how each stood at its latest export",
    )


def _create_prices() -> None:
    op.create_table(
        "prices",
        _library(),
        _number("price_id", "Place2book's id of the price", nullable=False),
        _number("event_id", "The event that the price belongs to", nullable=False),
        _text("name", "The price's name; null where only a ticket still mentions the price"),
        _number("value_ore", "The price in øre; null where only a ticket still mentions the price"),
        _number("sold_tickets", "Tickets sold at the latest export, as Place2book counts them"),
        _time("removed_at", "When an export first found the price no longer listed; null while it is"),
        *_seen(),
        _refers("prices", "event_id", "events"),
        sa.PrimaryKeyConstraint("library", "price_id", name=op.f("pk_prices")),
        schema="warehouse",
        comment="Prices (ticket types) of the events, from Place2book",
    )
    op.create_index("ix_prices_event", "prices", ["library", "event_id"], schema="warehouse")


def _create_purchases() -> None:
    op.create_table(
        "purchases",
        _library(),
        _number("purchase_id", "Place2book's id of the purchase", nullable=False),
        _number("event_id", "The event that was bought for", nullable=False),
        _text("transaction_type", "completed or cancel, in Place2book's own words", nullable=False),
        _time("cancelled_at", "When an export first saw the purchase cancelled; null while it is not"),
        _time("created_at", "When the purchase was made, from Place2book"),
        _number("total_ore", "Paid in all, in øre, from Place2book", nullable=False),
        _text("full_name", "Buyer's name: a keyed hash, null or as it is, by the library's policy"),
        _text("email", "Buyer's e-mail: a keyed hash, null or as it is, by the library's policy"),
        _text("phone_number", "Buyer's phone: a keyed hash, null or as it is, by the library's policy"),
        _text("zip_code", "Buyer's postal code; null where the library's policy is to drop personal data"),
        _text("customer_key", "Buyer's profile id: a keyed hash, null or as it is, by the library's policy"),
        *_seen(),
        _refers("purchases", "event_id", "events"),
        sa.PrimaryKeyConstraint("library", "purchase_id", name=op.f("pk_purchases")),
        schema="warehouse",
        comment="Purchases, from Place2book; personal data as the library's policy allows",
    )
    op.create_index("ix_purchases_event", "purchases", ["library", "event_id"], schema="warehouse")


def _create_tickets() -> None:
    op.create_table(
        "tickets",
        _library(),
        _number(
            "ticket_id",
            "Place2book's id of the ticket; its barcode is never stored, since it opens the door",
            nullable=False,
        ),
        _number("purchase_id", "The purchase that the ticket belongs to", nullable=False),
        _number("price_id", "The price it was sold at; null where Place2book names none"),
        _number("amount_ore", "Paid for the ticket, in øre, from Place2book", nullable=False),
        _time("arrived_at", "When the ticket was scanned at the door; it can be cleared again"),
        _text("seating", "The seat, in Place2book's own words"),
        _time("released_at", "When an export first found the ticket no longer listed; null while it is"),
        *_seen(),
        _refers("tickets", "price_id", "prices"),
        _refers("tickets", "purchase_id", "purchases"),
        sa.PrimaryKeyConstraint("library", "ticket_id", name=op.f("pk_tickets")),
        schema="warehouse",
        comment="Tickets of the purchases, from Place2book",
    )
    op.create_index("ix_tickets_purchase", "tickets", ["library", "purchase_id"], schema="warehouse")
    op.create_index("ix_tickets_price", "tickets", ["library", "price_id"], schema="warehouse")


def _create_additional_sales() -> None:
    op.create_table(
        "additional_sales",
        _library(),
        _number("additional_sale_id", "Place2book's id of the additional sale", nullable=False),
        _number("ticket_id", "The ticket that it was sold with", nullable=False),
        _number("additional_id", "Place2book's id of the thing sold"),
        _text("name", "What was sold, for example a meal"),
        _number("amount_ore", "Paid for it, in øre, from Place2book", nullable=False),
        _time("released_at", "When an export first found it no longer listed; null while it is"),
        *_seen(),
        _refers("additional_sales", "ticket_id", "tickets"),
        sa.PrimaryKeyConstraint("library", "additional_sale_id", name=op.f("pk_additional_sales")),
        schema="warehouse",
        comment="What was sold together with a ticket, from Place2book",
    )
    op.create_index("ix_additional_sales_ticket", "additional_sales", ["library", "ticket_id"], schema="warehouse")


def _create_answers() -> None:
    op.create_table(
        "answers",
        sa.Column(
            "id",
            sa.BigInteger(),
            sa.Identity(always=False),
            nullable=False,
            comment="Our own number: Place2book has none for an answer",
        ),
        _library(),
        _number("purchase_id", "The purchase that the answer was given in", nullable=False),
        _number("ticket_id", "The ticket that it was given for; null for the purchase as a whole"),
        _text("name", "The question's name; only the names in keep_answers are stored", nullable=False),
        sa.Column(
            "position",
            sa.Integer(),
            server_default=sa.text("1"),
            nullable=False,
            comment="1, or 2, 3 ... where one ticket or purchase answers the same name more than once",
        ),
        _text("value", "The answer as given; null where it is empty or no longer listed"),
        *_seen(),
        _refers("answers", "purchase_id", "purchases"),
        _refers("answers", "ticket_id", "tickets"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint(
            "library",
            "purchase_id",
            "ticket_id",
            "name",
            "position",
            name=op.f("uq_answers_library"),
            postgresql_nulls_not_distinct=True,
        ),
        schema="warehouse",
        comment="Answers to the events' own questions, for the names that the library lists",
    )
    op.create_index("ix_answers_ticket", "answers", ["library", "ticket_id"], schema="warehouse")
