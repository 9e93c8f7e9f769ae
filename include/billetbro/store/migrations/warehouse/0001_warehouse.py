"""The schema `warehouse`: events, prices, purchases, tickets, what was sold with them, and answers."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0001_warehouse"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table("events", schema="warehouse"):
        return  # made by the lineage of `sync`, which this one was a part of
    _create_events()
    _create_prices()
    _create_purchases()
    _create_tickets()
    _create_additional_sales()
    _create_answers()


def downgrade() -> None:
    for table in ("answers", "additional_sales", "tickets", "purchases", "prices", "events"):
        op.drop_table(table, schema="warehouse")


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
