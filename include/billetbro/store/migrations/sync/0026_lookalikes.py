"""Store the Place2book events that look like a source event, and what people said of them."""

import sqlalchemy as sa
from alembic import op

revision = "0026_lookalikes"
down_revision = "0025_live_libraries"
branch_labels = None
depends_on = None

CHOICE = "adopt: it is the same event, another: it is not; empty: nobody has said"


def upgrade() -> None:
    time = sa.DateTime(timezone=True)
    op.create_table(
        "lookalikes",
        sa.Column("library", sa.Text, primary_key=True),
        sa.Column("uuid", sa.Text, primary_key=True, comment="the source event"),
        sa.Column("event_maker", sa.BigInteger, primary_key=True),
        sa.Column(
            "event_id", sa.BigInteger, primary_key=True, comment="the unlinked Place2book event that looks like it"
        ),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sales_location", sa.Text),
        sa.Column("first_seen_at", time, nullable=False),
        sa.Column("choice", sa.Text, comment=CHOICE),
        sa.Column("chosen_by", sa.Text),
        sa.Column("chosen_at", time),
        schema="sync",
        comment="Place2book events that look like a source event, though nobody here began to create them",
    )


def downgrade() -> None:
    op.drop_table("lookalikes", schema="sync")
