"""Store what the pages show and ask for: each event's sale as last read, and what people asked for.

The sale of an event is told by its payload until it is read again.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019_pages"
down_revision = "0018_settled"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
SALE = "its sale when it was read: over, closed, upcoming, open, sold_out, waiting_list or passive"


def upgrade() -> None:
    op.add_column("ticket_events", sa.Column("sale", sa.Text, comment=SALE), schema="sync")
    op.create_table(
        "actions",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False, comment="the person's name in Airflow"),
        sa.Column("action", sa.Text, nullable=False, comment="what was asked for"),
        sa.Column("library", sa.Text, comment="null: all libraries"),
        sa.Column("uuid", sa.Text, comment="the source event; null: all of the library"),
        sa.Column("fields", postgresql.JSONB, comment="accept: [{field, old, new}], in written-down form"),
        sa.Column("run_id", sa.Text, comment="the run that carries it out; null: it needed none"),
        schema="sync",
        comment="What people asked for on the pages",
    )
    op.create_index("ix_actions_event", "actions", ["library", "uuid", "id"], schema="sync")
    op.create_index("ix_actions_run", "actions", ["run_id"], schema="sync")
    op.create_index("ix_links_drift", "links", ["library"], schema="sync", postgresql_where=sa.text("drift <> '{}'"))


def downgrade() -> None:
    op.drop_index("ix_links_drift", "links", schema="sync")
    op.drop_table("actions", schema="sync")
    op.drop_column("ticket_events", "sale", schema="sync")
