"""Find the purchases of the last days by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0008_recent_purchases"
down_revision = "0007_lake"
branch_labels = None
depends_on = None


def upgrade() -> None:
    made_at = sa.text("coalesce(created_at, first_seen_at)")
    op.create_index("ix_purchases_made", "purchases", [made_at], schema="warehouse")


def downgrade() -> None:
    op.drop_index("ix_purchases_made", "purchases", schema="warehouse")
