"""Whether the schema `warehouse` lies in a database of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0004_warehouse_elsewhere"
down_revision = "0003_error_codes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "warehouse_elsewhere",
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        schema="sync",
        comment="A row when the schema warehouse lies in a database of its own: nothing is exported beside sync then",
    )


def downgrade() -> None:
    op.drop_table("warehouse_elsewhere", schema="sync")
