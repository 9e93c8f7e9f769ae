"""Which event of its twin's a source event was left to, so that it stays so when one of them is moved or renamed."""

import sqlalchemy as sa
from alembic import op

revision = "0007_left_to"
down_revision = "0006_planned_causes"
branch_labels = None
depends_on = None

COMMENT = "seccode of its twin's Place2book event that it was left to; null: it was not"


def upgrade() -> None:
    op.add_column("source_events", sa.Column("left_to", sa.Text(), comment=COMMENT), schema="sync")


def downgrade() -> None:
    op.drop_column("source_events", "left_to", schema="sync")
