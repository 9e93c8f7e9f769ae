"""Store the Place2book events of ours that no source event has any more."""

import sqlalchemy as sa
from alembic import op

revision = "0023_orphans"
down_revision = "0022_actions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    time = sa.DateTime(timezone=True)
    op.create_table(
        "orphans",
        sa.Column("library", sa.Text, primary_key=True),
        sa.Column("event_maker", sa.BigInteger, primary_key=True),
        sa.Column("event_id", sa.BigInteger, primary_key=True, comment="the Place2book event"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("begin_at", time),
        sa.Column("sales_location", sa.Text),
        sa.Column("page", sa.Text, nullable=False, comment="the source event's page that its description names"),
        sa.Column("first_seen_at", time, nullable=False),
        schema="sync",
        comment="Place2book events to come that were made for a source event which no list has any more",
    )


def downgrade() -> None:
    op.drop_table("orphans", schema="sync")
