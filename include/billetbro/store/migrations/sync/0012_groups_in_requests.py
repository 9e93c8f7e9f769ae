"""Requests of a source's webhook at a group of events: a row for each of its events besides."""

import sqlalchemy as sa
from alembic import op

revision = "0012_groups_in_requests"
down_revision = "0011_logins"
branch_labels = None
depends_on = None

COMMENT = "the signature of the request at a group whose event this is; null: the request itself"


def upgrade() -> None:
    op.add_column("webhook_requests", sa.Column("part_of", sa.Text(), comment=COMMENT), schema="sync")


def downgrade() -> None:
    op.execute("DELETE FROM sync.webhook_requests WHERE part_of IS NOT NULL")
    op.drop_column("webhook_requests", "part_of", schema="sync")
