"""A code for what went wrong, beside the sentence, so that it can be explained in another language."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003_error_codes"
down_revision = "0002_warehouse"
branch_labels = None
depends_on = None


def upgrade() -> None:
    none = sa.text("'{}'::jsonb")
    codes = sa.Column(
        "error_codes", postgresql.JSONB(), server_default=none, nullable=False, comment="step -> error's code"
    )
    op.add_column("runs", codes, schema="sync")
    op.add_column("changes", sa.Column("error_code", sa.Text(), comment="what kind of error it was"), schema="sync")


def downgrade() -> None:
    op.drop_column("changes", "error_code", schema="sync")
    op.drop_column("runs", "error_codes", schema="sync")
