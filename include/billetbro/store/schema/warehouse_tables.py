"""The tables of the schema `warehouse`: who bought what, for reports.

Every row belongs to a library and carries Place2book's own id, so that a second export finds the first one's rows.
Money is integer øre, in columns that end in `_ore`; times are timestamptz. Nothing is ever deleted here by an export.

Only primary keys begin with the library: a foreign key is checked by a plan that PostgreSQL may make while a table is
empty, when any index with the library first looks as good as the key, and then reads all the library's rows by it.
"""

from sqlalchemy import BigInteger, Boolean, Integer, Text, text
from sqlalchemy.schema import Column, ForeignKeyConstraint, Identity, Index, Table, UniqueConstraint

from billetbro.store.schema.metadata import Time, library_key
from billetbro.store.schema.metadata import warehouse_metadata as metadata

SCHEMA = "warehouse"


def _id(name: str, comment: str) -> Column[int]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False, comment=comment)


def _seen() -> tuple[Column[object], Column[object], Column[object]]:
    return (
        Column("first_seen_at", Time, nullable=False, comment="When an export first stored the row"),
        Column("last_seen_at", Time, nullable=False, comment="The latest export in which Place2book listed the row"),
        Column(
            "changed_at",
            Time,
            nullable=False,
            comment="When the row was last stored with another content, or marked; seen again as it is does not count",
        ),
    )


events = Table(
    "events",
    metadata,
    library_key(),
    _id("event_id", "Place2book's id of the event"),
    Column("event_maker", BigInteger, nullable=False, comment="Place2book's id of the organiser"),
    Column("source_uuid", Text, nullable=False, comment="The linked event at the source (CMS), latest known uuid"),
    Column("title", Text, nullable=False, comment="Title, from the link"),
    Column("branch", Text, comment="The branch that holds the event, from the source; null where it names none"),
    Column("category", Text, comment="The event's category, from the source; null where it names none"),
    Column("begin_at", Time, comment="Start of the event, from the link"),
    Column("end_at", Time, comment="End of the event, from the link"),
    Column("capacity", BigInteger, comment="Tickets in all, from Place2book; null is unlimited"),
    Column("available_tickets", BigInteger, comment="Tickets left at the latest export, as Place2book counts them"),
    Column("ended", Boolean, nullable=False, comment="Whether the event had ended at the latest export"),
    Column("exported_at", Time, nullable=False, comment="When the event's purchases were last read and stored"),
    Column(
        "removed_at",
        Time,
        comment="When an export first found that the event no longer exists at Place2book; null while it does",
    ),
    *_seen(),
    Column("waiting_list", Boolean, comment="Whether it had a waiting list at the latest export; null if not known"),
    schema=SCHEMA,
    comment="Linked Place2book events whose purchases are exported, and how each stood at its latest export",
)

prices = Table(
    "prices",
    metadata,
    library_key(),
    _id("price_id", "Place2book's id of the price"),
    Column("event_id", BigInteger, nullable=False, comment="The event that the price belongs to"),
    Column("name", Text, comment="The price's name; null where only a ticket still mentions the price"),
    Column("value_ore", BigInteger, comment="The price in øre; null where only a ticket still mentions the price"),
    Column("sold_tickets", BigInteger, comment="Tickets sold at the latest export, as Place2book counts them"),
    Column("removed_at", Time, comment="When an export first found the price no longer listed; null while it is"),
    *_seen(),
    ForeignKeyConstraint(["library", "event_id"], [events.c.library, events.c.event_id]),
    schema=SCHEMA,
    comment="Prices (ticket types) of the events, from Place2book",
)
Index("ix_prices_event", prices.c.event_id, prices.c.library)

purchases = Table(
    "purchases",
    metadata,
    library_key(),
    _id("purchase_id", "Place2book's id of the purchase"),
    _id("event_id", "The event that was bought for"),
    Column("transaction_type", Text, nullable=False, comment="completed or cancel, in Place2book's own words"),
    Column("cancelled_at", Time, comment="When an export first saw the purchase cancelled; null while it is not"),
    Column("created_at", Time, comment="When the purchase was made, from Place2book"),
    Column("total_ore", BigInteger, nullable=False, comment="Paid in all, in øre, from Place2book"),
    Column("full_name", Text, comment="Buyer's name: a keyed hash, null or as it is, by the library's policy"),
    Column("email", Text, comment="Buyer's e-mail: a keyed hash, null or as it is, by the library's policy"),
    Column("phone_number", Text, comment="Buyer's phone: a keyed hash, null or as it is, by the library's policy"),
    Column("zip_code", Text, comment="Buyer's postal code; null where the library's policy is to drop personal data"),
    Column("customer_key", Text, comment="Buyer's profile id: a keyed hash, null or as it is, by the library's policy"),
    *_seen(),
    Column(
        "moved_at",
        Time,
        comment="When it was first found listed for another event and no longer for this one; null while it is",
    ),
    Column(
        "income_ore",
        BigInteger,
        nullable=False,
        server_default=text("0"),
        comment="What counts of it at this event, in øre: all, or where it is of several its tickets' and extras'",
    ),
    ForeignKeyConstraint(["library", "event_id"], [events.c.library, events.c.event_id]),
    schema=SCHEMA,
    comment="Purchases, a row for each event that one is listed for; personal data as the library's policy allows",
)
Index("ix_purchases_event", purchases.c.event_id, purchases.c.library)

tickets = Table(
    "tickets",
    metadata,
    library_key(),
    _id("ticket_id", "Place2book's id of the ticket; its barcode is never stored, since it opens the door"),
    Column("purchase_id", BigInteger, nullable=False, comment="The purchase that the ticket belongs to"),
    Column("price_id", BigInteger, comment="The price it was sold at; null where Place2book names none"),
    Column("amount_ore", BigInteger, nullable=False, comment="Paid for the ticket, in øre, from Place2book"),
    Column("arrived_at", Time, comment="When the ticket was scanned at the door; it can be cleared again"),
    Column("seating", Text, comment="The seat, in Place2book's own words"),
    Column("released_at", Time, comment="When an export first found the ticket no longer listed; null while it is"),
    *_seen(),
    Column("event_id", BigInteger, nullable=False, comment="The event that the ticket is listed for"),
    ForeignKeyConstraint(
        ["library", "purchase_id", "event_id"], [purchases.c.library, purchases.c.purchase_id, purchases.c.event_id]
    ),
    ForeignKeyConstraint(["library", "price_id"], [prices.c.library, prices.c.price_id]),
    schema=SCHEMA,
    comment="Tickets of the purchases, from Place2book",
)
Index("ix_tickets_purchase", tickets.c.purchase_id, tickets.c.library)
Index("ix_tickets_event", tickets.c.event_id, tickets.c.library)
Index("ix_tickets_price", tickets.c.price_id, tickets.c.library)

additional_sales = Table(
    "additional_sales",
    metadata,
    library_key(),
    _id("additional_sale_id", "Place2book's id of the additional sale"),
    Column("ticket_id", BigInteger, nullable=False, comment="The ticket that it was sold with"),
    Column("additional_id", BigInteger, comment="Place2book's id of the thing sold"),
    Column("name", Text, comment="What was sold, for example a meal"),
    Column("amount_ore", BigInteger, nullable=False, comment="Paid for it, in øre, from Place2book"),
    Column("released_at", Time, comment="When an export first found it no longer listed; null while it is"),
    *_seen(),
    ForeignKeyConstraint(["library", "ticket_id"], [tickets.c.library, tickets.c.ticket_id]),
    schema=SCHEMA,
    comment="What was sold together with a ticket, from Place2book",
)
Index("ix_additional_sales_ticket", additional_sales.c.ticket_id, additional_sales.c.library)

answers = Table(
    "answers",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True, comment="Our own number: Place2book has none for an answer"),
    Column("library", Text, nullable=False, comment="The library's id in libraries.yaml"),
    Column("purchase_id", BigInteger, nullable=False, comment="The purchase that the answer was given in"),
    Column("ticket_id", BigInteger, comment="The ticket that it was given for; null for the purchase as a whole"),
    Column("name", Text, nullable=False, comment="The question's name; only the names in keep_answers are stored"),
    Column(
        "position",
        Integer,
        nullable=False,
        server_default=text("1"),
        comment="1, or 2, 3 ... where one ticket or purchase answers the same name more than once",
    ),
    Column("value", Text, comment="The answer as given; null where it is empty or no longer listed"),
    *_seen(),
    UniqueConstraint("library", "purchase_id", "ticket_id", "name", "position", postgresql_nulls_not_distinct=True),
    ForeignKeyConstraint(["library", "ticket_id"], [tickets.c.library, tickets.c.ticket_id]),
    schema=SCHEMA,
    comment="Answers to the events' own questions, for the names that the library lists",
)
Index("ix_answers_ticket", answers.c.ticket_id, answers.c.library)

for table in (events, prices, purchases, tickets, additional_sales, answers):
    Index(f"ix_{table.name}_changed", table.c.changed_at, table.c.library)

data_quality = Table(
    "data_quality",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True, comment="Our own number of the problem"),
    Column("library", Text, nullable=False, comment="The library's id in libraries.yaml"),
    Column("event_id", BigInteger, nullable=False, comment="The event that the problem was found at"),
    Column("purchase_id", BigInteger, comment="The purchase concerned; null where not even its id could be read"),
    Column("problem", Text, nullable=False, comment="amounts_differ, unknown_price, not_listed or unreadable"),
    Column(
        "found_rows",
        BigInteger,
        nullable=False,
        comment="How many rows it concerns: tickets, or purchases or tickets that cannot be read",
    ),
    Column(
        "expected_ore", BigInteger, comment="amounts_differ: what Place2book says was paid in all, in øre; else null"
    ),
    Column(
        "found_ore",
        BigInteger,
        comment="amounts_differ: what its tickets and additional sales add up to, in øre; else null",
    ),
    Column("first_seen_at", Time, nullable=False, comment="When an export first found the problem"),
    Column("last_seen_at", Time, nullable=False, comment="The latest export that found it"),
    Column("resolved_at", Time, comment="When an export first found it gone; null while it stands"),
    UniqueConstraint("library", "event_id", "purchase_id", "problem", postgresql_nulls_not_distinct=True),
    ForeignKeyConstraint(["library", "event_id"], [events.c.library, events.c.event_id]),
    schema=SCHEMA,
    comment="What does not add up or could not be read in what Place2book lists; rows are kept as they are",
)
Index(
    "ix_data_quality_open", data_quality.c.library, data_quality.c.problem, postgresql_where=text("resolved_at IS NULL")
)

libraries = Table(
    "libraries",
    metadata,
    library_key(),
    Column("name", Text, nullable=False, comment="The library's name in libraries.yaml as of its latest run"),
    schema=SCHEMA,
    comment="The libraries that had a run, with their names; one that is no longer listed stays",
)

view_versions = Table(
    "view_versions",
    metadata,
    Column("view", Text, primary_key=True, comment="The view's name"),
    Column(
        "fingerprint",
        Text,
        nullable=False,
        comment="Of what the view was made from: it is made again when that changes",
    ),
    schema=SCHEMA,
    comment="Which definition each view was made from",
)
