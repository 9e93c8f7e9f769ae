"""A purchase of several events: a row for each, what it counts for there, and the event that each ticket is for."""

import sqlalchemy as sa
from alembic import op

revision = "0006_several_events"
down_revision = "0005_emptied_purchases"
branch_labels = None
depends_on = None

TO_PURCHASES = {"tickets": "fk_tickets_library_purchases", "answers": "fk_answers_library_purchases"}
KEY_BEFORE = ["library", "purchase_id"]
KEY = [*KEY_BEFORE, "event_id"]
ROW_BEFORE = "Purchases, from Place2book; personal data as the library's policy allows"
ROW = "Purchases, a row for each event that one is listed for; personal data as the library's policy allows"


def upgrade() -> None:
    for column in _columns_of_purchases():
        op.add_column("purchases", column, schema="warehouse")
    op.execute("UPDATE warehouse.purchases SET income_ore = total_ore WHERE transaction_type = 'completed'")
    op.add_column("tickets", _event_of_a_ticket(), schema="warehouse")
    op.execute(
        "UPDATE warehouse.tickets t SET event_id = p.event_id FROM warehouse.purchases p "
        "WHERE p.library = t.library AND p.purchase_id = t.purchase_id"
    )
    op.alter_column("tickets", "event_id", nullable=False, schema="warehouse")
    op.create_index("ix_tickets_event", "tickets", ["event_id", "library"], schema="warehouse")
    _drop_keys()
    op.create_primary_key("pk_purchases", "purchases", KEY, schema="warehouse")
    _refer("tickets", KEY)
    op.create_table_comment("purchases", ROW, existing_comment=ROW_BEFORE, schema="warehouse")


def downgrade() -> None:
    op.create_table_comment("purchases", ROW_BEFORE, existing_comment=ROW, schema="warehouse")
    op.drop_constraint(TO_PURCHASES["tickets"], "tickets", schema="warehouse")
    op.execute(
        "DELETE FROM warehouse.purchases p USING warehouse.purchases o WHERE o.library = p.library "
        "AND o.purchase_id = p.purchase_id AND (o.last_seen_at, o.event_id) > (p.last_seen_at, p.event_id)"
    )
    op.drop_constraint("pk_purchases", "purchases", schema="warehouse")
    op.create_primary_key("pk_purchases", "purchases", KEY_BEFORE, schema="warehouse")
    for table in TO_PURCHASES:
        _refer(table, KEY_BEFORE)
    for view in op.get_bind().scalars(sa.text("SELECT viewname FROM pg_views WHERE schemaname = 'warehouse'")).all():
        op.execute(f"DROP VIEW warehouse.{view}")
    op.execute("DELETE FROM warehouse.view_versions")
    op.drop_index("ix_tickets_event", "tickets", schema="warehouse")
    op.drop_column("tickets", "event_id", schema="warehouse")
    for column in _columns_of_purchases():
        op.drop_column("purchases", column.name, schema="warehouse")


def _columns_of_purchases() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column(
            "moved_at",
            sa.DateTime(timezone=True),
            comment="When it was first found listed for another event and no longer for this one; null while it is",
        ),
        sa.Column(
            "income_ore",
            sa.BigInteger(),
            nullable=False,
            server_default=sa.text("0"),
            comment="What counts of it at this event, in øre: all, or where it is of several its tickets' and extras'",
        ),
    )


def _event_of_a_ticket() -> sa.Column[int]:
    return sa.Column("event_id", sa.BigInteger(), comment="The event that the ticket is listed for")


def _drop_keys() -> None:
    for table, name in TO_PURCHASES.items():
        op.drop_constraint(name, table, schema="warehouse")
    op.drop_constraint("pk_purchases", "purchases", schema="warehouse")


def _refer(table: str, key: list[str]) -> None:
    op.create_foreign_key(
        TO_PURCHASES[table], table, "purchases", key, key, source_schema="warehouse", referent_schema="warehouse"
    )
