"""When a row last changed, events that are gone, problems of the data, which views were made, and better indexes."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0002_changed_at"
down_revision = "0001_warehouse"
branch_labels = None
depends_on = None

TABLES = ("events", "prices", "purchases", "tickets", "additional_sales", "answers")
REFERENCES = {
    "ix_prices_event": ("prices", "event_id"),
    "ix_purchases_event": ("purchases", "event_id"),
    "ix_tickets_purchase": ("tickets", "purchase_id"),
    "ix_tickets_price": ("tickets", "price_id"),
    "ix_additional_sales_ticket": ("additional_sales", "ticket_id"),
    "ix_answers_ticket": ("answers", "ticket_id"),
}
"""Indexes that must not look as good as a primary key where a foreign key is checked: the library comes last."""


def upgrade() -> None:
    op.execute("COMMENT ON TABLE warehouse.schema_version IS 'The latest migration of this schema'")
    for table in TABLES:
        comment = "When the row was last stored with another content, or marked; seen again as it is does not count"
        _add_filled(table, sa.Column("changed_at", sa.DateTime(timezone=True), comment=comment))
        op.create_index(f"ix_{table}_changed", table, ["changed_at", "library"], schema="warehouse")
    for index, (table, column) in REFERENCES.items():
        op.drop_index(index, table, schema="warehouse")
        op.create_index(index, table, [column, "library"], schema="warehouse")
    gone = "When an export first found that the event no longer exists at Place2book; null while it does"
    op.add_column("events", _time("removed_at", gone, nullable=True), schema="warehouse")
    _create_data_quality()
    _create_view_versions()


def downgrade() -> None:
    for view in op.get_bind().scalars(sa.text("SELECT viewname FROM pg_views WHERE schemaname = 'warehouse'")).all():
        op.execute(f"DROP VIEW warehouse.{view}")
    op.drop_table("view_versions", schema="warehouse")
    op.drop_table("data_quality", schema="warehouse")
    op.drop_column("events", "removed_at", schema="warehouse")
    for index, (table, column) in REFERENCES.items():
        op.drop_index(index, table, schema="warehouse")
        op.create_index(index, table, ["library", column], schema="warehouse")
    for table in TABLES:
        op.drop_column(table, "changed_at", schema="warehouse")


def _add_filled(table: str, column: sa.Column[datetime]) -> None:
    """Add a column that is never null; what is stored already is taken for changed when it was last seen."""
    op.add_column(table, column, schema="warehouse")
    op.execute(f"UPDATE warehouse.{table} SET {column.name} = last_seen_at")
    op.alter_column(table, column.name, nullable=False, schema="warehouse")


def _text(name: str, comment: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, comment=comment)


def _number(name: str, comment: str, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable, comment=comment)


def _time(name: str, comment: str, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def _create_data_quality() -> None:
    op.create_table(
        "data_quality",
        sa.Column(
            "id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="Our own number of the problem"
        ),
        _text("library", "The library's id in libraries.yaml"),
        _number("event_id", "The event that the problem was found at", nullable=False),
        _number("purchase_id", "The purchase concerned; null where not even its id could be read"),
        _text("problem", "amounts_differ, unknown_price, not_listed or unreadable"),
        _number("found_rows", "How many rows it concerns: tickets, or purchases or tickets that cannot be read", False),
        _number("expected_ore", "amounts_differ: what Place2book says was paid in all, in øre; else null"),
        _number("found_ore", "amounts_differ: what its tickets and additional sales add up to, in øre; else null"),
        _time("first_seen_at", "When an export first found the problem"),
        _time("last_seen_at", "The latest export that found it"),
        _time("resolved_at", "When an export first found it gone; null while it stands", nullable=True),
        sa.ForeignKeyConstraint(
            ["library", "event_id"],
            ["warehouse.events.library", "warehouse.events.event_id"],
            name=op.f("fk_data_quality_library_events"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_quality")),
        sa.UniqueConstraint(
            "library",
            "event_id",
            "purchase_id",
            "problem",
            name=op.f("uq_data_quality_library"),
            postgresql_nulls_not_distinct=True,
        ),
        schema="warehouse",
        comment="What does not add up or could not be read in what Place2book lists; rows are kept as they are",
    )
    op.create_index(
        "ix_data_quality_open",
        "data_quality",
        ["library", "problem"],
        schema="warehouse",
        postgresql_where=sa.text("resolved_at IS NULL"),
    )


def _create_view_versions() -> None:
    op.create_table(
        "view_versions",
        sa.Column("view", sa.Text(), nullable=False, comment="The view's name"),
        _text("fingerprint", "Of what the view was made from: it is made again when that changes"),
        sa.PrimaryKeyConstraint("view", name=op.f("pk_view_versions")),
        schema="warehouse",
        comment="Which definition each view was made from",
    )
