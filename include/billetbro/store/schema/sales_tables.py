"""What was sold, added up for the pages: by event, and by a library's day. An export keeps both up to date."""

from sqlalchemy import BigInteger, Column, Date, ForeignKeyConstraint, Integer, Table
from sqlalchemy.dialects.postgresql import ARRAY

from billetbro.store.schema.metadata import library_key, warehouse_metadata
from billetbro.store.schema.warehouse_tables import SCHEMA, events

BOOKED_BEFORE = (60, 45, 30, 21, 14, 7, 3, 1, 0)
"""The days before an event at which its booked tickets are counted; nobody changes this without a migration."""


def _amount(name: str, comment: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, comment=comment)


def _sold() -> tuple[Column[int], ...]:
    return (
        _amount("purchases", "Completed purchases"),
        _amount("tickets_sold", "Tickets of completed purchases that are not released"),
        _amount("income_ore", "Paid in all, in øre, additional sales included, as Place2book totals the purchases"),
        _amount("additional_sales_ore", "Paid for what was sold with these tickets, in øre; income_ore includes it"),
    )


event_sales = Table(
    "event_sales",
    warehouse_metadata,
    library_key(),
    Column("event_id", BigInteger, primary_key=True, autoincrement=False, comment="Place2book's id of the event"),
    *_sold(),
    _amount("arrived", "Those scanned at the door"),
    Column(
        "booked",
        ARRAY(Integer),
        comment="tickets_sold until 60, 45, 30, 21, 14, 7, 3, 1 and 0 days before the event; "
        "null where it has no start",
    ),
    ForeignKeyConstraint(["library", "event_id"], [events.c.library, events.c.event_id]),
    schema=SCHEMA,
    comment="What was sold for each event, added up when it is exported",
)

daily_sales = Table(
    "daily_sales",
    warehouse_metadata,
    library_key(),
    Column(
        "day",
        Date,
        primary_key=True,
        comment="Calendar day in Denmark (Europe/Copenhagen) on which the purchases were made, or first seen",
    ),
    *_sold(),
    schema=SCHEMA,
    comment="What each library sold on each day, added up when something of that day is exported",
)
