"""When a change of unknown outcome could not be looked for, so that looking at it later counts as the first time."""

import sqlalchemy as sa
from alembic import op

revision = "0009_put_off"
down_revision = "0008_window_end"
branch_labels = None
depends_on = None

COMMENT = "outcome unknown: when it last could not be looked for; null: it always could"


def upgrade() -> None:
    op.add_column("changes", sa.Column("put_off_at", sa.DateTime(timezone=True), comment=COMMENT), schema="sync")


def downgrade() -> None:
    op.drop_column("changes", "put_off_at", schema="sync")
