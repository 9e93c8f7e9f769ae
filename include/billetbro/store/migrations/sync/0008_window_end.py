"""Until when a snapshot holds what is to come, where its source has a horizon."""

import sqlalchemy as sa
from alembic import op

revision = "0008_window_end"
down_revision = "0007_left_to"
branch_labels = None
depends_on = None

COMMENT = "nor need those be there that start at this moment or later; null: all were"


def upgrade() -> None:
    op.add_column("runs", sa.Column("window_end", sa.DateTime(timezone=True), comment=COMMENT), schema="sync")


def downgrade() -> None:
    op.drop_column("runs", "window_end", schema="sync")
